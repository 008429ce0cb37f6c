import { lowerBound, type Points } from './points.ts'

export interface Merged {
  points: Points
  inserted: number
  updated: number
  unchanged: number
}

/** Lays `added` over `base`, both in time order: where both have a time, `added` wins. */
export function mergePoints(base: Points, added: Points): Merged {
  const [baseCount, addedCount] = [base.timestamps.length, added.timestamps.length]
  const timestamps = new Float64Array(baseCount + addedCount)
  const values = new Float64Array(baseCount + addedCount)
  let [i, j, n, updated, unchanged] = [0, 0, 0, 0, 0]
  while (i < baseCount || j < addedCount) {
    const old = i < baseCount ? base.timestamps[i]! : Infinity
    const time = j < addedCount ? added.timestamps[j]! : Infinity
    if (old < time) {
      timestamps[n] = old
      values[n++] = base.values[i++]!
      continue
    }
    const value = added.values[j++]!
    if (old === time) {
      if (Object.is(base.values[i++], value)) unchanged++
      else updated++
    }
    timestamps[n] = time
    values[n++] = value
  }
  return {
    points: { timestamps: timestamps.slice(0, n), values: values.slice(0, n) },
    inserted: addedCount - updated - unchanged,
    updated,
    unchanged,
  }
}

/** The points outside `[from, to)`. */
export function withoutRange(points: Points, from: number, to: number): Points {
  const start = lowerBound(points.timestamps, from)
  const end = Math.max(start, lowerBound(points.timestamps, to))
  const keep = (column: Float64Array) => {
    const kept = new Float64Array(column.length - (end - start))
    kept.set(column.subarray(0, start))
    kept.set(column.subarray(end), start)
    return kept
  }
  return { timestamps: keep(points.timestamps), values: keep(points.values) }
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
