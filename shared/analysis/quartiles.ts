import { percentile } from '../series/percentile.ts'
import type { Points } from '../series/points.ts'
import { eachRun, fieldOf, type Grouping } from './calendar-grid.ts'

/** What a box shows of its values. */
export interface Box {
  group: number
  count: number
  min: number
  q1: number
  median: number
  q3: number
  max: number
  mean: number
  /** The furthest values within one and a half box lengths of the box. */
  lowerWhisker: number
  upperWhisker: number
  /** The values beyond the whiskers, in order. */
  outliers: Float64Array
}

/** The points of a series grouped by a field of the calendar of a zone; groups without points are left out. */
export function boxesOf(points: Points, group: Grouping, tz: string): Box[] {
  const grain = group === 'hour' ? 3_600_000 : 86_400_000
  const split = { tz, grain, keyOf: (local: number) => fieldOf(group, local) }
  const counts = new Map<number, number>()
  eachRun(points, split, (key, from, to) => counts.set(key, (counts.get(key) ?? 0) + to - from))
  const lists = new Map([...counts].map(([key, count]) => [key, { values: new Float64Array(count), at: 0 }]))
  eachRun(points, split, (key, from, to) => {
    const list = lists.get(key)!
    list.values.set(points.values.subarray(from, to), list.at)
    list.at += to - from
  })
  return [...lists].sort(([a], [b]) => a - b).map(([key, { values }]) => boxOf(key, values))
}

/**
 * Quartiles as pandas and NumPy have them (type 7 of Hyndman and Fan), whiskers by Tukey ("Exploratory Data Analysis", 1977).
 * Reorders the values.
 */
export function boxOf(group: number, values: Float64Array): Box {
  const count = values.length
  const at = (p: number) => percentile(values, count, p)
  const [q1, median, q3] = [at(25), at(50), at(75)]
  const reach = 1.5 * (q3 - q1)
  let [min, max, mean] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  let [lowerWhisker, upperWhisker] = [q1, q3]
  values.forEach((value, i) => {
    min = Math.min(min, value)
    max = Math.max(max, value)
    // A running mean: the sum of the largest doubles would be infinite.
    mean += value / (i + 1) - mean / (i + 1)
    if (value >= q1 - reach) lowerWhisker = Math.min(lowerWhisker, value)
    if (value <= q3 + reach) upperWhisker = Math.max(upperWhisker, value)
  })
  const outliers = values.filter((value) => value < lowerWhisker || value > upperWhisker).sort()
  return { group, count, min, q1, median, q3, max, mean, lowerWhisker, upperWhisker, outliers }
}
