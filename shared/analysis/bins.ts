import { percentile } from '../series/percentile.ts'
import { AnalysisError } from './kind.ts'
import { roundStep } from './valueaxis.ts'

/** More bins than these are not counted. */
export const maxBins = 1000
/** Of more values every so many-th is looked at for how wide bins should be. */
const sampled = 200_000
/** Narrower bins have edges with few digits, or all the same one: so small are only the numbers next to 0. */
const narrowest = Number.MIN_VALUE * 1e20

export interface Bins {
  /** Where the first bin starts; each is `[start + i × width, start + (i + 1) × width)`. */
  start: number
  width: number
  count: number
}

export interface BinOptions {
  bins?: number | undefined
  binWidth?: number | undefined
}

/**
 * Divides the values of all series into bins of one width, which start at whole multiples of it. Without a wish the width is
 * that of Freedman and Diaconis ("On the Histogram as a Density Estimator", Zeitschrift für Wahrscheinlichkeitstheorie 57,
 * 1981), twice the interquartile range over the cube root of the count, made round; whole numbers get no narrower bins than 1.
 * Throws AnalysisError for more than `maxBins` bins.
 */
export function makeBins(lists: Float64Array[], { bins, binWidth }: BinOptions = {}): Bins {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  let isWhole = true
  for (const values of lists) {
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
      if (isWhole && !Number.isInteger(value)) isWhole = false
    }
  }
  const width = binWidth ?? chooseWidth(lists, { low, high, isWhole, bins })
  const first = Math.floor(low / width + 1e-9)
  const count = Math.floor(high / width + 1e-9) - first + 1
  if (!(count <= maxBins)) {
    throw new AnalysisError(
      'too-many-bins',
      `Bins ${width} wide would be ${count}; at most ${maxBins} are counted: make them wider.`,
    )
  }
  return { start: times(first, width), width, count }
}

interface Spread {
  low: number
  high: number
  isWhole: boolean
  bins?: number | undefined
}

function chooseWidth(lists: Float64Array[], { low, high, isWhole, bins }: Spread): number {
  const span = high - low
  // Of a single value, or of such as differ by their last digits only.
  if (!(span > Math.max(Math.abs(low) * 1e-12, Math.abs(high) * 1e-12, narrowest)))
    return roundStep(Math.max(Math.abs(high) / 20, narrowest))
  if (bins !== undefined) return nearestStep(span / bins)
  const values = sampleOf(lists)
  const total = lists.reduce((sum, list) => sum + list.length, 0)
  const [q1, q3] = [percentile(values, values.length, 25), percentile(values, values.length, 75)]
  const freedman = (2 * (q3 - q1)) / Math.cbrt(total)
  const sturges = span / (Math.log2(total) + 1)
  const wished = Math.min(Math.max(freedman > 0 ? freedman : sturges, span / 60), span / Math.min(5, total))
  return isWhole ? Math.max(1, nearestStep(wished)) : nearestStep(wished)
}

function sampleOf(lists: Float64Array[]): Float64Array {
  const total = lists.reduce((sum, list) => sum + list.length, 0)
  const every = Math.ceil(total / sampled)
  const sample = new Float64Array(lists.reduce((sum, list) => sum + Math.ceil(list.length / every), 0))
  let at = 0
  for (const list of lists) for (let i = 0; i < list.length; i += every) sample[at++] = list[i]!
  return sample
}

/** The nearest of 1, 2, 5 times a power of ten. */
function nearestStep(width: number): number {
  const above = roundStep(width)
  const below = roundStep(above / 2.6)
  return width / below < above / width ? below : above
}

/** A multiple without the digits of a fraction's own error: 3 × 0.1 is 0.3. */
export const times = (k: number, width: number): number => Number((k * width).toPrecision(14)) + 0

/** How many values lie in each bin. */
export function countBins(values: Float64Array, { start, width, count }: Bins): number[] {
  const counts = new Array<number>(count).fill(0)
  const first = Math.round(start / width)
  for (const value of values) {
    const bin = Math.floor(value / width + 1e-9) - first
    counts[Math.min(count - 1, Math.max(0, bin))]!++
  }
  return counts
}

export const edgesOf = ({ start, width, count }: Bins): number[] => {
  const first = Math.round(start / width)
  return Array.from({ length: count + 1 }, (_, i) => times(first + i, width))
}
