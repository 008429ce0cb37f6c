import { unknownName } from '../validate.ts'
import type { Bucket, Needs } from './bucket.ts'
import { percentile } from './percentile.ts'

/** A figure of a bucket, as it is asked for: its name is that of the column. */
export interface Aggregate {
  name: string
  needs: (keyof Needs)[]
  /** The figure of a bucket that has points; NaN when they have none. `carried` is the value before them, NaN if none. */
  of(bucket: Bucket, carried: number): number
}

/** Never outside of the values: of equal ones it is that value. Not to be told where no double holds the sum. */
function mean({ sum, count, min, max }: Bucket): number {
  const total = sum.total()
  return Number.isFinite(total) ? Math.min(max, Math.max(min, total / count)) : NaN
}
/** Of a sample: the squared deviations by count − 1, as pandas with ddof=1. */
const variance = ({ squares, count }: Bucket) => (count < 2 ? NaN : Math.max(0, squares) / (count - 1))
const delta = ({ first, last }: Bucket) => last - first

/**
 * The mean of the value over the time of the bucket, where each point holds until the next (last observation carried
 * forward): from the bucket's start, or from its first point when nothing was before it, to the bucket's end.
 */
function timeWeightedMean({ start, end, firstTime, first, lastTime, last, area }: Bucket, carried: number): number {
  const before = Number.isNaN(carried) ? 0 : firstTime - start
  const whole = area + (before > 0 ? (carried - first) * before : 0) + (last - first) * (end - lastTime)
  return first + whole / (before + end - firstTime)
}

const table: Record<string, Omit<Aggregate, 'name'>> = {
  count: { needs: [], of: ({ count }) => count },
  sum: { needs: ['sums'], of: ({ sum }) => sum.total() },
  mean: { needs: ['sums'], of: mean },
  min: { needs: ['sums'], of: ({ min }) => min },
  max: { needs: ['sums'], of: ({ max }) => max },
  range: { needs: ['sums'], of: ({ min, max }) => max - min },
  first: { needs: [], of: ({ first }) => first },
  last: { needs: [], of: ({ last }) => last },
  median: { needs: ['values'], of: ({ values, count }) => percentile(values, count, 50) },
  stddev: { needs: ['squares'], of: (bucket) => Math.sqrt(variance(bucket)) },
  variance: { needs: ['squares'], of: variance },
  twmean: { needs: ['area'], of: timeWeightedMean },
  rate: { needs: [], of: (bucket) => delta(bucket) / ((bucket.lastTime - bucket.firstTime) / 1000) },
  delta: { needs: [], of: delta },
}

/** The names of the aggregates; beside them there is `p` with any percentile, such as `p95` or `p99.9`. */
export const aggregateNames = Object.keys(table)

/** Reads `mean,min,p95`. Throws RangeError with a message for the caller. */
export function parseAggregates(text: string): Aggregate[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes(''))
    throw new RangeError(`a name is missing; there are ${aggregateNames.join(', ')}, and p0 to p100`)
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice !== undefined) throw new RangeError(`'${twice}' is given more than once`)
  return names.map((name) => {
    if (Object.hasOwn(table, name)) return { name, ...table[name]! }
    const [, digits] = /^p(\d{1,3}(?:\.\d{1,6})?)$/.exec(name) ?? []
    if (digits === undefined) throw new RangeError(unknownName(name, [...aggregateNames, 'p1', 'p99']))
    const p = Number(digits)
    if (p > 100) throw new RangeError(`'${name}' is no percentile; they go from p0 to p100`)
    return { name, needs: ['values'], of: ({ values, count }) => percentile(values, count, p) }
  })
}

/** What a bucket must keep for all of these. */
export function needsOf(aggregates: Aggregate[]): Needs {
  const needed = new Set(aggregates.flatMap(({ needs }) => needs))
  const has = (need: keyof Needs) => needed.has(need)
  return { sums: has('sums'), squares: has('squares'), area: has('area'), values: has('values') }
}

/** Whether summaries of runs tell what is needed: but for deviations, areas and percentiles. */
export function summable({ squares, area, values }: Needs): boolean {
  return !squares && !area && !values
}
