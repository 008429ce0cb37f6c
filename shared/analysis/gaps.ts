import type { Points } from '../series/points.ts'

const dayMs = 86_400_000
/** Of longer series every so many-th interval is looked at: a quantile of ten thousand is exact enough. */
const sampled = 10_000

/**
 * The time that usually lies between two points, in milliseconds: the median of the intervals, or another quantile of them.
 * Undefined for fewer than two points.
 */
export function typicalStep({ timestamps }: Points, q = 0.5): number | undefined {
  const intervals = sampleIntervals(timestamps)
  return intervals.length === 0 ? undefined : quantile(intervals, q)
}

/**
 * The longest interval between two points that is no gap, in milliseconds; infinity where the points are too few to tell.
 *
 * Where at least three quarters of the intervals are about the median, the series has a step, and 1.75 steps are the limit:
 * months of 28 to 31 days pass, a single missing hour of an hourly series doesn't. A daily series that never has a point
 * on two neighbouring weekdays has weekends: 5.25 days pass, Good Friday to Easter Monday among them. An irregular series
 * has a gap only at seven times its 90 % quantile: exponential intervals reach that once in ten million.
 */
export function longestStep(points: Points): number {
  const intervals = sampleIntervals(points.timestamps)
  if (intervals.length < 3) return Number.POSITIVE_INFINITY
  const median = quantile(intervals, 0.5)
  if (Math.abs(median - dayMs) < dayMs / 10 && hasWeekends(points.timestamps)) return 5.25 * dayMs
  const regular = intervals.filter((interval) => Math.abs(interval - median) <= median * 0.25).length
  if (regular >= intervals.length * 0.75) return 1.75 * median
  return Math.max(1.75 * median, 7 * quantile(intervals, 0.9))
}

/**
 * The indices at which a run of points without a gap starts, the first (0) included; none for no points.
 * A gap counts from more than `least` milliseconds on: what is narrower than a pixel can't be seen.
 */
export function runStarts(points: Points, least = 0): number[] {
  const { timestamps } = points
  const limit = Math.max(longestStep(points), least)
  const starts: number[] = []
  for (let start = 0; start < timestamps.length; start = behindGap(timestamps, start, limit)) starts.push(start)
  return starts
}

/** The first index after `start` that more than `limit` milliseconds lie before; the length where there is none. */
function behindGap(timestamps: Float64Array, start: number, limit: number): number {
  let at = start + 1
  while (at < timestamps.length && timestamps[at]! - timestamps[at - 1]! <= limit) at++
  return at
}

/** Sorted intervals between neighbours, at most about ten thousand of them, evenly picked. */
function sampleIntervals(timestamps: Float64Array): Float64Array {
  const every = Math.max(1, Math.floor(timestamps.length / sampled))
  const intervals = new Float64Array(Math.max(0, Math.floor((timestamps.length - 1) / every)))
  for (let k = 0; k < intervals.length; k++) intervals[k] = timestamps[k * every + 1]! - timestamps[k * every]!
  return intervals.sort()
}

const quantile = (sorted: Float64Array, q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!

/**
 * Whether a daily series leaves out two neighbouring days of every week. One such pause alone tells a weekend from a
 * gap only if it is Saturday and Sunday (of UTC); other pairs (a zone's midnight is another day of UTC) need two.
 */
function hasWeekends(timestamps: Float64Array): boolean {
  const perWeekday = [0, 0, 0, 0, 0, 0, 0]
  // The epoch was a Thursday; the second modulo is for the days before it.
  for (const time of timestamps) perWeekday[(((Math.floor(time / dayMs) + 4) % 7) + 7) % 7]!++
  const idle = perWeekday.map((count, day) => count === 0 && perWeekday[(day + 1) % 7] === 0)
  if (idle[6]) return true
  const pauses = timestamps.filter((time, i) => i > 0 && time - timestamps[i - 1]! > 1.75 * dayMs).length
  return pauses >= 2 && idle.includes(true)
}
