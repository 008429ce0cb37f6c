import { percentile } from './percentile.ts'
import { type Rows, RowsBuilder } from './rows.ts'

export type Reduction = 'sum' | 'mean' | 'min' | 'max' | 'count' | 'median'

export const reductions: Reduction[] = ['sum', 'mean', 'min', 'max', 'count', 'median']

/** What is known of one figure of one bucket over the series that came. */
interface Cell {
  count: number
  sum: number
  /** What adding has rounded away. */
  lost: number
  min: number
  max: number
  values: number[]
}

/**
 * Reduces the rows of several series to one: each figure of a bucket is reduced over the series that have it. A bucket
 * that no series has is not there; a figure that no series has is NaN, its count 0.
 *
 * Series are added one after the other. It holds one cell for each figure of each bucket, and with 'median' a number for
 * each series in it.
 */
export class Reducer {
  readonly #reduction: Reduction
  readonly #width: number
  readonly #cells = new Map<number, Cell[]>()

  constructor(reduction: Reduction, width: number) {
    this.#reduction = reduction
    this.#width = width
  }

  push({ timestamps, columns }: Rows): void {
    for (let i = 0; i < timestamps.length; i++) {
      let cells = this.#cells.get(timestamps[i]!)
      if (!cells) {
        cells = Array.from({ length: this.#width }, emptyCell)
        this.#cells.set(timestamps[i]!, cells)
      }
      for (let column = 0; column < this.#width; column++) {
        const value = columns[column]![i]!
        if (!Number.isNaN(value)) this.#add(cells[column]!, value)
      }
    }
  }

  /** The rows of all series, in time order. */
  finish(): Rows {
    const rows = new RowsBuilder(this.#width)
    for (const timestamp of Float64Array.from(this.#cells.keys()).sort()) {
      const cells = this.#cells.get(timestamp)!
      rows.add(timestamp, (column) => {
        const figure = reduce(this.#reduction, cells[column]!)
        return Number.isFinite(figure) ? figure : NaN
      })
    }
    return rows.take()
  }

  #add(cell: Cell, value: number): void {
    const total = cell.sum + value
    const added = total - cell.sum
    cell.lost += cell.sum - (total - added) + (value - added)
    cell.sum = total
    cell.count++
    if (value < cell.min) cell.min = value
    if (value > cell.max) cell.max = value
    if (this.#reduction === 'median') cell.values.push(value)
  }
}

const emptyCell = (): Cell => ({ count: 0, sum: 0, lost: 0, min: Infinity, max: -Infinity, values: [] })

function reduce(reduction: Reduction, { count, sum, lost, min, max, values }: Cell): number {
  if (reduction === 'count') return count
  if (count === 0) return NaN
  switch (reduction) {
    case 'sum':
      return sum + lost
    case 'mean':
      return (sum + lost) / count
    case 'min':
      return min
    case 'max':
      return max
    case 'median':
      return percentile(Float64Array.from(values), count, 50)
  }
}
