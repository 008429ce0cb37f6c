import { ExactSum } from './exact-sum.ts'
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

export function summarize(points: Points): Summary {
  const exact = new ExactSum()
  const { min, max } = exact.add(points.values)
  const [sum, lost] = exact.parts()
  return { ...endsOf(points), min, max, sum, lost }
}

function endsOf({ timestamps, values }: Points) {
  const [first, last] = [timestamps[0]!, timestamps.at(-1)!]
  return { count: values.length, first, last, firstValue: values[0]!, lastValue: values.at(-1)! }
}

/**
 * The summary of points of which few were changed, `before` being that of what they were: of each change the value that was there and
 * the one that is there now, NaN where there is none. The others are looked at only where these don't tell, or `before` tells nothing.
 */
export function changeSummary(before: Summary, points: Points, were: Float64Array, are: Float64Array): Summary {
  if (Number.isNaN(before.sum) || !(before.min <= before.max)) return summarize(points)
  let { min, max } = before
  const changes: number[] = []
  for (const [i, was] of were.entries()) {
    const is = are[i]!
    if (Object.is(was, is)) continue
    // The extreme may be another one now; and of equal values, 0 and −0, the first counts.
    if (was <= before.min || was >= before.max || is === min || is === max) return summarize(points)
    if (is < min) min = is
    if (is > max) max = is
    if (!Number.isNaN(was)) changes.push(-was)
    if (!Number.isNaN(is)) changes.push(is)
  }
  const exact = new ExactSum()
  exact.addParts(before.sum, before.lost)
  exact.add(Float64Array.from(changes))
  const [sum, lost] = exact.parts()
  return Number.isNaN(sum) ? summarize(points) : { ...endsOf(points), min, max, sum, lost }
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
