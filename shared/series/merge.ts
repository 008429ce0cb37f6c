import { lowerBound, type Points, slicePoints } from './points.ts'

export interface Merged {
  points: Points
  inserted: number
  updated: number
  unchanged: number
}

/** Lays `added` over `base`, both in time order: where both have a time, `added` wins. */
export function mergePoints(base: Points, added: Points): Merged {
  const room = base.timestamps.length + added.timestamps.length
  const points: Points = { timestamps: new Float64Array(room), values: new Float64Array(room) }
  let [from, n, updated, unchanged] = [0, 0, 0, 0]
  for (let j = 0; j < added.timestamps.length; j++) {
    const time = added.timestamps[j]!
    const value = added.values[j]!
    const to = seek(base.timestamps, from, time)
    copy(base, from, to, points, n)
    n += to - from
    from = to
    if (base.timestamps[from] === time) {
      if (Object.is(base.values[from++], value)) unchanged++
      else updated++
    }
    points.timestamps[n] = time
    points.values[n++] = value
  }
  copy(base, from, base.timestamps.length, points, n)
  n += base.timestamps.length - from
  return {
    points: slicePoints(points, 0, n),
    inserted: added.timestamps.length - updated - unchanged,
    updated,
    unchanged,
  }
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

function copy(points: Points, from: number, to: number, target: Points, at: number): void {
  if (to - from < fewPoints) {
    for (let i = from; i < to; i++) {
      target.timestamps[at] = points.timestamps[i]!
      target.values[at++] = points.values[i]!
    }
  } else {
    target.timestamps.set(points.timestamps.subarray(from, to), at)
    target.values.set(points.values.subarray(from, to), at)
  }
}

/** The points outside `[from, to)`; the same, not a copy, where that is all of them. */
export function withoutRange(points: Points, from: number, to: number): Points {
  const start = lowerBound(points.timestamps, from)
  const end = Math.max(start, lowerBound(points.timestamps, to))
  if (start === end) return points
  const rest = points.timestamps.length - (end - start)
  const kept: Points = { timestamps: new Float64Array(rest), values: new Float64Array(rest) }
  copy(points, 0, start, kept, 0)
  copy(points, end, points.timestamps.length, kept, start)
  return kept
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
