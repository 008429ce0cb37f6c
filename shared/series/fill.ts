import type { Buckets } from './calendar.ts'
import { type Rows, RowsBuilder } from './rows.ts'

/** What an empty bucket shows: nothing at all, no value, the value before it, one between its neighbours, or a number. */
export type Fill = 'none' | 'null' | 'previous' | 'linear' | number

/** Reads `fill=`. Throws RangeError with a message for the caller. */
export function parseFill(text: string): Fill {
  if (text === 'none' || text === 'null' || text === 'previous' || text === 'linear') return text
  if (/^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))) return Number(text)
  throw new RangeError(`'${text}' is not known; expected none, null, previous, linear or a number`)
}

export interface FillOptions {
  buckets: Buckets
  fill: Exclude<Fill, 'none'>
  names: string[]
  /** Where the rows have one column more than there are names, the last value of each bucket: the last one before all. */
  before?: () => number
  order: 'asc' | 'desc'
  /** The start of the first and of the last bucket in time; where one is missing, that of the first or last row. */
  first?: number | undefined
  last?: number | undefined
}

interface Row {
  timestamp: number
  values: number[]
}

/** Rows that are given at once, so that a long gap is never held whole. */
const batch = 1024

/**
 * Puts rows for empty buckets between rows that come in the asked order. Before the first row nothing is there to carry
 * on from ('previous'), nor, as behind the last one, to draw a line from ('linear'): those have no value. A line goes
 * from a bucket's start to another's, by milliseconds. Two figures of an empty bucket are known, whatever the fill: its
 * `count` is 0, and its time-weighted mean is the value that still held, where `before` tells of one.
 */
export class Filler {
  readonly #options: FillOptions
  readonly #out: RowsBuilder
  readonly #descending: boolean
  /** The bucket that comes next, undefined before the first row of a range that is open there. */
  #expected: number | undefined
  #seen: Row | undefined

  constructor(options: FillOptions) {
    this.#options = options
    this.#out = new RowsBuilder(options.names.length)
    this.#descending = options.order === 'desc'
    this.#expected = this.#descending ? options.last : options.first
  }

  /** Rows of buckets before the first that is asked for are not given: they are what is carried on. */
  *push({ timestamps, columns }: Rows): Generator<Rows> {
    for (let i = 0; i < timestamps.length; i++) {
      const row = { timestamp: timestamps[i]!, values: columns.map((column) => column[i]!) }
      if (this.#expected === undefined || !this.#isBefore(row.timestamp, this.#expected)) {
        if (this.#expected !== undefined) yield* this.#gap(row.timestamp, row)
        this.#out.add(row.timestamp, (column) => row.values[column]!)
        this.#expected = this.#following(row.timestamp)
      }
      this.#seen = row
      if (this.#out.count >= batch) yield this.#out.take()
    }
    if (this.#out.count > 0) yield this.#out.take()
  }

  /** The empty buckets up to the end of the range, when no more rows come. */
  *finish(): Generator<Rows> {
    const { first, last } = this.#options
    const end = this.#descending ? first : last
    if (end === undefined || this.#expected === undefined) return
    yield* this.#gap(this.#following(end), undefined)
    if (this.#out.count > 0) yield this.#out.take()
  }

  *#gap(end: number, next: Row | undefined): Generator<Rows> {
    const [earlier, later] = this.#descending ? [next, this.#seen] : [this.#seen, next]
    const { fill, names, before } = this.#options
    const held = before ? (earlier?.values[names.length] ?? before()) : NaN
    const valueAt = (time: number, column: number) => {
      if (names[column] === 'count') return 0
      if (names[column] === 'twmean' && !Number.isNaN(held)) return held
      if (fill === 'null') return NaN
      if (typeof fill === 'number') return fill
      const [from, to] = [earlier?.values[column] ?? NaN, later?.values[column] ?? NaN]
      if (fill === 'previous') return from
      if (!earlier || !later) return NaN
      const part = (time - earlier.timestamp) / (later.timestamp - earlier.timestamp)
      const between = from + (to - from) * part
      return Number.isFinite(between) ? between : from * (1 - part) + to * part // their distance may be no double
    }
    for (let time = this.#expected!; this.#isBefore(time, end); time = this.#following(time)) {
      this.#out.add(time, (column) => valueAt(time, column))
      this.#expected = this.#following(time)
      if (this.#out.count >= batch) yield this.#out.take()
    }
  }

  #isBefore(time: number, other: number): boolean {
    return this.#descending ? time > other : time < other
  }

  #following(start: number): number {
    const { buckets } = this.#options
    return this.#descending ? buckets.startOf(start - 1) : buckets.endOf(start)
  }
}
