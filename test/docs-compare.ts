/** What an output block of a document may show: compared as JSON, or line by line. */
export type OutputLanguage = 'json' | 'text' | 'csv'

// Values that are others in every run. Each keeps its place, so that a missing one still shows.
const volatile: [pattern: RegExp, instead: string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/(["'](?:created|started|finished|expires|updated)["']: ?)(["'])\d{4}-\d\d-\d\dT[\d:.]+Z\2/g, '$1$2<time>$2'],
  [/(["']\w*Ms["']: ?)\d+(?:\.\d+)?/g, '$1"<duration>"'],
  // A revision is `generation.counter`; an entity tag is one with a hash behind it, which changes with it.
  [/(["'](?:revision|generation)["']: ?)(["'])[\w-]+(?:\.\d+)?\2/g, '$1$2<revision>$2'],
  [/^(etag|date|traceparent): .+$/gim, '$1: <header>'],
]

/** Replaces ids, times of jobs, durations, revisions, entity tags and dates by words, so that two runs print the same. */
export function normalise(text: string): string {
  const oneEnding = text.replaceAll('\r\n', '\n')
  return volatile.reduce((done, [pattern, instead]) => done.replace(pattern, instead), oneEnding)
}

const more = '…'

/** A pattern for `text`, in which each … stands for anything within its line. */
function wildcards(text: string): string {
  const escaped = text.split(more).map((part) => part.replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&'))
  return escaped.join('[^\\n]*')
}

/** A line that is nothing but … stands for any number of lines. */
function textMatches(expected: string, printed: string): boolean {
  const lines = expected.split('\n').map((line) => (line.trim() === more ? '(?:.*\\n)*?' : `${wildcards(line)}\\n`))
  return new RegExp(`^${lines.join('')}$`).test(`${printed}\n`)
}

const show = (value: unknown) => JSON.stringify(value) ?? 'nothing'
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/**
 * The first place where two JSON values differ, undefined where they don't. In `expected`, the string "…" is any value, a …
 * within a string any text, a "…" at the end of an array further items, and a member called "…" further members.
 */
function jsonDifference(expected: unknown, printed: unknown, place: string): string | undefined {
  if (expected === more) return undefined
  if (typeof expected === 'string' && typeof printed === 'string') {
    if (new RegExp(`^${wildcards(expected)}$`, 's').test(printed)) return undefined
  } else if (Array.isArray(expected) && Array.isArray(printed)) {
    const open = expected.at(-1) === more
    const items = open ? expected.slice(0, -1) : expected
    if (open ? printed.length < items.length : printed.length !== items.length) {
      return `${place} has ${printed.length} items, not ${items.length}${open ? ' or more' : ''}`
    }
    return first(items.map((item, index) => jsonDifference(item, printed[index], `${place}[${index}]`)))
  } else if (isObject(expected) && isObject(printed) && !Array.isArray(expected) && !Array.isArray(printed)) {
    const shown = Object.keys(expected).filter((name) => name !== more)
    const missing = shown.find((name) => !Object.hasOwn(printed, name))
    if (missing !== undefined) return `${place}.${missing} is missing`
    const unshown = more in expected ? undefined : Object.keys(printed).find((name) => !Object.hasOwn(expected, name))
    if (unshown !== undefined) return `${place}.${unshown} is printed but not shown: ${show(printed[unshown])}`
    return first(shown.map((name) => jsonDifference(expected[name], printed[name], `${place}.${name}`)))
  } else if (expected === printed) return undefined
  return `${place} is ${show(printed)}, not ${show(expected)}`
}

const first = (faults: (string | undefined)[]) => faults.find((fault) => fault !== undefined)

function parse(text: string): { value?: unknown; fault?: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

/** How what was printed differs from what a document shows, undefined where it doesn't. Volatile values are all alike. */
export function difference(language: OutputLanguage, shown: string, printed: string): string | undefined {
  const [expected, actual] = [normalise(shown.trimEnd()), normalise(printed.trimEnd())]
  if (language !== 'json') {
    return textMatches(expected, actual) ? undefined : `the document shows\n${expected}\nbut it printed\n${actual}`
  }
  const [left, right] = [parse(expected), parse(actual)]
  if (left.fault) return `what the document shows is no JSON: ${left.fault}`
  if (right.fault) return `it printed no JSON (${right.fault}):\n${actual}`
  const fault = jsonDifference(left.value, right.value, '$')
  return fault && `${fault}; it printed\n${actual}`
}
