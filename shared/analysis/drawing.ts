import type { Points, Range } from '../series/points.ts'
import { barSlot, type Canvas, type Drawn, drawBars, drawLine, isDense, type Mark, thinDots } from './marks.ts'
import { numberWords } from './text.ts'

export interface Drawing {
  /** What was drawn: another mark than was asked for where that has no room. */
  mark: Mark
  canvas: Canvas
  /** One for each series. */
  drawn: Drawn[]
  /** What a reader should know about the drawing. */
  note: string
}

/** Draws series, none of them empty, into a picture of so many pixels. */
export function drawSeries(
  series: Points[],
  mark: Mark,
  size: { width: number; height: number },
  range: Range,
): Drawing {
  const canvas = { ...size, ...timesOf(series, mark, range), ...valuesOf(series) }
  const count = numberWords(series.reduce((sum, { timestamps }) => sum + timestamps.length, 0))
  const lines = () => series.map((points) => drawLine(points, canvas))
  if (mark === 'scatter') {
    const { drawn, cell } = thinDots(series, canvas)
    const kept = numberWords(drawn.reduce((sum, { rows }) => sum + rows.length, 0))
    const place = cell === 1 ? 'pixel' : `${cell} × ${cell} pixels`
    return { mark, canvas, drawn, note: cell === 0 ? '' : `${kept} of ${count} points are drawn: one per ${place}` }
  }
  if (mark !== 'bar') return { mark, canvas, drawn: lines(), note: '' }

  const slot = barSlot(series, canvas.to - canvas.from)
  const isTight = isDense(canvas, slot, series.length)
  if (isTight && series.length > 1) {
    return { mark: 'line', canvas, drawn: lines(), note: `${count} bars have no room side by side: drawn as lines` }
  }
  const drawn = series.map((points, index) => drawBars(points, canvas, slot, { index, of: series.length }))
  const note = `${count} bars, too narrow to stand apart: each column of pixels reaches from the lowest to the highest`
  return { mark, canvas, drawn, note: isTight ? note : '' }
}

/** The range that was asked for, or, where it is open, that of the points; bars stand out by half of one. */
function timesOf(series: Points[], mark: Mark, range: Range): { from: number; to: number } {
  const first = Math.min(...series.map(({ timestamps }) => timestamps[0]!))
  const last = Math.max(...series.map(({ timestamps }) => timestamps.at(-1)!))
  let { from = first, to = last } = range
  // A single moment gets half a day on either side, so that the axis can say when it was.
  if (to - from < 1) [from, to] = [from - 43_200_000, to + 43_200_000]
  if (mark !== 'bar') return { from, to }
  const half = barSlot(series, to - from) / 2
  return { from: Math.min(from, first - half), to: Math.max(to, last + half) }
}

function valuesOf(series: Points[]): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { values } of series) {
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return { low, high }
}
