import type { SeriesSpec } from '../import/names.ts'
import { Columns } from './columns.ts'
import { sortPoints } from './merge.ts'
import { newPoints, type Points, slicePoints } from './points.ts'

/** A series of a body of lines, with its points. */
export interface LineSeries extends SeriesSpec {
  /** In time order; of several at one time the last counts. */
  points: Points
}

/** The points of all series of a body, in the order of its lines. A series is told by a number, from 0 on. */
export class LinePoints {
  readonly #specs: SeriesSpec[] = []
  /** How many points each series has. */
  readonly #counts: number[] = []
  readonly #columns = new Columns()
  /** Of each point its series. */
  #series = new Uint32Array(8)
  #count = 0

  /** Gives the number of a new series. */
  addSeries(spec: SeriesSpec): number {
    this.#counts.push(0)
    return this.#specs.push(spec) - 1
  }

  /** Takes the point of one time, and of the value at a place: a number that is handed on alone becomes an object. */
  add(series: number, time: Float64Array, values: Float64Array, place: number): void {
    const at = this.#count++
    const columns = this.#columns
    if (at === columns.timestamps.length) columns.grow()
    if (at === this.#series.length) this.#growSeries()
    columns.timestamps[at] = time[0]!
    columns.values[at] = values[place]!
    this.#series[at] = series
    this.#counts[series]!++
  }

  /** All series, in the order in which they came; what has taken the points is of no use afterwards. */
  series(): LineSeries[] {
    const points = this.#columns.take(this.#count)
    const apart = this.#specs.length === 1 ? [points] : this.#apart(points)
    return this.#specs.map((spec, i) => ({ ...spec, points: sortPoints(apart[i]!) }))
  }

  /** The points of each series, one behind the other in one piece of memory: to count them tells where each begins. */
  #apart({ timestamps, values }: Points): Points[] {
    const grouped = newPoints(this.#count)
    const ends = new Uint32Array(this.#counts.length)
    for (let i = 1; i < ends.length; i++) ends[i] = ends[i - 1]! + this.#counts[i - 1]!
    for (let i = 0; i < this.#count; i++) {
      const at = ends[this.#series[i]!]!++
      grouped.timestamps[at] = timestamps[i]!
      grouped.values[at] = values[i]!
    }
    return this.#counts.map((count, i) => slicePoints(grouped, ends[i]! - count, ends[i]!))
  }

  #growSeries(): void {
    const grown = new Uint32Array(2 * this.#series.length)
    grown.set(this.#series)
    this.#series = grown
  }
}
