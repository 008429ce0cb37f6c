import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// One bash runs all examples of a document, so that variables, functions and the folder carry over as they do for a
// reader; each example is sourced, with its output in files. `set -e` ends this bash at the first failed command.
const driver = `
set -euo pipefail
while IFS= read -r example; do
  source "$example" >"$example.out" 2>"$example.err" </dev/null
  echo done >&3
done`

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const notebook = join(import.meta.dirname, 'docs-notebook.py')
/** Files that examples read as if they had been downloaded. */
const samples = join(import.meta.dirname, '..', 'docs', 'samples')
const exampleDeadlineMs = 60_000

/** A bash in a new folder with the samples, to which the examples of a document are given one by one. */
export class Shell {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kymograph-docs-'))
  readonly #bash: ChildProcess
  readonly #ended: Promise<unknown[]>
  #count = 0

  constructor(path: string) {
    const cwd = mkdtempSync(join(this.#folder, 'reader-'))
    cpSync(samples, cwd, { recursive: true })
    // Nothing of this process's environment but what names the tools: a reader's settings are not ours.
    const env = { PATH: path, HOME: cwd, LANG: 'C.UTF-8', TZ: 'UTC', PYTHONUTF8: '1', NO_PROXY: '127.0.0.1,localhost' }
    const stdio = ['pipe', 'ignore', 'ignore', 'pipe'] as const
    this.#bash = spawn('bash', ['-c', driver], { cwd, env, stdio: [...stdio], detached: true })
    this.#ended = once(this.#bash, 'close')
  }

  /** Runs an example, and resolves to what it printed, and the fault that ended the shell, if one did. */
  async run(code: string, language: 'sh' | 'python'): Promise<{ printed: string; fault?: string }> {
    const file = join(this.#folder, String(++this.#count))
    const program = `${file}.py`
    const session = [notebook, join(this.#folder, 'session'), program].map(quote).join(' ')
    writeFileSync(file, language === 'sh' ? code : `python3 ${session}\n`)
    if (language === 'python') writeFileSync(program, code)

    const deadline = AbortSignal.timeout(exampleDeadlineMs)
    const kill = () => this.#kill()
    deadline.addEventListener('abort', kill)
    this.#bash.stdin?.write(`${file}\n`)
    const end = await Promise.race([once(this.#bash.stdio[3]!, 'data').then(() => undefined), this.#ended])
    deadline.removeEventListener('abort', kill)

    const printed = existsSync(`${file}.out`) ? readFileSync(`${file}.out`, 'utf8') : ''
    if (!end) return { printed }
    const errors = existsSync(`${file}.err`) ? readFileSync(`${file}.err`, 'utf8') : ''
    const why = deadline.aborted ? `took more than ${exampleDeadlineMs} ms` : `exited with ${end[0] ?? end[1]}`
    return { printed, fault: `it ${why}\n${errors}${printed}`.trimEnd() }
  }

  /** Ends bash with all that examples have started, and removes the folder. */
  async stop(): Promise<void> {
    this.#kill()
    await this.#ended
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #kill(): void {
    try {
      process.kill(-this.#bash.pid!, 'SIGKILL')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
