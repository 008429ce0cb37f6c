import { RE2JS, RE2JSException } from 're2js'
import { labelNameSchema } from '../schemas/series.ts'
import { validate } from '../validate.ts'

/** One condition of `match=`: a label that has, or does not have, one of some values. A missing label has the value ''. */
export interface ValueMatcher {
  label: string
  negated: boolean
  values: string[]
}

/** One condition of `match=`: a label whose whole value fits, or does not fit, a regular expression. */
export interface PatternMatcher {
  label: string
  negated: boolean
  pattern: RE2JS
}

export type Matcher = ValueMatcher | PatternMatcher

/**
 * Bounds of a regular expression, in characters and in the instructions that it compiles to. It is run in time linear in
 * these and in the value, for every series that is looked at: some 10 ms at the very worst.
 */
const maxPattern = 1000
const maxProgram = 500

/**
 * Reads conditions joined by commas: `city="austin"`, `kind!="test"`, `city=("austin","berlin")`, `name=~"a.*b"`,
 * `name!~"a.*b"`. Within quotes a backslash stands before `"` and `\`. Regular expressions have the syntax of RE2, which
 * knows no backreference and no lookaround, and must fit the whole value, as in Prometheus.
 * Throws RangeError with a message for the caller that names the column, from 1.
 */
export function parseMatch(text: string): Matcher[] {
  const reader = new Reader(text)
  const matchers: Matcher[] = []
  while (!reader.atEnd()) {
    matchers.push(readCondition(reader))
    if (!reader.atEnd() && reader.take(/,/y) === undefined) reader.fail('a comma before the next condition')
  }
  return matchers
}

function readCondition(reader: Reader): Matcher {
  const place = reader.column()
  const label = reader.take(/[^\s"=!,~]+/y) ?? reader.fail('the name of a label')
  const [fault] = validate(labelNameSchema, label)
  if (fault) throw new RangeError(`column ${place}: the label's name '${clip(label)}' ${fault.detail}`)
  const operator = reader.take(/=~|!~|!=|=(?!=)/y) ?? reader.fail(`one of =, !=, =~, !~ behind '${label}'`)
  const negated = operator.startsWith('!')
  const column = reader.column()
  if (operator.endsWith('~'))
    return { label, negated, pattern: compile(readValue(reader, 'a regular expression'), column) }
  if (reader.take(/\(/y) === undefined) return { label, negated, values: [readValue(reader, 'a value')] }
  const values = [readValue(reader, 'a value')]
  while (reader.take(/,/y) !== undefined) values.push(readValue(reader, 'a value'))
  if (reader.take(/\)/y) === undefined) reader.fail('a comma or ) in the list')
  return { label, negated, values }
}

function readValue(reader: Reader, what: string): string {
  const column = reader.column()
  const quoted = reader.take(/"(?:[^"\\]|\\.)*"/sy)
  if (quoted !== undefined) return quoted.slice(1, -1).replace(/\\(["\\])/g, '$1')
  if (reader.take(/"/y) !== undefined) throw new RangeError(`column ${column}: the " that begins here is not closed`)
  return reader.fail(`${what} in double quotes`)
}

function compile(pattern: string, column: number): RE2JS {
  if (pattern.length > maxPattern)
    throw new RangeError(`column ${column}: the regular expression is longer than ${maxPattern} characters`)
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL)
    if (compiled.programSize() <= maxProgram) return compiled
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const reason = error.message.replace(/^error parsing regexp: /, '').replace('`(?s)', '`')
    throw new RangeError(`column ${column}: the regular expression can't be read: ${reason}; its syntax is that of RE2`)
  }
  throw new RangeError(`column ${column}: the regular expression repeats too much; use smaller counts, or a list`)
}

const clip = (text: string) => (text.length > 20 ? `${text.slice(0, 20)}…` : text)

/** Takes a text apart from left to right; white space between the parts means nothing. */
class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#skip()
  }

  #skip(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  atEnd(): boolean {
    return this.#at === this.#text.length
  }

  column(): number {
    return this.#at + 1
  }

  /** What a sticky expression finds at this place. */
  take(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#text)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    this.#skip()
    return found
  }

  fail(expected: string): never {
    const rest = this.#text.slice(this.#at)
    const found = rest === '' ? 'the end' : `'${clip(rest)}'`
    throw new RangeError(`column ${this.column()}: expected ${expected}, found ${found}`)
  }
}

export function matches(matchers: Matcher[], labels: Record<string, string>): boolean {
  return matchers.every((matcher) => {
    const value = Object.hasOwn(labels, matcher.label) ? labels[matcher.label]! : ''
    const fits = 'pattern' in matcher ? matcher.pattern.matches(value) : matcher.values.includes(value)
    return fits !== matcher.negated
  })
}

/** The values of a label of which every match has one; undefined when the conditions don't say. */
export function wantedValues(matchers: Matcher[]): { label: string; values: string[] } | undefined {
  return matchers.find(
    (matcher): matcher is ValueMatcher => 'values' in matcher && !matcher.negated && !matcher.values.includes(''),
  )
}
