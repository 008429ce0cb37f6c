import { formatTime } from '../time.ts'
import { type Bin, distributionOf } from './distribution.ts'
import { type Gap, gapsOf, type Step, stepOf } from './intervals.ts'
import type { SeriesInput } from './kind.ts'
import { momentsOf } from './moments.ts'
import { type DataPoint, dataPoint } from './summary.ts'
import { type Trend, trendOf } from './trend.ts'

interface GapData {
  from: string
  to: string
  ms: number
}

/**
 * A series in figures. A figure is null where the points are too few to tell it, where all values are equal and it has
 * no meaning, or where it is larger than a double can be.
 */
export interface Description {
  name: string
  unit: string | null
  description: string | null
  count: number
  first: DataPoint | null
  last: DataPoint | null
  durationMs: number | null
  step: Step | null
  gaps: { count: number; totalMs: number; longest: GapData | null; list: GapData[] }
  min: DataPoint | null
  max: DataPoint | null
  range: number | null
  sum: number | null
  mean: number | null
  median: number | null
  /** By their names, such as `p95`. */
  quantiles: Record<string, number | null>
  iqr: number | null
  stddev: number | null
  variance: number | null
  skewness: number | null
  kurtosis: number | null
  distinct: number
  zeros: number
  negatives: number
  autocorrelation: number | null
  trend: (Nullable<Omit<Trend, 'pairs'>> & { per: TrendUnit; pairs: Trend['pairs'] }) | null
  histogram: Bin[]
}

type Nullable<T> = { [K in keyof T]: number | null }

/** What a trend counts by; months and years are those of the mean Gregorian calendar. */
export const trendUnits = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_629_746_000,
  year: 31_556_952_000,
}
export type TrendUnit = keyof typeof trendUnits

/** The longest unit that so long a time holds, weeks and months apart. */
export function trendUnitFor(durationMs: number): TrendUnit {
  const units = ['year', 'day', 'hour', 'minute'] as const
  return units.find((unit) => trendUnits[unit] <= durationMs) ?? 'second'
}

export interface DescribeOptions {
  tz: string
  /** Percentages. */
  quantiles: readonly number[]
  per: TrendUnit
  /** About how many bars the histogram has; as many as the values ask for when it is missing. */
  bins?: number | undefined
}

export function describeSeries(series: SeriesInput, { tz, quantiles, per, bins }: DescribeOptions): Description {
  const { points } = series
  const { timestamps, values } = points
  const count = timestamps.length
  if (count === 0) return { ...emptyDescription(quantiles), ...identity(series) }
  const at = (index: number) => dataPoint(timestamps[index]!, values[index]!)
  const moments = momentsOf(values)
  const [min, max] = [values[moments.low]!, values[moments.high]!]
  // One for all that needs room: there may be tens of millions of points.
  const scratch = new Float64Array(count)
  const percentages = [25, 50, 75, ...quantiles]
  const { distinct, zeros, negatives, ...order } = distributionOf(values, { percentages, bins, scratch })
  const [lower, median, upper, ...asked] = order.quantiles as [number, number, number, ...number[]]
  const trend = trendOf(points, trendUnits[per], { min, max, mean: moments.mean }, scratch)
  const gaps = gapsOf(points)
  const gapData = ({ from, to }: Gap) => ({ from: formatTime(from), to: formatTime(to), ms: to - from })
  return {
    ...identity(series),
    count,
    ...{ first: at(0), last: at(count - 1), durationMs: timestamps[count - 1]! - timestamps[0]! },
    step: stepOf(points, tz, scratch) ?? null,
    gaps: {
      ...{ count: gaps.count, totalMs: gaps.totalMs },
      longest: gaps.longest ? gapData(gaps.longest) : null,
      list: gaps.list.map(gapData),
    },
    ...{ min: at(moments.low), max: at(moments.high), range: known(max - min) },
    ...{ sum: known(moments.sum), mean: known(moments.mean), median: known(median) },
    quantiles: quantilesBy(quantiles, asked),
    iqr: known(upper - lower),
    ...{ stddev: known(moments.stddev), variance: known(moments.variance) },
    ...{ skewness: known(moments.skewness), kurtosis: known(moments.kurtosis) },
    ...{ distinct, zeros, negatives },
    autocorrelation: known(moments.autocorrelation),
    trend: trend ? trendData(trend, per) : null,
    histogram: order.bins,
  }
}

/** Null for what JSON can't carry. */
const known = (figure: number): number | null => (Number.isFinite(figure) ? figure + 0 : null)

function trendData({ slope, stderr, r2, pValue, start, end, theilSen, pairs }: Trend, per: TrendUnit) {
  return {
    ...{ per, slope: known(slope), stderr: known(stderr), r2: known(r2), pValue: known(pValue) },
    ...{ start: known(start), end: known(end), theilSen: known(theilSen), pairs },
  }
}

/** From low to high: `p5`, `p99.9`. */
const quantilesBy = (percentages: readonly number[], figures: number[]) =>
  Object.fromEntries(
    percentages
      .map((p, i): [number, number | null] => [p, known(figures[i] ?? Number.NaN)])
      .sort(([a], [b]) => a - b)
      .map(([p, figure]) => [`p${p}`, figure]),
  )

const identity = ({ name, unit, description }: SeriesInput) => ({
  name,
  unit: unit || null,
  description: description || null,
})

function emptyDescription(quantiles: readonly number[]): Omit<Description, 'name' | 'unit' | 'description'> {
  return {
    count: 0,
    ...{ first: null, last: null, durationMs: null, step: null },
    gaps: { count: 0, totalMs: 0, longest: null, list: [] },
    ...{ min: null, max: null, range: null, sum: null, mean: null, median: null },
    quantiles: quantilesBy(quantiles, []),
    ...{ iqr: null, stddev: null, variance: null, skewness: null, kurtosis: null },
    ...{ distinct: 0, zeros: 0, negatives: 0, autocorrelation: null, trend: null, histogram: [] },
  }
}
