/**
 * Rows of a table over time: a timestamp (Unix milliseconds) each, and a value in every column. NaN stands where there
 * is no value. All columns have the length of `timestamps`.
 */
export interface Rows {
  timestamps: Float64Array
  columns: Float64Array[]
}

/** Collects rows one by one; `take` gives those since the last time. */
export class RowsBuilder {
  #timestamps = new Float64Array(16)
  #columns: Float64Array[]
  #count = 0
  readonly #none: Rows

  constructor(width: number) {
    const columns = (length: number) => Array.from({ length: width }, () => new Float64Array(length))
    this.#columns = columns(16)
    this.#none = { timestamps: new Float64Array(0), columns: columns(0) }
  }

  get count(): number {
    return this.#count
  }

  /** Appends a row; `figureOf` gives the value of each column. */
  add(timestamp: number, figureOf: (column: number) => number): void {
    if (this.#count === this.#timestamps.length) this.#grow()
    const at = this.#count++
    this.#timestamps[at] = timestamp
    for (let column = 0; column < this.#columns.length; column++) this.#columns[column]![at] = figureOf(column)
  }

  take(): Rows {
    const count = this.#count
    if (count === 0) return this.#none // of summaries few complete a bucket
    this.#count = 0
    return { timestamps: this.#timestamps.slice(0, count), columns: this.#columns.map((c) => c.slice(0, count)) }
  }

  #grow(): void {
    const doubled = (column: Float64Array) => {
      const wider = new Float64Array(2 * column.length)
      wider.set(column)
      return wider
    }
    this.#timestamps = doubled(this.#timestamps)
    this.#columns = this.#columns.map(doubled)
  }
}

/** The rows from index `start` up to, not including, `end`: views, not copies. */
export function sliceRows({ timestamps, columns }: Rows, start: number, end: number): Rows {
  return { timestamps: timestamps.subarray(start, end), columns: columns.map((column) => column.subarray(start, end)) }
}

/** Joins rows that follow one another, `width` columns wide. */
export function concatRows(parts: Rows[], width: number): Rows {
  const count = parts.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
  const join = (column: (part: Rows) => Float64Array) => {
    const joined = new Float64Array(count)
    let at = 0
    for (const part of parts) {
      joined.set(column(part), at)
      at += part.timestamps.length
    }
    return joined
  }
  return {
    timestamps: join(({ timestamps }) => timestamps),
    columns: Array.from({ length: width }, (_, i) => join(({ columns }) => columns[i]!)),
  }
}

/** The rows in the opposite order. */
export function reverseRows({ timestamps, columns }: Rows): Rows {
  return { timestamps: timestamps.toReversed(), columns: columns.map((column) => column.toReversed()) }
}
