import { columnOf, m4 } from '../series/downsample.ts'
import { concatPoints, type Points, slicePoints } from '../series/points.ts'
import { runStarts, typicalStep } from './gaps.ts'
import type { TimeMark } from './plot-params.ts'

export type Mark = TimeMark

/** A curve of a chart: the points of a series, or those of one of the periods that it was cut into. */
export interface Curve extends Points {
  /** Where its runs without a gap start, if that is known from elsewhere. */
  starts?: number[]
}

export type Row = Record<string, number | string | boolean>

/** What a series looks like in a picture. */
export interface Drawn {
  /** The points that are drawn, as they are stored. */
  points: Points
  rows: Row[]
  /** How often the series stops for longer than it usually does, as far as a pixel shows it. */
  gaps: number
  /** The indices in `points` at which a run without a gap starts; none where points are not joined. */
  starts: number[]
}

export interface Canvas {
  /** The range of time that is drawn, in Unix milliseconds. */
  from: number
  to: number
  /** The values that are drawn. */
  low: number
  high: number
  /** In pixels; the plot itself is a little smaller than the whole picture that this is. */
  width: number
  height: number
}

/** More dots than this take longer to draw than to wait for, and show nothing more. */
export const maxDots = 4000

/**
 * Lines, areas and steps: `{timestamp, value, run}`, where a gap starts another run (one run needs no number), and `alone`
 * on a point that has a gap on either side and would not be seen. Runs of more points than the picture has pixels are cut by M4, all on the same columns.
 */
export function drawLine(points: Curve, { from, to, width }: Canvas): Drawn {
  const count = points.timestamps.length
  const starts = points.starts ?? runStarts(points, (to - from) / width)
  const rows: Row[] = []
  const drawnStarts: number[] = []
  const runs = starts.map((start, i) => {
    const run = slicePoints(points, start, starts[i + 1] ?? count)
    // The range is half-open, the picture is not: the last point is drawn on its edge.
    const drawn = count > width ? m4(run, from, to + 1, width) : run
    const alone = drawn.timestamps.length === 1
    drawnStarts.push(rows.length)
    drawn.timestamps.forEach((timestamp, k) => {
      rows.push({ timestamp, value: drawn.values[k]!, ...(starts.length > 1 && { run: i }), ...(alone && { alone }) })
    })
    return drawn
  })
  return { points: concatPoints(runs), rows, gaps: Math.max(0, starts.length - 1), starts: drawnStarts }
}

/**
 * Dots: `{timestamp, value}`. Cells of `cell` × `cell` pixels show one dot each, the first in them: the outline and every
 * outlier stay, only how many dots lie on top of one another doesn't.
 */
export function drawDots(points: Points, { from, to, low, high, width, height }: Canvas, cell: number): Drawn {
  const columns = Math.ceil(width / cell)
  const lines = Math.ceil(height / cell)
  const seen = new Uint8Array(columns * lines)
  const kept: number[] = []
  for (let i = 0; i < points.timestamps.length; i++) {
    const column = columnOf(points.timestamps[i]!, from, to + 1, columns)
    const place = column * lines + (high > low ? columnOf(points.values[i]!, low, high, lines) : 0)
    if (seen[place]) continue
    seen[place] = 1
    kept.push(i)
  }
  const drawn: Points = {
    timestamps: Float64Array.from(kept, (i) => points.timestamps[i]!),
    values: Float64Array.from(kept, (i) => points.values[i]!),
  }
  return { points: drawn, rows: dots(drawn), gaps: 0, starts: [] }
}

/** Dots as `drawDots` makes them, all of them if they are few, else from the finest cells that leave at most `maxDots`. */
export function thinDots(series: Points[], canvases: Canvas[]): { drawn: Drawn[]; cell: number } {
  const count = series.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
  if (count <= maxDots)
    return { drawn: series.map((points) => ({ points, rows: dots(points), gaps: 0, starts: [] })), cell: 0 }
  for (let cell = 1; ; cell++) {
    const drawn = series.map((points, i) => drawDots(points, canvases[i]!, cell))
    if (drawn.reduce((sum, { rows }) => sum + rows.length, 0) <= maxDots || cell > 50) return { drawn, cell }
  }
}

const dots = ({ timestamps, values }: Points): Row[] =>
  Array.from(timestamps, (timestamp, i) => ({ timestamp, value: values[i]! }))

/** The room of one bar in milliseconds: the shorter intervals of the series, so that few bars overlap. */
export function barSlot(series: Points[], span: number): number {
  const intervals = series.flatMap((points) => typicalStep(points, 0.1) ?? [])
  return intervals.length === 0 ? span / 8 : Math.min(...intervals)
}

/** A bar of its own is at least so many pixels wide. */
const leastBar = 1.5

/**
 * Bars: `{start, end, low, high}`, one of them always 0, centred on their time; those of several series stand side by side.
 * Bars too narrow for that become one per pixel column from the lowest to the highest value, 0 included: the pixels that
 * all of them would cover.
 */
export function drawBars(points: Points, canvas: Canvas, slot: number, place: { index: number; of: number }): Drawn {
  const { from, to, width } = canvas
  const pixel = (to - from) / width
  if (isDense(canvas, slot, place.of)) {
    const drawn = m4(points, from, to + 1, width)
    return { points: drawn, rows: columnBars(drawn, from, to, width), gaps: 0, starts: [] }
  }
  const whole = Math.min(slot * 0.8, 72 * pixel * place.of)
  const bar = whole / place.of
  const rows = Array.from(points.timestamps, (time, i): Row => {
    const start = time - whole / 2 + bar * place.index
    const value = points.values[i]!
    return {
      start: rounded(start, slot),
      end: rounded(start + bar, slot),
      low: Math.min(0, value),
      high: Math.max(0, value),
    }
  })
  return { points, rows, gaps: 0, starts: [] }
}

export const isDense = ({ from, to, width }: Canvas, slot: number, series: number): boolean =>
  (slot * 0.8) / series < (leastBar * (to - from)) / width

function columnBars({ timestamps, values }: Points, from: number, to: number, width: number): Row[] {
  const pixel = (to - from) / width
  const rows: (Row & { low: number; high: number })[] = []
  let last = -1
  timestamps.forEach((time, i) => {
    const column = columnOf(time, from, to + 1, width)
    const value = values[i]!
    // A quarter of a pixel more hides the seams between neighbours.
    const start = from + column * pixel
    if (column !== last)
      rows.push({ start: rounded(start, pixel), end: rounded(start + 1.25 * pixel, pixel), low: 0, high: 0 })
    const row = rows.at(-1)!
    row.low = Math.min(row.low, value)
    row.high = Math.max(row.high, value)
    last = column
  })
  return rows
}

/** Whole milliseconds where a thousandth of the bar is more than that. */
const rounded = (time: number, size: number): number =>
  size > 1000 ? Math.round(time) : Math.round(time * 1000) / 1000
