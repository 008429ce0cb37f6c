import type { SeriesSpec } from '../import/names.ts'
import { Columns } from './columns.ts'
import { sortPoints } from './merge.ts'
import type { Points } from './points.ts'

/** A series of a body of lines, with its points. */
export interface LineSeries extends SeriesSpec {
  /** In time order; of several at one time the last counts. */
  points: Points
}

/** The points of a series, in the order of their lines. */
export class LineColumn {
  readonly spec: SeriesSpec
  readonly #columns = new Columns()
  #count = 0

  constructor(spec: SeriesSpec) {
    this.spec = spec
  }

  /** Takes the point of one time, and of the value at a place: a number that is handed on alone becomes an object. */
  add(time: Float64Array, values: Float64Array, place: number): void {
    const at = this.#count++
    const columns = this.#columns
    if (at === columns.timestamps.length) columns.grow()
    columns.timestamps[at] = time[0]!
    columns.values[at] = values[place]!
  }

  /** What came; the column is of no use afterwards. */
  series(): LineSeries {
    return { ...this.spec, points: sortPoints(this.#columns.take(this.#count)) }
  }
}
