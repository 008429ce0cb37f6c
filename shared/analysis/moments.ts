import { exactSum } from '../series/exact-sum.ts'
import { extremesOf } from '../series/extremes.ts'

/** What describes how values lie, whatever their order. Undefined figures are NaN; what is no double is infinite. */
export interface Moments {
  count: number
  /** Indices of the lowest and the highest value, of equal ones the earliest. */
  low: number
  high: number
  sum: number
  mean: number
  /** Of a sample: the squared deviations by count − 1. NaN for a single value. */
  variance: number
  stddev: number
  /**
   * Adjusted Fisher–Pearson coefficients, as pandas, and SciPy with `bias=False`, give them: of a normal distribution
   * both are 0. NaN for fewer than three or four values, and where all are equal.
   */
  skewness: number
  kurtosis: number
  /** Correlation of each value with the one before it, as `Series.autocorr()` of pandas. */
  autocorrelation: number
}

/** So many values are summed before they join the whole: rounding errors grow with the blocks, not with the values. */
const block = 4096

/**
 * Two passes over the values, of which at least one must be there: the mean by an exact sum, then the deviations
 * from it and their powers, corrected for the error that the mean still has.
 *
 * Chan, Golub, LeVeque, "Algorithms for Computing the Sample Variance", The American Statistician 37(3), 1983. Pébay, "Formulas for Robust, One-Pass
 * Parallel Computation of Covariances and Arbitrary-Order Statistical Moments", Sandia SAND2008-6212, 2008.
 */
export function momentsOf(values: Float64Array): Moments {
  const count = values.length
  const { min, max, minAt: low, maxAt: high } = extremesOf(values)
  const scale = scaleOf(min, max)
  const sum = exactSum(scale === 1 ? values : values.map((value) => value * scale))
  const mean = Math.min(max * scale, Math.max(min * scale, sum / count))
  const { m2, m3, m4 } = centralSums(values, scale, min === max ? min * scale : mean)
  const variance = count < 2 ? Number.NaN : m2 / (count - 1)
  const isSpread = min < max
  return {
    ...{ count, low, high, sum: sum / scale, mean: min === max ? min : mean / scale },
    variance: variance / scale / scale,
    stddev: Math.sqrt(variance) / scale,
    skewness: isSpread && count > 2 ? skewnessOf(count, m2, m3) : Number.NaN,
    kurtosis: isSpread && count > 3 ? kurtosisOf(count, m2, m4) : Number.NaN,
    autocorrelation: isSpread && count > 2 ? autocorrelationOf(values, scale, mean) : Number.NaN,
  }
}

/**
 * A power of two by which values of extreme size are multiplied, so that their fourth powers are doubles: it loses no
 * digit. 1 for the usual sizes.
 */
export function scaleOf(min: number, max: number): number {
  const size = Math.max(Math.abs(min), Math.abs(max))
  if (size === 0 || (size > 2 ** -200 && size < 2 ** 200)) return 1
  return 2 ** Math.min(1000, -Math.floor(Math.log2(size)))
}

function centralSums(values: Float64Array, scale: number, mean: number) {
  const count = values.length
  let [s1, s2, s3, s4] = [0, 0, 0, 0]
  for (let start = 0; start < count; start += block) {
    let [b1, b2, b3, b4] = [0, 0, 0, 0]
    for (let i = start; i < Math.min(count, start + block); i++) {
      const d = values[i]! * scale - mean
      b1 += d
      b2 += d * d
      b3 += d * d * d
      b4 += d * d * d * d
    }
    s1 += b1
    s2 += b2
    s3 += b3
    s4 += b4
  }
  const e = s1 / count
  return {
    m2: Math.max(0, s2 - e * s1),
    m3: s3 - 3 * e * s2 + 2 * e * e * s1,
    m4: s4 - 4 * e * s3 + 6 * e * e * s2 - 3 * e * e * e * s1,
  }
}

/** Joanes and Gill, "Comparing measures of sample skewness and kurtosis", The Statistician 47(1), 1998: G1 and G2. */
const skewnessOf = (n: number, m2: number, m3: number) =>
  ((n * Math.sqrt(n - 1)) / (n - 2)) * (m3 / m2) * (1 / Math.sqrt(m2))

const kurtosisOf = (n: number, m2: number, m4: number) =>
  ((n * (n + 1) * (n - 1)) / (n - 2) / (n - 3)) * (m4 / m2 / m2) - (3 * (n - 1) ** 2) / (n - 2) / (n - 3)

/** Pearson's correlation of the values but the first with those but the last. NaN where either are all equal. */
function autocorrelationOf(values: Float64Array, scale: number, mean: number): number {
  const pairs = values.length - 1
  let [sum, largest] = [0, 0]
  for (const value of values) {
    const d = value * scale - mean
    sum += d
    largest = Math.max(largest, Math.abs(d))
  }
  const before = mean + (sum - (values[pairs]! * scale - mean)) / pairs
  const after = mean + (sum - (values[0]! * scale - mean)) / pairs
  let [xx, xy, yy] = [0, 0, 0]
  for (let i = 0; i < pairs; i++) {
    const x = values[i]! * scale - before
    const y = values[i + 1]! * scale - after
    xx += x * x
    xy += x * y
    yy += y * y
  }
  // Below this all are equal, but for the rounding of their mean.
  const least = pairs * (largest * 1e-14) ** 2
  if (xx <= least || yy <= least) return Number.NaN
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx) / Math.sqrt(yy)))
}
