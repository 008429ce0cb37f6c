import { ByteKeys } from '../text/byte-keys.ts'
import { byte, keyEnd } from './line-bytes.ts'
import { details } from './line-faults.ts'
import { fieldSeries, type Measured, readMeasured } from './line-names.ts'
import type { LinePoints } from './line-points.ts'
import { maxNameBytes } from './name.ts'

/** What stands before the fields of lines, as it is spelled there. */
interface Spelling extends Measured {
  /** The fields of the last such line, in their order. */
  fields: number[]
  /** What stood before the fields of the line behind that, if it was another. */
  next: number
}

/**
 * Finds the series that the fields of lines go to by the bytes of their names, without making a text of them. What
 * stands before the fields is mostly that of the line before, or of the line that followed that the last time; the
 * fields mostly come in the same order. All else is looked up by its bytes.
 */
export class LineKeys {
  /** There are more series than are allowed. */
  isFull = false
  readonly #maxSeries: number
  readonly #spellings: ByteKeys
  readonly #spelled: Spelling[] = []
  /** Of the line before; −1 at the beginning. */
  #last = -1
  /** Names of fields; their owners are spellings. */
  readonly #fields: ByteKeys
  readonly #fieldSeries: number[] = []
  readonly #points: LinePoints
  /** By their names. */
  readonly #series = new Map<string, number>()

  constructor(points: LinePoints, maxSeries: number, seed: number) {
    this.#points = points
    this.#maxSeries = maxSeries
    this.#spellings = new ByteKeys(seed)
    this.#fields = new ByteKeys(seed)
  }

  /** The number of the measurement and the tags that begin at a place; a text says what is wrong with them. */
  find(bytes: Buffer, at: number): number | string {
    if (this.#last >= 0) {
      if (this.#isAt(this.#last, bytes, at)) return this.#last
      const { next } = this.#spelled[this.#last]!
      if (next >= 0 && this.#isAt(next, bytes, at)) {
        this.#last = next
        return next
      }
    }
    const end = keyEnd(bytes, at)
    if (bytes[end] !== byte.space) return details.field
    // A name is always longer than what it is made of: longer ones are not taken apart.
    if (end - at > maxNameBytes)
      return `the name of a series has more than ${end - at} bytes; ${maxNameBytes} are the most`
    // Tags in any order make any number of spellings.
    if (Math.max(this.#spellings.count, this.#fields.count) > 4 * this.#maxSeries) this.#forget()
    const known = this.#spellings.find(bytes, at, end, 0)
    if (known >= 0) return this.#follow(known)
    const measured = readMeasured(bytes.subarray(at, end))
    if (typeof measured === 'string') return measured
    const spelling = this.#spellings.add(bytes, at, end, 0)
    this.#spelled[spelling] = { ...measured, fields: [], next: -1 }
    return this.#follow(spelling)
  }

  /** How many bytes a measurement and its tags have. */
  length(spelling: number): number {
    return this.#spellings.length(spelling)
  }

  /** How many bytes the name of the field has that stood at this place of the last such line; 0 when another begins here. */
  expected(spelling: number, place: number, bytes: Buffer, at: number): number {
    const field = this.#spelled[spelling]!.fields[place]
    if (field === undefined || !this.#fields.isAt(field, bytes, at)) return 0
    const length = this.#fields.length(field)
    return bytes[at + length] === byte.equals ? length : 0
  }

  /** The series of that field. */
  expectedSeries(spelling: number, place: number): number {
    return this.#fieldSeries[this.#spelled[spelling]!.fields[place]!]!
  }

  /** The series of the field whose name stands between two places; a text says why there is none. */
  series(spelling: number, place: number, bytes: Buffer, [start, end]: [number, number]): number | string {
    const spelled = this.#spelled[spelling]!
    let field = this.#fields.find(bytes, start, end, spelling)
    if (field < 0) {
      const series = this.#seriesOf(spelled, bytes.subarray(start, end))
      if (typeof series === 'string') return series
      field = this.#fields.add(bytes, start, end, spelling)
      this.#fieldSeries[field] = series
    }
    spelled.fields[place] = field
    return this.#fieldSeries[field]!
  }

  #seriesOf(measured: Measured, field: Buffer): number | string {
    const spec = fieldSeries(measured, field)
    if (typeof spec === 'string') return spec
    const known = this.#series.get(spec.name)
    if (known !== undefined) return known
    if (this.#series.size === this.#maxSeries) {
      this.isFull = true
      return `the lines have more than ${this.#maxSeries} series; send them in parts`
    }
    const series = this.#points.addSeries(spec)
    this.#series.set(spec.name, series)
    return series
  }

  #isAt(spelling: number, bytes: Buffer, at: number): boolean {
    const spellings = this.#spellings
    return spellings.isAt(spelling, bytes, at) && bytes[at + spellings.length(spelling)] === byte.space
  }

  #follow(spelling: number): number {
    if (this.#last >= 0) this.#spelled[this.#last]!.next = spelling
    this.#last = spelling
    return spelling
  }

  #forget(): void {
    this.#spellings.forget()
    this.#fields.forget()
    this.#last = -1
  }
}
