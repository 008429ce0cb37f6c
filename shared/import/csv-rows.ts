import { readPlainNumber } from './numbers.ts'
import type { RowBatch, SourceRow } from './table.ts'

const [quote, newline, carriageReturn, space, tab, formFeed] = [34, 10, 13, 32, 9, 12]
const noBreak = [0xc2, 0xa0] as const

/**
 * A row of CSV as places among bytes of UTF-8: a cell becomes a text only when it is asked for. A scanner goes from row to
 * row with one of these.
 */
export class CsvRow implements SourceRow {
  line = 0
  count = 0
  bytes: Buffer = Buffer.alloc(0)
  starts = new Int32Array(64)
  ends = new Int32Array(64)
  /** 1 where a cell stood in quotes and has doubled ones in it. */
  doubled = new Uint8Array(64)

  add(start: number, end: number, doubled: boolean): void {
    if (this.count === this.starts.length) this.#grow()
    this.starts[this.count] = start
    this.ends[this.count] = end
    this.doubled[this.count++] = doubled ? 1 : 0
  }

  #grow(): void {
    const { starts, ends, doubled } = this
    this.starts = new Int32Array(this.count * 2)
    this.ends = new Int32Array(this.count * 2)
    this.doubled = new Uint8Array(this.count * 2)
    this.starts.set(starts)
    this.ends.set(ends)
    this.doubled.set(doubled)
  }

  /** The text of a cell, '' where the row has none. */
  cell(column: number): string {
    if (column >= this.count) return ''
    const text = this.bytes.toString('utf8', this.starts[column], this.ends[column])
    const cell = this.doubled[column] === 1 ? text.replaceAll('""', '"') : text
    return cell.endsWith(' ') ? cell.trimEnd() : cell
  }

  /** Puts the number in a cell into a list; NaN where it is missing, or written in another way than with digits and `decimal`. */
  number(column: number, decimal: number, into: Float64Array, place: number): void {
    if (column >= this.count) into[place] = Number.NaN
    else readPlainNumber(this.bytes, this.starts[column]!, this.ends[column]!, decimal, into, place)
  }

  get cells(): string[] {
    return Array.from({ length: this.count }, (_, column) => this.cell(column))
  }
}

/**
 * Finds the rows of plain CSV (RFC 4180) in UTF-8 that comes in pieces, which it copies to memory that it uses again and
 * again. It stops, with `odd`, before the first record that is anything else: what is left of the bytes then is `rest`.
 */
export class CsvScanner implements RowBatch {
  /** Lines are counted up to what was not read yet. */
  line = 0
  odd = false
  #bytes = Buffer.allocUnsafeSlow(2 * 65_536)
  #at = 0
  #end = 0
  #last = false
  readonly #delimiter: number
  /** Bytes above this one neither end a field nor separate two. */
  readonly #inField: number
  readonly #trims: boolean
  readonly #row = new CsvRow()

  /** `delimiter` is one character of ASCII. */
  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#inField = Math.max(this.#delimiter, carriageReturn)
    this.#trims = delimiter !== '\t'
  }

  /** What was not read yet: good until the next piece. */
  get rest(): Buffer {
    return this.#bytes.subarray(this.#at, this.#end)
  }

  /** Takes the next piece; rows that were given before are no longer good. */
  feed(piece: Buffer, last: boolean): void {
    const rest = this.#end - this.#at
    // One more byte: an end of line behind the last that came, so that a field ends there in any case.
    const needed = rest + piece.length + 1
    const bytes = needed > this.#bytes.length ? Buffer.allocUnsafeSlow(2 * needed) : this.#bytes
    this.#bytes.copy(bytes, 0, this.#at, this.#end)
    piece.copy(bytes, rest)
    bytes[needed - 1] = newline
    this.#bytes = bytes
    this.#row.bytes = bytes
    this.#at = 0
    this.#end = needed - 1
    this.#last = last
  }

  /** The next row that ends in what has come; it is good until the next is asked for. */
  next(): CsvRow | undefined {
    while (this.#at < this.#end && !this.odd) {
      const next = this.#record(this.#at)
      if (next < 0) return undefined
      this.#at = next
      if (!this.#isBlank()) return this.#row
    }
    return undefined
  }

  /** Reads a record; gives where the next begins, or −1 when this one has no end yet, or is odd. */
  #record(from: number): number {
    const bytes = this.#bytes
    const end = this.#end
    const last = this.#last
    const delimiter = this.#delimiter
    const inField = this.#inField
    const row = this.#row
    row.count = 0
    let lines = this.line
    for (let at = from; ; at++) {
      if (this.#trims) at = skipSpace(bytes, at)
      const start = at
      let code = bytes[at]!
      if (code === quote && at < end) {
        let doubled = false
        at = quoteFrom(bytes, at + 1, end)
        while (at + 1 < end && bytes[at + 1] === quote) {
          doubled = true
          at = quoteFrom(bytes, at + 2, end)
        }
        if (at === end || (at + 1 === end && !last)) return this.#open(last)
        for (let n = start; n < at; n++) if (bytes[n] === newline) lines++
        row.add(start + 1, at, doubled)
        code = bytes[++at]!
      } else {
        while (code > inField || (code !== delimiter && code !== newline && code !== carriageReturn))
          code = bytes[++at]!
        row.add(start, at, false)
      }
      if (at >= end) {
        if (!last) return -1
        this.line = row.line = lines + 1
        return end
      }
      if (code === delimiter) continue
      if (code === carriageReturn) {
        if (at + 1 === end && !last) return -1
        at++
      }
      if (bytes[at] !== newline || at === end) return this.#open(true)
      this.line = row.line = lines + 1
      return at + 1
    }
  }

  #open(odd: boolean): number {
    this.odd = odd
    return -1
  }

  /** Blank lines, rows of nothing but delimiters and lines that begin with # or % are no rows. */
  #isBlank(): boolean {
    const { bytes, starts, ends, count } = this.#row
    const first = bytes[starts[0]!]
    if (ends[0]! > starts[0]! && first !== space && first !== quote) return first === 35 || first === 37
    if (/^\s*[#%]/.test(this.#row.cell(0))) return true
    for (let i = 0; i < count; i++) if (this.#row.cell(i) !== '') return false
    return true
  }
}

function quoteFrom(bytes: Buffer, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at] !== quote) at++
  return Math.min(at, end)
}

function skipSpace(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    const code = bytes[at]!
    if (code === noBreak[0] && bytes[at + 1] === noBreak[1]) at++
    else if (code !== space && code !== tab && code !== formFeed) return at
  }
}
