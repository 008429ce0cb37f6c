import { readPlainNumber } from './numbers.ts'
import type { SourceRow } from './table.ts'

const [quote, newline, carriageReturn, space, tab, formFeed, noBreak] = [34, 10, 13, 32, 9, 12, 160]

/**
 * A row of CSV as places in a text: a cell becomes a text of its own only when it is asked for. A scanner goes from row
 * to row with one of these.
 */
export class CsvRow implements SourceRow {
  line = 0
  count = 0
  text = ''
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

  /** The text of a cell, '' where the row has none. It may hold on to all of the text that it is a part of. */
  cell(column: number): string {
    if (column >= this.count) return ''
    const text = this.text.slice(this.starts[column], this.ends[column])
    const cell = this.doubled[column] === 1 ? text.replaceAll('""', '"') : text
    return cell.endsWith(' ') ? cell.trimEnd() : cell
  }

  /** The number in a cell; NaN where it is missing, or written in another way than with digits and `decimal`. */
  number(column: number, decimal: number): number {
    return column < this.count
      ? readPlainNumber(this.text, this.starts[column]!, this.ends[column]!, decimal)
      : Number.NaN
  }

  get cells(): string[] {
    return Array.from({ length: this.count }, (_, column) => this.cell(column))
  }
}

/**
 * Finds the rows of plain CSV (RFC 4180) in a text that comes in pieces. It stops, with `odd`, before the first record
 * that is anything else: what is left of the text then is `rest`.
 */
export class CsvScanner {
  /** What was not read yet; lines are counted up to it. */
  rest = ''
  line = 0
  odd = false
  readonly #delimiter: number
  readonly #trims: boolean
  readonly #row = new CsvRow()

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#trims = delimiter !== '\t'
  }

  /** The rows that end in the next piece; each is good until the next is asked for. */
  *scan(piece: string, last: boolean): Generator<CsvRow> {
    const text = this.rest === '' ? piece : this.rest + piece
    this.#row.text = text
    let at = 0
    while (at < text.length && !this.odd) {
      const next = this.#record(text, at, last)
      if (next < 0) break
      at = next
      if (!this.#isBlank()) yield this.#row
    }
    this.rest = text.slice(at)
  }

  /** Reads a record; gives where the next begins, or −1 when this one has no end yet, or is odd. */
  #record(text: string, from: number, last: boolean): number {
    const row = this.#row
    row.count = 0
    let lines = this.line
    for (let at = from; ; at++) {
      if (this.#trims) at = skipSpace(text, at)
      const start = at
      if (text.charCodeAt(at) === quote) {
        let doubled = false
        at = text.indexOf('"', at + 1)
        while (at >= 0 && text.charCodeAt(at + 1) === quote) {
          doubled = true
          at = text.indexOf('"', at + 2)
        }
        if (at < 0 || (at + 1 === text.length && !last)) return this.#open(last)
        for (let n = text.indexOf('\n', start); n >= 0 && n < at; n = text.indexOf('\n', n + 1)) lines++
        row.add(start + 1, at, doubled)
        at++
      } else {
        at = this.#fieldEnd(text, at)
        row.add(start, at, false)
      }
      if (at >= text.length) {
        if (!last) return -1
        this.line = row.line = lines + 1
        return at
      }
      const end = text.charCodeAt(at)
      if (end === this.#delimiter) continue
      if (end === carriageReturn) {
        if (at + 1 === text.length && !last) return -1
        at++
      }
      if (text.charCodeAt(at) !== newline) return this.#open(true)
      this.line = row.line = lines + 1
      return at + 1
    }
  }

  #open(odd: boolean): number {
    this.odd = odd
    return -1
  }

  #fieldEnd(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === this.#delimiter || code === newline || code === carriageReturn) return at
    }
    return text.length
  }

  /** Blank lines, rows of nothing but delimiters and lines that begin with # or % are no rows. */
  #isBlank(): boolean {
    const { text, starts, ends, count } = this.#row
    const first = text.charCodeAt(starts[0]!)
    if (ends[0]! > starts[0]! && first !== space && first !== quote) return first === 35 || first === 37
    if (/^\s*[#%]/.test(this.#row.cell(0))) return true
    for (let i = 0; i < count; i++) if (this.#row.cell(i) !== '') return false
    return true
  }
}

function skipSpace(text: string, from: number): number {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code !== space && code !== tab && code !== formFeed && code !== noBreak) return at
  }
}
