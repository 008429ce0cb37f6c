import { sortPoints } from './merge.ts'
import { type Points, slicePoints } from './points.ts'
import { fullChunk } from './rewrite.ts'

/** Points of one series on their way. */
export interface StagedColumn {
  add(timestamp: number, value: number): void
}

/** What all columns of an import hold. */
export interface Held {
  points: number
  /** Those of them that are in columns which are not in time order. */
  loose: number
  /** Columns in time order, each as often as it has filled a run. */
  full: GrowingColumn[]
}

/** Columns that grow. */
export class GrowingColumn implements StagedColumn {
  readonly name: string
  count = 0
  /** Runs that were sent. */
  sent = 0
  /** Until when they are kept, by the clock here. */
  keptUntil = 0
  readonly #held: Held
  /** Whether it is in time order, each time once. */
  #inOrder = true
  #timestamps = new Float64Array(16)
  #values = new Float64Array(16)

  constructor(name: string, held: Held) {
    this.name = name
    this.#held = held
  }

  add(timestamp: number, value: number): void {
    if (this.count === this.#timestamps.length) {
      this.#timestamps = doubled(this.#timestamps)
      this.#values = doubled(this.#values)
    }
    if (this.#inOrder && this.count > 0 && timestamp <= this.#timestamps[this.count - 1]!) {
      this.#inOrder = false
      this.#held.loose += this.count
    }
    this.#timestamps[this.count] = timestamp
    this.#values[this.count++] = value
    this.#held.points++
    if (!this.#inOrder) this.#held.loose++
    else if (this.count % fullChunk === 0) this.#held.full.push(this)
  }

  /** All points in time order, each time once: views, good until the next is added. */
  sorted(): Points {
    return sortPoints(slicePoints({ timestamps: this.#timestamps, values: this.#values }, 0, this.count))
  }

  /** Keeps those of its sorted points from `start` on. */
  keepFrom({ timestamps, values }: Points, start: number): void {
    this.#held.points -= this.count
    if (!this.#inOrder) this.#held.loose -= this.count
    this.#inOrder = true
    this.count = timestamps.length - start
    this.#held.points += this.count
    this.#timestamps.set(timestamps.subarray(start))
    this.#values.set(values.subarray(start))
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}
