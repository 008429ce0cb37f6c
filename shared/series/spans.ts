import type { Points, Range } from './points.ts'

/**
 * What of a series a change may touch: from the first to the last time, both included. When `dropping`, chunks that lie
 * within it are dropped unread.
 */
export interface Span {
  first: number
  last: number
  dropping: boolean
}

const maxSpans = 256

/** Where points lie: cut at each gap that is wider than a 256th of the whole, so there are no more than 256. */
export function spansOf({ timestamps }: Points): Span[] {
  const count = timestamps.length
  if (count === 0) return []
  const widest = (timestamps[count - 1]! - timestamps[0]!) / maxSpans
  const spans: Span[] = []
  let first = timestamps[0]!
  for (let i = 1; i <= count; i++) {
    if (i < count && timestamps[i]! - timestamps[i - 1]! <= widest) continue
    spans.push({ first, last: timestamps[i - 1]!, dropping: false })
    first = timestamps[i]!
  }
  return spans
}

/** From the first point to the last, of one or more, whatever lies between them. */
export function wholeSpan({ timestamps }: Points): Span[] {
  return [{ first: timestamps[0]!, last: timestamps.at(-1)!, dropping: false }]
}

/**
 * What the replacement of a range by points touches: where the points lie, and between them what is dropped. The points
 * all lie in the range, unless it is empty.
 */
export function spansWithin({ from = -Infinity, to = Infinity }: Range, points: Points): Span[] {
  if (from >= to) return spansOf(points)
  const spans: Span[] = []
  let at = from
  const dropUntil = (next: number) => {
    if (at < next) spans.push({ first: at, last: next - 1, dropping: true })
  }
  for (const span of spansOf(points)) {
    dropUntil(span.first)
    spans.push(span)
    at = span.last + 1
  }
  dropUntil(to)
  return spans
}
