import { concatPoints, lowerBound, noPoints, type Points, slicePoints } from './points.ts'

/** Cuts points, which come in time order, into chunks that are full, but never reach over one of the `barriers`. */
export class Chunker {
  readonly #barriers: Float64Array
  readonly #full: number
  #pending: Points = noPoints

  /** `barriers`: first times of chunks that stay as they are. */
  constructor(barriers: number[], full: number) {
    this.#barriers = Float64Array.from(barriers).sort()
    this.#full = full
  }

  push(points: Points): Points[] {
    const all = concatPoints([noPoints, this.#pending, points])
    const count = all.timestamps.length
    const chunks: Points[] = []
    let start = 0
    while (start < count) {
      const barrier = this.#barriers[lowerBound(this.#barriers, all.timestamps[start]!)] ?? Infinity
      const end = lowerBound(all.timestamps, barrier)
      if (end - start < this.#full && end === count) break
      const next = Math.min(end, start + this.#full)
      chunks.push(slicePoints(all, start, next))
      start = next
    }
    this.#pending = slicePoints(all, start, count)
    return chunks
  }

  end(): Points[] {
    const rest = this.#pending
    this.#pending = noPoints
    return rest.timestamps.length > 0 ? [rest] : []
  }
}
