import type { Points, Range } from '../series/points.ts'
import {
  barSlot,
  type Canvas,
  type Curve,
  type Drawn,
  drawBars,
  drawLine,
  isDense,
  type Mark,
  thinDots,
} from './marks.ts'
import { figuresOf } from './summary.ts'
import { numberWords } from './text.ts'

export interface Drawing {
  /** What was drawn: another mark than was asked for where that has no room. */
  mark: Mark
  /** The range of time that is drawn, in Unix milliseconds. */
  from: number
  to: number
  /** The lowest and highest value of each curve's axis. */
  canvases: Canvas[]
  /** One for each curve. */
  drawn: Drawn[]
  /** What a reader should know about the drawing. */
  note: string
}

export interface Place {
  /** In pixels. */
  width: number
  height: number
  range: Range
  /** Which axis of values each curve has; one for all unless given. */
  axes?: number[]
  /** The times that are drawn, where others have set them. */
  times?: { from: number; to: number }
}

/** Draws curves, none of them empty, into a picture of so many pixels. */
export function drawSeries(curves: Curve[], mark: Mark, { width, height, range, axes = [], ...set }: Place): Drawing {
  const times = set.times ?? timesOf(curves, mark, range)
  const values = [...new Set(axes.length > 0 ? axes : [0])].map((axis) => ({
    axis,
    ...valuesOf(curves.filter((_, i) => (axes[i] ?? 0) === axis)),
  }))
  const canvases = curves.map((_, i): Canvas => {
    const { low, high } = values.find(({ axis }) => axis === (axes[i] ?? 0))!
    return { width, height, ...times, low, high }
  })
  const count = numberWords(curves.reduce((sum, { timestamps }) => sum + timestamps.length, 0))
  const lines = () => curves.map((points, i) => drawLine(points, canvases[i]!))
  const made = { mark, ...times, canvases }
  if (mark === 'scatter') {
    const { drawn, cell } = thinDots(curves, canvases)
    const kept = numberWords(drawn.reduce((sum, { rows }) => sum + rows.length, 0))
    const place = cell === 1 ? 'pixel' : `${cell} × ${cell} pixels`
    return { ...made, drawn, note: cell === 0 ? '' : `${kept} of ${count} points are drawn: one per ${place}` }
  }
  if (mark !== 'bar') return { ...made, drawn: lines(), note: '' }

  const slot = barSlot(curves, times.to - times.from)
  const isTight = isDense(canvases[0]!, slot, curves.length)
  if (isTight && curves.length > 1) {
    return { ...made, mark: 'line', drawn: lines(), note: `${count} bars have no room side by side: drawn as lines` }
  }
  const drawn = curves.map((points, index) => drawBars(points, canvases[index]!, slot, { index, of: curves.length }))
  const note = `${count} bars, too narrow to stand apart: each column of pixels reaches from the lowest to the highest`
  return { ...made, drawn, note: isTight ? note : '' }
}

/** The range that was asked for, or, where it is open, that of the points; bars stand out by half of one. */
export function timesOf(series: Points[], mark: Mark, range: Range): { from: number; to: number } {
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
  const extremes = series.map(({ values }) => figuresOf(values))
  return { low: Math.min(...extremes.map(({ min }) => min)), high: Math.max(...extremes.map(({ max }) => max)) }
}
