import { percentile } from '../series/percentile.ts'
import type { Points } from '../series/points.ts'
import { scaleOf } from './moments.ts'
import { twoSided } from './student.ts'

/** The straight line that fits a series best, per so many milliseconds. NaN stands for what can't be told. */
export interface Trend {
  slope: number
  /** Standard error of the slope. */
  stderr: number
  /** The share of the variance that the line explains; NaN where all values are equal. */
  r2: number
  /** Two-sided, of the slope being 0 in truth, if the points stray from the line independently of one another. */
  pValue: number
  /** The line at the first and at the last point. */
  start: number
  end: number
  /** The median of the slopes between pairs of points, which no single outlier moves. */
  theilSen: number
  /** Whether those are all pairs, or each point with the one half the series later. */
  pairs: 'all' | 'half'
}

/** Longer series than this have too many pairs: 2,000 have two million. */
const mostForAllPairs = 2000

/**
 * Ordinary least squares on time, as SciPy's `linregress`, and the slope of Theil and Sen beside it. `stats` are the
 * lowest and the highest value and the mean, `scratch` has room for as many numbers as there are points. Undefined for
 * fewer than two points.
 *
 * Theil, "A rank-invariant method of linear and polynomial regression analysis", Indagationes Mathematicae 12, 1950, whose
 * incomplete method takes the pairs of longer series; Sen, "Estimates of the Regression Coefficient Based on Kendall's
 * Tau", JASA 63, 1968.
 */
export function trendOf(
  points: Points,
  perMs: number,
  stats: { min: number; max: number; mean: number },
  scratch: Float64Array,
): Trend | undefined {
  const { timestamps, values } = points
  const count = values.length
  if (count < 2) return undefined
  const first = timestamps[0]!
  let elapsed = 0
  for (const time of timestamps) elapsed += (time - first) / count
  const centre = first + elapsed
  const scale = scaleOf(stats.min, stats.max)
  const mean = stats.mean * scale

  let [xx, xy, yy, yError] = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) {
    const x = (timestamps[i]! - centre) / perMs
    const y = values[i]! * scale - mean
    xx += x * x
    xy += x * y
    yy += y * y
    yError += y
  }
  yy -= (yError * yError) / count
  const slope = xy / xx
  const off = yError / count
  const level = mean + off
  let strayed = 0
  for (let i = 0; i < count; i++) {
    const stray = values[i]! * scale - mean - off - (slope * (timestamps[i]! - centre)) / perMs
    strayed += stray * stray
  }
  const isFlat = stats.min === stats.max
  const at = (time: number) => (level + (slope * (time - centre)) / perMs) / scale
  const stderr = count < 3 ? Number.NaN : Math.sqrt(strayed / (count - 2) / xx)
  // The smaller of the two parts of the variance has more of its digits.
  const explained = (slope * xy) / yy
  const left = strayed / yy
  // What a line through all points leaves is rounding.
  const isExact = strayed <= yy * 1e-30
  return {
    slope: isFlat ? 0 : slope / scale,
    stderr: isExact && count > 2 ? 0 : stderr / scale,
    r2: isFlat ? Number.NaN : isExact ? 1 : explained < left ? explained : 1 - left,
    pValue: count < 3 || isFlat ? Number.NaN : isExact ? 0 : twoSided(slope / stderr, count - 2),
    start: isFlat ? stats.min : at(first),
    end: isFlat ? stats.min : at(timestamps[count - 1]!),
    theilSen: isFlat ? 0 : medianSlope(points, perMs, scale, scratch) / scale,
    pairs: count <= mostForAllPairs ? 'all' : 'half',
  }
}

/** Of the values times `scale`. */
function medianSlope({ timestamps, values }: Points, perMs: number, scale: number, scratch: Float64Array): number {
  const count = values.length
  const slope = (i: number, j: number) =>
    (values[j]! * scale - values[i]! * scale) / ((timestamps[j]! - timestamps[i]!) / perMs)
  if (count > mostForAllPairs) {
    const half = Math.ceil(count / 2)
    for (let i = 0; i + half < count; i++) scratch[i] = slope(i, i + half)
    return percentile(scratch, count - half, 50)
  }
  const slopes = new Float64Array((count * (count - 1)) / 2)
  let at = 0
  for (let j = 1; j < count; j++) for (let i = 0; i < j; i++) slopes[at++] = slope(i, j)
  return percentile(slopes, at, 50)
}
