import { setImmediate as turn } from 'node:timers/promises'
import { JsonError, parseJsonText } from '../json.ts'
import { type InputError, maxInputErrors } from '../problems.ts'
import { formatTime, parseTime, type TimeOptions } from '../time.ts'
import { escapePointer, unknownName } from '../validate.ts'
import { sortPoints } from './merge.ts'
import { readCsv } from './parse-csv.ts'
import type { Points, Range } from './points.ts'
import { clip, show } from './show.ts'

export type PointsForm = 'json' | 'csv' | 'ndjson'

/** The body is wrong: the first faults, each with its line or pointer, and how many there are. */
export class PointsError extends Error {
  readonly errors: InputError[]
  readonly total: number
  constructor(errors: InputError[], total: number) {
    super(errors[0]?.detail ?? 'the body is wrong')
    this.errors = errors
    this.total = total
  }
}

/** Which form bytes without a type have: JSON and NDJSON begin with a bracket, CSV does not. */
export function sniffForm(start: Buffer): PointsForm {
  const text = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (/^\{[^\n]*\}\r?\n\s*\{/.test(text)) return 'ndjson'
  return text.startsWith('[') || text.startsWith('{') ? 'json' : 'csv'
}

export interface ParseOptions extends TimeOptions {
  /** Every point must lie in this range. */
  within?: Range | undefined
  /** Told where a local time was ambiguous or skipped, and what was taken. */
  report?: ((note: InputError) => void) | undefined
}

/**
 * Reads a body of points, in any order, into time order; of two of one time the last counts.
 * Throws PointsError that names every bad line or member (the first 100).
 */
export async function parsePoints(
  body: AsyncIterable<Buffer>,
  form: PointsForm,
  options: ParseOptions,
): Promise<Points> {
  const reader = new PointReader(options)
  if (form === 'json') await readJsonBody(Buffer.concat(await Array.fromAsync(body)).toString('utf8'), reader)
  else if (form === 'csv') await readCsv(lines(body), reader)
  else await readNdjson(body, reader)
  return sortPoints(reader.finish())
}

export type Place = Pick<InputError, 'line' | 'pointer' | 'column' | 'text'>

/** Collects points in columns that grow, and faults. */
export class PointReader {
  readonly #options: TimeOptions
  readonly #within: Range
  /** Of CSV: the names of its columns, for faults. */
  columns: { timestamp: string; value: string } | undefined
  /** Of the time that is being read. */
  #place: Place = {}
  readonly #errors: InputError[] = []
  #total = 0
  #count = 0
  #timestamps = new Float64Array(1024)
  #values = new Float64Array(1024)

  constructor({ within = {}, report, ...options }: ParseOptions) {
    this.#options = { ...options, note: report && ((detail) => report({ ...this.#place, detail })) }
    this.#within = within
  }

  add(timestamp: number, value: number): void {
    if (this.#count === this.#timestamps.length) {
      this.#timestamps = grow(this.#timestamps)
      this.#values = grow(this.#values)
    }
    this.#timestamps[this.#count] = timestamp
    this.#values[this.#count++] = value
  }

  fault(place: Place, detail: string): void {
    this.#total++
    if (this.#errors.length < maxInputErrors) this.#errors.push({ ...place, detail })
  }

  time(raw: unknown, place: Place): number {
    try {
      if (typeof raw === 'string' || typeof raw === 'number') return this.#readTime(raw, place)
      this.fault(place, `${show(raw)} is not a timestamp: a text or a number was expected`)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.fault(this.#cell('timestamp', raw, place), error.message)
    }
    return Number.NaN
  }

  /** The place of a value, in CSV with its column and text. */
  #cell(part: 'timestamp' | 'value', raw: unknown, place: Place): Place {
    return this.columns ? { ...place, column: this.columns[part], text: clip(String(raw)) } : place
  }

  #readTime(raw: string | number, place: Place): number {
    this.#place = place
    const time = parseTime(raw, this.#options)
    const { from = -Infinity, to = Infinity } = this.#within
    if (time >= from && time < to) return time
    const where =
      time < from
        ? `is before the range, which begins at ${formatTime(from)}`
        : `is not before the end of the range, ${formatTime(to)}`
    this.fault(this.#cell('timestamp', raw, place), `${formatTime(time)} ${where}`)
    return time
  }

  value(raw: unknown, place: Place): number {
    if (typeof raw === 'number' && Number.isFinite(raw)) return raw
    const right = this.columns ? '; digits were expected, such as -3.1 or 2e6, and a missing value has no line' : ''
    this.fault(this.#cell('value', raw, place), `${show(raw)} is not a finite number${right}`)
    return Number.NaN
  }

  finish(): Points {
    if (this.#total > 0) throw new PointsError(this.#errors, this.#total)
    return { timestamps: this.#timestamps.slice(0, this.#count), values: this.#values.slice(0, this.#count) }
  }
}

function grow(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}

/** So many points are read between the turns of other requests. */
const slice = 5000

async function readJsonBody(text: string, reader: PointReader): Promise<void> {
  let body: unknown
  try {
    body = parseJsonText(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    reader.fault({ line: error.line }, error.message)
    return
  }
  if (Array.isArray(body)) {
    for (let i = 0; i < body.length; i++) {
      if (i % slice === slice - 1) await turn()
      readPoint(body[i], `/${i}`, undefined, reader)
    }
  } else if (isObject(body) && ('timestamps' in body || 'values' in body)) await readColumns(body, reader)
  else readPoint(body, '', undefined, reader)
}

async function readColumns(body: Record<string, unknown>, reader: PointReader): Promise<void> {
  const { timestamps, values, ...others } = body
  for (const name of Object.keys(others))
    reader.fault({ pointer: `/${escapePointer(name)}` }, unknownName(name, ['timestamps', 'values']))
  if (!Array.isArray(timestamps) || !Array.isArray(values)) {
    reader.fault({ pointer: '' }, "columns need both 'timestamps' and 'values', each a list")
    return
  }
  if (timestamps.length !== values.length) {
    reader.fault(
      { pointer: '' },
      `there are ${timestamps.length} timestamps and ${values.length} values; one of each makes a point`,
    )
    return
  }
  for (let i = 0; i < timestamps.length; i++) {
    if (i % slice === slice - 1) await turn()
    reader.add(
      reader.time(timestamps[i], { pointer: `/timestamps/${i}` }),
      reader.value(values[i], { pointer: `/values/${i}` }),
    )
  }
}

function readPoint(point: unknown, pointer: string, line: number | undefined, reader: PointReader): void {
  const place = (member: string): Place => (line === undefined ? { pointer: pointer + member } : { line })
  if (!isObject(point)) {
    reader.fault(place(''), `${show(point)} is not a point; expected {"timestamp": …, "value": …}`)
    return
  }
  for (const name of Object.keys(point)) {
    if (name !== 'timestamp' && name !== 'value')
      reader.fault(place(`/${escapePointer(name)}`), unknownName(name, ['timestamp', 'value']))
  }
  for (const name of ['timestamp', 'value']) {
    if (!(name in point)) reader.fault(place(''), `'${name}' is missing`)
  }
  if ('timestamp' in point && 'value' in point) {
    reader.add(reader.time(point.timestamp, place('/timestamp')), reader.value(point.value, place('/value')))
  }
}

async function readNdjson(body: AsyncIterable<Buffer>, reader: PointReader): Promise<void> {
  let empty = true
  for await (const [line, text] of lines(body)) {
    if (text.trim() === '') continue
    empty = false
    try {
      readPoint(parseJsonText(text), '', line, reader)
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      reader.fault({ line }, error.message)
    }
  }
  if (empty) reader.fault({ line: 1 }, 'the body is empty')
}

/** The lines of a body with their numbers from 1, without their ends; a byte order mark is dropped. */
async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<[number, string]> {
  const decoder = new TextDecoder('utf-8')
  let number = 1
  let rest = ''
  for await (const chunk of body) {
    const parts = decoder.decode(chunk, { stream: true }).split('\n')
    // Only what is new is searched: a body without an end of line takes no longer than another.
    parts[0] = rest + parts[0]!
    rest = parts.pop()!
    for (const part of parts) yield [number++, part.endsWith('\r') ? part.slice(0, -1) : part]
  }
  rest += decoder.decode()
  if (rest !== '') yield [number, rest]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
