import type { SeriesSpec } from '../import/names.ts'
import { sortPoints } from './merge.ts'
import { type Points, slicePoints } from './points.ts'

/** A series of a body of lines, with its points. */
export interface LineSeries extends SeriesSpec {
  /** In time order; of several at one time the last counts. */
  points: Points
}

/** The points of a series, in the order of their lines: columns that grow. */
export class LineColumn {
  readonly spec: SeriesSpec
  #count = 0
  #timestamps = new Float64Array(8)
  #values = new Float64Array(8)

  constructor(spec: SeriesSpec) {
    this.spec = spec
  }

  /** Takes the point of one time, and of the value at a place: a number that is handed on alone becomes an object. */
  add(time: Float64Array, values: Float64Array, place: number): void {
    const at = this.#count++
    if (at === this.#timestamps.length) {
      this.#timestamps = doubled(this.#timestamps)
      this.#values = doubled(this.#values)
    }
    this.#timestamps[at] = time[0]!
    this.#values[at] = values[place]!
  }

  series(): LineSeries {
    const all = slicePoints({ timestamps: this.#timestamps, values: this.#values }, 0, this.#count)
    return { ...this.spec, points: sortPoints(all) }
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}
