import { ByteKeys } from '../text/byte-keys.ts'
import type { CsvRow } from './csv-rows.ts'

const lengthBytes = 4

/**
 * Finds numbers by the bytes of some cells of a row, without making a text of them. It forgets all of them where they
 * become more than `most`: whoever uses it must know them by other means too.
 */
export class RowKeys {
  readonly #columns: number[]
  readonly #most: number
  readonly #keys: ByteKeys
  /** By the number of the key. */
  readonly #numbers: number[] = []
  /** The cells of the row that is looked at. */
  #cells = Buffer.allocUnsafe(256)

  /** `seed` as for ByteKeys. */
  constructor(columns: number[], most: number, seed: number) {
    this.#columns = columns
    this.#most = most
    this.#keys = new ByteKeys(seed)
  }

  /** The number of a row's key; −1 when it is not known. */
  find(row: CsvRow): number {
    const length = this.#take(row)
    const key = length < 0 ? -1 : this.#keys.find(this.#cells, 0, length, 0)
    return key < 0 ? -1 : this.#numbers[key]!
  }

  /** Keeps the number of a row's key, which is not known yet. */
  add(row: CsvRow, number: number): void {
    const length = this.#take(row)
    if (length < 0) return
    if (this.#keys.count === this.#most) this.#keys.forget()
    this.#numbers[this.#keys.add(this.#cells, 0, length, 0)] = number
  }

  /**
   * Takes the cells, each behind its length, one behind the other, and gives their bytes; −1 where bytes do not tell the
   * texts: within quotes the same may mean another one.
   */
  #take({ bytes, starts, ends, doubled, count }: CsvRow): number {
    let at = 0
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i]!
      const isThere = column < count
      if (isThere && doubled[column] === 1) return -1
      const start = isThere ? starts[column]! : 0
      const end = isThere ? ends[column]! : 0
      this.#reserve(at, lengthBytes + end - start)
      const cells = this.#cells
      for (let shift = 0; shift < 8 * lengthBytes; shift += 8) cells[at++] = (end - start) >>> shift
      for (let from = start; from < end; from++) cells[at++] = bytes[from]!
    }
    return at
  }

  #reserve(at: number, more: number): void {
    if (at + more <= this.#cells.length) return
    const grown = Buffer.allocUnsafe(2 * (at + more))
    this.#cells.copy(grown, 0, 0, at)
    this.#cells = grown
  }
}
