import type { CsvRow } from './csv-rows.ts'

/** Stands between two cells of a key: no byte of UTF-8. */
const between = 0xff

/**
 * Finds numbers by the bytes of some cells of a row, without making a text of them. It forgets all of them where they
 * become more than `most`: whoever uses it must know them by other means too.
 */
export class RowKeys {
  readonly #columns: number[]
  readonly #most: number
  #slots = new Int32Array(256).fill(-1)
  #hashes = new Int32Array(128)
  #numbers = new Int32Array(128)
  /** The keys, one behind the other, and where each ends. */
  #bytes = Buffer.alloc(4096)
  #ends = new Int32Array(128)
  #count = 0

  constructor(columns: number[], most: number) {
    this.#columns = columns
    this.#most = most
  }

  /** The number of a row's key; −1 when it is not known. */
  find(row: CsvRow): number {
    const hash = this.#hash(row)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; this.#slots[slot] !== -1; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!
      if (this.#hashes[entry] === hash && this.#isKey(entry, row)) return this.#numbers[entry]!
    }
    return -1
  }

  /** Keeps the number of a row's key, which is not known yet. */
  add(row: CsvRow, number: number): void {
    // Within quotes the same bytes may mean another text.
    if (this.#columns.some((column) => row.doubled[column] === 1 && column < row.count)) return
    if (this.#count === this.#most) this.#forget()
    if (this.#count === this.#numbers.length) this.#grow()
    const entry = this.#count++
    this.#hashes[entry] = this.#hash(row)
    this.#numbers[entry] = number
    this.#place(entry)
    let at = entry === 0 ? 0 : this.#ends[entry - 1]!
    for (const column of this.#columns) {
      const [start, end] = column < row.count ? [row.starts[column]!, row.ends[column]!] : [0, 0]
      this.#reserve(at + end - start + 1)
      at += row.bytes.copy(this.#bytes, at, start, end)
      this.#bytes[at++] = between
    }
    this.#ends[entry] = at
  }

  /** FNV-1a over the cells. */
  #hash(row: CsvRow): number {
    const { bytes, starts, ends, count } = row
    let hash = 0x811c9dc5 | 0
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i]!
      const end = column < count ? ends[column]! : 0
      for (let at = column < count ? starts[column]! : 0; at < end; at++)
        hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
      hash = Math.imul(hash ^ between, 0x01000193)
    }
    // The low bits choose the slot.
    return hash ^ (hash >>> 15)
  }

  #isKey(entry: number, { bytes, starts, ends, doubled, count }: CsvRow): boolean {
    const known = this.#bytes
    let at = entry === 0 ? 0 : this.#ends[entry - 1]!
    for (let i = 0; i < this.#columns.length; i++) {
      const column = this.#columns[i]!
      if (column < count) {
        if (doubled[column] === 1) return false
        const end = ends[column]!
        for (let from = starts[column]!; from < end; from++) if (known[at++] !== bytes[from]) return false
      }
      if (known[at++] !== between) return false
    }
    return true
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[entry]! & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    this.#slots[slot] = entry
  }

  #grow(): void {
    const doubled = (numbers: Int32Array<ArrayBuffer>) => {
      const grown = new Int32Array(numbers.length * 2)
      grown.set(numbers)
      return grown
    }
    this.#hashes = doubled(this.#hashes)
    this.#numbers = doubled(this.#numbers)
    this.#ends = doubled(this.#ends)
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1)
    for (let entry = 0; entry < this.#count; entry++) this.#place(entry)
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return
    const grown = Buffer.alloc(length * 2)
    this.#bytes.copy(grown)
    this.#bytes = grown
  }

  #forget(): void {
    this.#slots.fill(-1)
    this.#count = 0
  }
}
