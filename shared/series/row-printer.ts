import { longestNumber, NumberWriter } from '../text/write-numbers.ts'
import { longestTime, TimeWriter } from '../text/write-times.ts'
import type { Rows } from './rows.ts'

/** What stands around the figures of a row. */
export interface RowFrame {
  /** Whether a comma stands between rows. */
  separated: boolean
  /** Before the time; without it the row has none. */
  beforeTime?: string
  /** Before the value of each column. */
  before: string[]
  after: string
  /** In the place of a missing value, NaN. */
  missing: string
  /** Times as integer Unix milliseconds instead of RFC 3339. */
  epoch: boolean
}

/** A part of a text ends behind the row by which it has so many bytes. */
const partBytes = 65_536

/** All parts are written here: writing one and making a string of it is one step, so that no other comes between. */
let page = Buffer.allocUnsafeSlow(2 * partBytes)

/** Prints rows digit by digit: of many rows it makes one string. */
export class RowPrinter {
  readonly #separated: boolean
  readonly #times: TimeWriter
  readonly #numbers: NumberWriter[]
  readonly #beforeTime: Buffer | undefined
  readonly #before: Buffer[]
  readonly #after: Buffer | undefined
  readonly #missing: Buffer
  readonly #longestRow: number
  /** The row that comes next, and whether one came before it. */
  #next = 0
  #begun = false

  constructor({ separated, beforeTime, before, after, missing, epoch }: RowFrame) {
    this.#separated = separated
    this.#times = new TimeWriter(epoch)
    this.#numbers = before.map(() => new NumberWriter())
    // The comma is written with what begins a row, and left out of the first.
    const comma = separated ? ',' : ''
    this.#beforeTime = beforeTime === undefined ? undefined : Buffer.from(comma + beforeTime)
    this.#before = before.map((text, i) => Buffer.from(i === 0 && beforeTime === undefined ? comma + text : text))
    this.#after = after === '' ? undefined : Buffer.from(after)
    this.#missing = Buffer.from(missing)
    const frame = 1 + Buffer.byteLength([beforeTime, ...before, after].join(''))
    this.#longestRow = frame + longestTime + before.length * Math.max(longestNumber, missing.length)
  }

  /** The text of the next rows, in parts; from the last of them to the first if it is `descending`. */
  *print(rows: Rows, descending = false): Generator<string> {
    this.#next = 0
    while (this.#next < rows.timestamps.length) yield this.#part(rows, descending)
  }

  #part({ timestamps, columns }: Rows, descending: boolean): string {
    if (page.length < partBytes + this.#longestRow) page = Buffer.allocUnsafeSlow(partBytes + this.#longestRow)
    const bytes = page
    const times = this.#times
    const beforeTime = this.#beforeTime
    const before = this.#before
    const numbers = this.#numbers
    const after = this.#after
    const last = timestamps.length - 1
    let at = 0
    let next = this.#next
    for (; next <= last && at < partBytes; next++) {
      const row = descending ? last - next : next
      if (beforeTime) at = times.write(bytes, writeText(bytes, at, beforeTime), timestamps, row)
      for (let i = 0; i < numbers.length; i++) {
        const column = columns[i]!
        at = writeText(bytes, at, before[i]!)
        if (Number.isNaN(column[row])) at = writeText(bytes, at, this.#missing)
        else at = numbers[i]!.write(bytes, at, column, row)
      }
      if (after) at = writeText(bytes, at, after)
    }
    const start = this.#separated && !this.#begun ? 1 : 0
    this.#next = next
    this.#begun = true
    return bytes.toString('utf8', start, at)
  }
}

function writeText(bytes: Buffer, at: number, text: Buffer): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text[i]!
  return at + text.length
}
