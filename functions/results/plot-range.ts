import type { Notes } from '../../shared/http/notes.ts'
import { resolveRange } from '../../shared/http/range.ts'
import type { Range } from '../../shared/series/points.ts'
import { maxTime, minTime } from '../../shared/time.ts'

/** What the range of a chart is told by, beside its bounds. Times are Unix milliseconds. */
export interface PlotRangeOptions {
  tz: string
  now: number
  /** Of the picture, in pixels. */
  width: number
  /** Of the points that there are; missing when there are none. */
  first?: number | undefined
  last?: number | undefined
}

/**
 * The range of a chart. Bounds that count from now are moved outwards to multiples of at most a pixel's time, or every
 * moment would be another question: so no point is cut off, and the chart is the same until the picture would change.
 * Throws Problem 'invalid-query'.
 */
export function plotRange(bounds: { from?: unknown; to?: unknown }, options: PlotRangeOptions, notes: Notes): Range {
  const { tz, now, width, first, last } = options
  const place = (parameter: string) => ({ parameter })
  const resolve = (now: number, add?: Notes['add']) => resolveRange(bounds, { tz, now }, 'invalid-query', place, add)
  const range = resolve(now, notes.add)
  const later = resolve(now + 1)
  const start = range.from ?? first ?? now
  const end = range.to ?? Math.max(now, last ?? now)
  // Powers of two: the span of a range with one moving bound grows, and the step must not grow with it each time.
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, end - start) / width)))
  const { from, to } = range
  const moves = { from: from !== later.from, to: to !== later.to }
  return {
    from: moves.from ? Math.max(minTime, Math.floor(from! / step) * step) : from,
    to: moves.to ? Math.min(maxTime, Math.ceil(to! / step) * step) : to,
  }
}
