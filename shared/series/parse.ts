import { type InputError, maxInputErrors } from '../problems.ts'
import { TimeScanner } from '../text/read-times.ts'
import { clip, show } from '../text/show.ts'
import { formatTime, parseTime, type TimeOptions } from '../time.ts'
import { Columns } from './columns.ts'
import { sortPoints } from './merge.ts'
import { readCsv } from './parse-csv.ts'
import { readJson } from './parse-json.ts'
import { readNdjson } from './parse-ndjson.ts'
import type { Points, Range } from './points.ts'

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

const readers = { json: readJson, csv: readCsv, ndjson: readNdjson }

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
  await readers[form](body, reader)
  return sortPoints(reader.finish())
}

export type Place = Pick<InputError, 'line' | 'pointer' | 'column' | 'text'>

/** Collects points in columns that grow, and faults. */
export class PointReader {
  readonly #options: TimeOptions
  readonly #within: Range
  /** Reads what is plain among times; the others are for `time`. */
  readonly times: TimeScanner
  /** Of CSV: the names of its columns, for faults. */
  columns: { timestamp: string; value: string } | undefined
  /** Of the time that is being read. */
  #place: Place = {}
  readonly #errors: InputError[] = []
  #total = 0
  #count = 0
  readonly #columns = new Columns()

  constructor({ within = {}, report, ...options }: ParseOptions) {
    this.#options = { ...options, note: report && ((detail) => report({ ...this.#place, detail })) }
    this.#within = within
    this.times = new TimeScanner({ ...options, ...within })
  }

  /** The columns, for who writes points into them, at a place that has `room`, and then has them `take` as many. */
  get timestamps(): Float64Array {
    return this.#columns.timestamps
  }

  get values(): Float64Array {
    return this.#columns.values
  }

  /** Makes room at a place, without another at the next; gives the place. */
  room(place = this.#count): number {
    if (place === this.#columns.timestamps.length) this.#columns.grow()
    return place
  }

  take(count: number): void {
    this.#count += count
  }

  add(timestamp: number, value: number): void {
    const place = this.room()
    this.#columns.timestamps[place] = timestamp
    this.#columns.values[place] = value
    this.#count++
  }

  /** Forgets all points. */
  clear(): void {
    this.#count = 0
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

  /** The points; the reader is of no use afterwards. */
  finish(): Points {
    const points = this.#columns.take(this.#count)
    if (this.#total > 0) throw new PointsError(this.#errors, this.#total)
    return points
  }
}
