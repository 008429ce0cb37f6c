import { accessSync, constants, readFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import MarkdownIt from 'markdown-it'
import type { Test } from 'tap'
import { difference, type OutputLanguage } from './docs-compare.ts'
import { Shell } from './docs-shell.ts'

/** One example of a document: a fenced `sh` or `python` block, and the `json`, `text` or `csv` block directly behind it. */
export interface Example {
  line: number
  language: 'sh' | 'python'
  code: string
  /** Why it is not run: what stands behind `norun`, as in ```sh norun clones the repository. */
  norun?: string
  output?: { language: OutputLanguage; text: string }
}

export interface Verdict {
  name: string
  /** What is wrong, undefined if nothing is. */
  fault?: string
  /** Why it could not be tried. */
  skip?: string
}

const markdown = new MarkdownIt()
// Names under which an example would escape the test.
const aliases: Record<string, string> = {
  bash: 'sh',
  shell: 'sh',
  console: 'sh',
  zsh: 'sh',
  py: 'python',
  python3: 'python',
}

/** The examples of a document, and what is wrong with how they are written. */
export function examplesOf(text: string): { examples: Example[]; faults: string[] } {
  const tokens = markdown.parse(text, {})
  const examples: Example[] = []
  const faults: string[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'fence') continue
    const line = (token.map?.[0] ?? 0) + 1
    const [language = '', flag, ...reason] = token.info.trim().split(/\s+/)
    if (aliases[language]) faults.push(`line ${line}: call the block ${aliases[language]}, not ${language}`)
    if (language !== 'sh' && language !== 'python') continue
    const example: Example = { line, language, code: token.content }
    if (flag === 'norun') example.norun = reason.join(' ')
    else if (flag !== undefined) faults.push(`line ${line}: ${flag} means nothing here; there is only norun`)
    if (example.norun === '') faults.push(`line ${line}: say behind norun why it is not run`)
    const next = tokens[index + 1]
    const shown = next?.type === 'fence' ? next.info.trim() : ''
    if (next && (shown === 'json' || shown === 'text' || shown === 'csv')) {
      example.output = { language: shown, text: next.content }
    }
    examples.push(example)
  }
  return { examples, faults }
}

function onPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The address that the documents give for the local server. */
const documented = 'http://127.0.0.1:8090'

/** The virtual environment that scripts/setup.mjs makes for Python: its programs. */
export const venv = join(import.meta.dirname, '..', '.kymograph', 'python', 'bin')

export interface RunOptions {
  /** The address of the server that stands in for the documented one. */
  baseUrl: string
  /** Where programs are looked for, as in PATH: by default in this process's. */
  path?: string
  /** The folder of the python3 that runs the Python examples. */
  pythonFolder?: string
}

/** Runs examples in their order, in one shell and one folder. After one that exits with an error no more are run. */
export async function* runExamples(examples: Example[], options: RunOptions): AsyncGenerator<Verdict> {
  const { baseUrl, path = process.env.PATH ?? '', pythonFolder = venv } = options
  const missing = ['bash', 'curl'].find((command) => !onPath(command, path))
  const addresses: [documented: string, real: string][] = [
    [documented, baseUrl],
    [new URL(documented).host, new URL(baseUrl).host],
  ]
  const shell = missing ? undefined : new Shell([pythonFolder, path].join(delimiter))
  try {
    for (const [index, { line, language, code, norun, output }] of examples.entries()) {
      if (norun !== undefined) continue
      const name = `line ${line}: ${code.trim().split('\n')[0]}`
      if (!shell || (language === 'python' && !onPath('python3', pythonFolder))) {
        yield {
          name,
          skip: shell ? 'there is no Python environment: node scripts/setup.mjs makes it' : `no ${missing} on the PATH`,
        }
        continue
      }
      const real = addresses.reduce((text, [from, to]) => text.replaceAll(from, to), code)
      const { printed, fault } = await shell.run(real, language)
      const told = addresses.reduce((text, [to, from]) => text.replaceAll(from, to), printed)
      const wrong = fault ?? (output && difference(output.language, output.text, told))
      yield wrong === undefined ? { name } : { name, fault: wrong }
      const rest = examples.slice(index + 1).filter((example) => example.norun === undefined)
      if (fault !== undefined && rest.length > 0) {
        yield { name: `line ${rest[0]!.line} and after`, fault: `${rest.length} examples were not run` }
      }
      if (fault !== undefined) return
    }
  } finally {
    await shell?.stop()
  }
}

/**
 * Runs the examples of a document against the server at `baseUrl`, one assertion each, and resolves to the verdicts.
 * What is not run is counted in an assertion's name and stands in a comment with its reason.
 */
export async function runDocument(file: string, { t, ...options }: RunOptions & { t: Test }): Promise<Verdict[]> {
  const { examples, faults } = examplesOf(readFileSync(file, 'utf8'))
  for (const fault of faults) t.fail(`${basename(file)}, ${fault}`)
  const norun = examples.filter((example) => example.norun !== undefined)
  t.ok(examples.length > norun.length, `${basename(file)}: ${examples.length} examples, ${norun.length} of them norun`)
  for (const { line, norun: reason } of norun) t.comment(`${basename(file)}, line ${line} is not run: ${reason}`)
  const verdicts: Verdict[] = []
  for await (const verdict of runExamples(examples, options)) {
    verdicts.push(verdict)
    const { name, fault, skip } = verdict
    const title = `${basename(file)}, ${name}`
    if (skip !== undefined) t.pass(title, { skip })
    else if (fault !== undefined) t.fail(title, { fault })
    else t.pass(title)
  }
  return verdicts
}
