import { isMissing, type Table } from './table.ts'

/** The cells of a table's sample, by column. */
export class Sample {
  readonly #table: Table
  readonly #isNull: (text: string) => boolean
  readonly #filled = new Map<string, string[]>()

  constructor(table: Table, nulls: string[]) {
    this.#table = table
    const also = new Set(nulls)
    this.#isNull = (text) => isMissing(text) || also.has(text)
  }

  get columns(): string[] {
    return this.#table.columns
  }

  get count(): number {
    return this.#table.sample.length
  }

  /** The texts of columns, joined by a space as they are read together; rows where one is missing are left out. */
  filled(...columns: number[]): string[] {
    const key = columns.join()
    let cells = this.#filled.get(key)
    if (!cells) {
      cells = []
      for (const row of this.#table.sample) {
        const parts = columns.map((column) => row.cells[column] ?? '')
        if (!parts.some(this.#isNull)) cells.push(parts.join(' '))
      }
      this.#filled.set(key, cells)
    }
    return cells
  }

  /** For each row the texts of columns as one key. */
  keys(columns: number[]): string[] {
    return this.#table.sample.map(({ cells }) => columns.map((column) => cells[column] ?? '').join('\u0000'))
  }
}

/** The words of a column's name, in lower case: 'observedAt' and 'observed_at' are 'observed' and 'at'. */
export function wordsOf(column: string): string[] {
  return column
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== '')
}
