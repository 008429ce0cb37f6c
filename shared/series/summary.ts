import { ExactSum } from './exact-sum.ts'
import { extremesOf } from './extremes.ts'
import type { Points } from './points.ts'

/** What is kept of a chunk beside it. */
export interface Summary {
  count: number
  /** Times of its first and its last point. */
  first: number
  last: number
  min: number
  max: number
  /** `sum + lost` is exactly the sum of the values; NaN when two doubles can't hold it, or nobody has kept it. */
  sum: number
  lost: number
  /** NaN when nobody has kept them. */
  firstValue: number
  lastValue: number
}

export function summarize({ timestamps, values }: Points): Summary {
  const { min, max } = extremesOf(values)
  const exact = new ExactSum()
  exact.add(values, 0, values.length, min, max)
  const [sum, lost] = exact.parts()
  const [first, last] = [timestamps[0]!, timestamps.at(-1)!]
  return { count: values.length, first, last, min, max, sum, lost, firstValue: values[0]!, lastValue: values.at(-1)! }
}

/** A summary as text, in the order that the scripts read: count, first and last come first. */
export function formatSummary(summary: Summary): string {
  const { count, first, last, min, max, sum, lost, firstValue, lastValue } = summary
  const figures = [min, max, sum, lost, firstValue, lastValue]
  return [count, first, last, ...figures.map((figure) => (Object.is(figure, -0) ? '-0' : figure))].join(' ')
}

/** Reads a summary. Those of earlier versions end with a sum that was rounded: it does not count. */
export function parseSummary(text: string): Summary {
  const [count, first, last, min, max, sum, ...more] = text.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    ...number[],
  ]
  const [lost = NaN, firstValue = NaN, lastValue = NaN] = more
  return { count, first, last, min, max, sum: Number.isNaN(lost) ? NaN : sum, lost, firstValue, lastValue }
}
