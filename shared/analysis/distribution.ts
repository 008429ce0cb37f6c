/** A value and how many points of a series it, or more than it, and less than the next has. */
export interface Bin {
  low: number
  high: number
  count: number
}

/** How the values of a series are distributed: all that their order from low to high tells. */
export interface Distribution {
  /** The quantiles of the percentages that were asked for. */
  quantiles: number[]
  distinct: number
  zeros: number
  negatives: number
  /** Bars of equal width with round edges; the last one holds its upper edge too. */
  bins: Bin[]
}

/** More bars than this show noise rather than a shape. */
const mostBins = 60

/**
 * Sorts the values in `scratch`, which has their length. With `bins` there are about so many of them, else
 * their width is that of Freedman and Diaconis, "On the histogram as a density estimator", Zeitschrift für
 * Wahrscheinlichkeitstheorie 57, 1981, rounded to 1, 2 or 5 times a power of ten.
 */
export function distributionOf(
  values: Float64Array,
  { percentages, bins, scratch }: { percentages: number[]; bins?: number | undefined; scratch: Float64Array },
): Distribution {
  scratch.set(values)
  const sorted = scratch.sort()
  let [distinct, zeros, negatives, finest] = [1, 0, 0, Number.POSITIVE_INFINITY]
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!
    if (value === 0) zeros++
    if (value < 0) negatives++
    if (i === 0 || value === sorted[i - 1]) continue
    distinct++
    finest = Math.min(finest, value - sorted[i - 1]!)
  }
  return {
    quantiles: percentages.map((p) => quantileOf(sorted, p)),
    ...{ distinct, zeros, negatives },
    bins: binsOf(sorted, finest, bins),
  }
}

/**
 * The quantile of a percentage, interpolated linearly between the two nearest ranks, as NumPy and pandas do by default: type 7 of Hyndman and Fan,
 * "Sample Quantiles in Statistical Packages", The American Statistician 50(4), 1996. `sorted` must not be empty.
 */
function quantileOf(sorted: Float64Array, p: number): number {
  const rank = ((sorted.length - 1) * p) / 100
  const part = rank - Math.floor(rank)
  const below = sorted[Math.floor(rank)]!
  if (part === 0) return below
  const above = sorted[Math.floor(rank) + 1]!
  const between = below + (above - below) * part
  return Number.isFinite(between) ? between : below * (1 - part) + above * part // their distance may be no double
}

function binsOf(sorted: Float64Array, finest: number, asked?: number): Bin[] {
  const count = sorted.length
  // A quarter, so that their distance is a double.
  const [low, high] = [sorted[0]! / 4, sorted[count - 1]! / 4]
  const span = high - low
  if (!(span > Math.max(Math.abs(low), Math.abs(high)) * 1e-12 + 1e-300)) {
    return [{ low: sorted[0]!, high: sorted[count - 1]!, count }]
  }
  const middle = quantileOf(sorted, 75) / 4 - quantileOf(sorted, 25) / 4
  const sturges = span / (Math.log2(count) + 1)
  const width = asked ? span / asked : Math.max(middle > 0 ? (2 * middle) / Math.cbrt(count) : sturges, span / mostBins)
  // Bars narrower than the values' own steps would be a comb.
  const step = roundStep(Math.min(1e307, Math.max(width, asked ? 0 : Math.min(finest / 4, span))) * 4)
  const edge = (k: number) => {
    const at = step < 1 && step > 1e-15 ? k / Math.round(1 / step) : k * step
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, at))
  }
  // The quotients are rounded, so that an edge may come out beyond its value.
  let first = Math.floor(sorted[0]! / step)
  if (edge(first) > sorted[0]!) first--
  let last = Math.max(first, Math.ceil(sorted[count - 1]! / step) - 1)
  if (edge(last + 1) < sorted[count - 1]!) last++
  const bins: Bin[] = []
  let at = 0
  for (let k = first; k <= last; k++) {
    const bin = { low: edge(k), high: edge(k + 1), count: 0 }
    for (; at < count && (sorted[at]! < bin.high || k === last); at++) bin.count++
    bins.push(bin)
  }
  return bins
}

/** Which of 1, 2, 5 times a power of ten is the nearest by ratio. */
function roundStep(about: number): number {
  const power = 10 ** Math.floor(Math.log10(about))
  const far = (factor: number) => Math.abs(Math.log((factor * power) / about))
  const [factor] = [1, 2, 5, 10].sort((a, b) => far(a) - far(b))
  return Number((factor! * power).toPrecision(1))
}

/** The same bars, neighbours joined where there are more than so many. */
export function joinBins(bins: Bin[], most: number): Bin[] {
  const together = Math.ceil(bins.length / most)
  const joined: Bin[] = []
  for (let i = 0; i < bins.length; i += together) {
    const part = bins.slice(i, i + together)
    joined.push({ low: part[0]!.low, high: part.at(-1)!.high, count: part.reduce((sum, { count }) => sum + count, 0) })
  }
  return joined
}
