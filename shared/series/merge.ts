import { copyOf, lowerBound, newPoints, type Points, slicePoints } from './points.ts'

export interface Merged {
  points: Points
  inserted: number
  updated: number
  unchanged: number
  deleted: number
  /** Times that were to be taken out and were not there. */
  absent: number[]
}

/**
 * Lays `added` over `base`, both in time order: where both have a time, `added` wins. Where its value is NaN there is no point in
 * the end.
 */
export function mergePoints(base: Points, added: Points): Merged {
  return overlay(copyOf(base), added)
}

/**
 * The same, but uses up the memory of `base`: the result is in it while no point is inserted. Else it is in `memory`, if that has
 * room for the points of both.
 */
export function overlay(base: Points, added: Points, memory?: Points): Merged {
  let points = base
  // Points of the base up to `from` are dealt with; of those, the ones up to `moved` are where they belong, among n in all.
  let [from, moved, n, inserted, updated, unchanged, deleted] = [0, 0, 0, 0, 0, 0, 0]
  const absent: number[] = []
  const move = (to: number) => {
    copy(base, moved, to, points, n)
    n += to - moved
    moved = to
  }
  for (let j = 0; j < added.timestamps.length; j++) {
    const time = added.timestamps[j]!
    const value = added.values[j]!
    from = seek(base.timestamps, from, time)
    const known = base.timestamps[from] === time
    if (Number.isNaN(value)) {
      if (known) {
        deleted++
        move(from)
        moved = ++from
      } else {
        absent.push(time)
      }
    } else if (known) {
      if (Object.is(base.values[from], value)) unchanged++
      else updated++
      base.values[from++] = value
    } else {
      inserted++
      move(from)
      if (points === base) {
        points = newPoints(base.timestamps.length + added.timestamps.length, memory)
        copy(base, 0, n, points, 0)
      }
      points.timestamps[n] = time
      points.values[n++] = value
    }
  }
  move(base.timestamps.length)
  return { points: slicePoints(points, 0, n), inserted, updated, unchanged, deleted, absent }
}

/** The first index, `from` or later, of a time that is not before `time`: by doubling steps, since it may be near or far. */
function seek(timestamps: Float64Array, from: number, time: number): number {
  let [low, step] = [from, 1]
  while (low + step <= timestamps.length && timestamps[low + step - 1]! < time) {
    low += step
    step *= 2
  }
  return lowerBound(timestamps, time, low, Math.min(low + step - 1, timestamps.length))
}

/** Points below which a loop is faster than to have them copied. */
const fewPoints = 24

/** Copies points, or moves them down where both are the same. */
function copy(points: Points, from: number, to: number, target: Points, at: number): void {
  if (points === target && from === at) return
  if (to - from < fewPoints) {
    for (let i = from; i < to; i++) {
      target.timestamps[at] = points.timestamps[i]!
      target.values[at++] = points.values[i]!
    }
  } else if (points === target) {
    points.timestamps.copyWithin(at, from, to)
    points.values.copyWithin(at, from, to)
  } else {
    target.timestamps.set(points.timestamps.subarray(from, to), at)
    target.values.set(points.values.subarray(from, to), at)
  }
}

/** Puts points in time order; of several at one time the last in the input counts. */
export function sortPoints(points: Points): Points {
  const { timestamps, values } = points
  const count = timestamps.length
  let sorted = true
  for (let i = 1; i < count && sorted; i++) sorted = timestamps[i - 1]! < timestamps[i]!
  if (sorted) return points
  const order = new Uint32Array(count).map((_, i) => i)
  order.sort((a, b) => timestamps[a]! - timestamps[b]! || a - b)
  const out: Points = { timestamps: new Float64Array(count), values: new Float64Array(count) }
  let n = 0
  for (const i of order) {
    if (n > 0 && out.timestamps[n - 1] === timestamps[i]) n--
    out.timestamps[n] = timestamps[i]!
    out.values[n++] = values[i]!
  }
  return { timestamps: out.timestamps.slice(0, n), values: out.values.slice(0, n) }
}
