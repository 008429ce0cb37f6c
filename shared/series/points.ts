/**
 * A run of points as two columns of one length, in time order, each timestamp once.
 * Timestamps are integer Unix milliseconds, values finite IEEE 754 doubles.
 */
export interface Points {
  timestamps: Float64Array
  values: Float64Array
}

/** A half-open range of time `[from, to)` in Unix milliseconds; a missing bound is open. */
export interface Range {
  from?: number | undefined
  to?: number | undefined
}

export const noPoints: Points = { timestamps: new Float64Array(0), values: new Float64Array(0) }

/**
 * Room for so many points: the beginning of `memory` where that is enough, else two columns in one piece of memory that is not
 * filled with zeroes first. So every number of them MUST be written.
 */
export function newPoints(count: number, memory?: Points): Points {
  if (memory && memory.values.length >= count) return slicePoints(memory, 0, count)
  const columns = Buffer.allocUnsafeSlow(16 * count).buffer
  return { timestamps: new Float64Array(columns, 0, count), values: new Float64Array(columns, 8 * count, count) }
}

/** A copy, in `memory` where that has room for it. */
export function copyOf({ timestamps, values }: Points, memory?: Points): Points {
  const copy = newPoints(values.length, memory)
  copy.timestamps.set(timestamps)
  copy.values.set(values)
  return copy
}

/** The index of the first timestamp from `low` on that is not before `time`; `high` when there is none before it. */
export function lowerBound(timestamps: Float64Array, time: number, low = 0, high = timestamps.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timestamps[middle]! < time) low = middle + 1
    else high = middle
  }
  return low
}

/** The points from index `start` up to, not including, `end`: views, not copies. */
export function slicePoints(points: Points, start: number, end: number): Points {
  return { timestamps: points.timestamps.subarray(start, end), values: points.values.subarray(start, end) }
}

/** The points of `[from, to)`: views, not copies. */
export function pointsInRange(points: Points, range: Range): Points {
  const start = range.from === undefined ? 0 : lowerBound(points.timestamps, range.from)
  const end = range.to === undefined ? points.timestamps.length : lowerBound(points.timestamps, range.to)
  return slicePoints(points, start, Math.max(start, end))
}

/** Joins runs that follow one another in time. */
export function concatPoints(runs: Points[]): Points {
  if (runs.length === 1) return runs[0]!
  const count = runs.reduce((sum, run) => sum + run.timestamps.length, 0)
  const joined: Points = { timestamps: new Float64Array(count), values: new Float64Array(count) }
  let at = 0
  for (const run of runs) {
    joined.timestamps.set(run.timestamps, at)
    joined.values.set(run.values, at)
    at += run.timestamps.length
  }
  return joined
}
