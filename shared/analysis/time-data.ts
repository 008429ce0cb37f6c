import { lowerBound, noPoints } from '../series/points.ts'
import { formatTime } from '../time.ts'
import type { SeriesInput } from './kind.ts'
import type { Line } from './lines.ts'
import type { Drawn, Mark } from './marks.ts'
import { type DataPoint, dataPoint, type Summary, summarise } from './summary.ts'

/** What a chart over time holds as numbers: each series, or each period of it, in figures, and the points that are drawn. */
export interface PlotData {
  from: string
  to: string
  tz: string
  /** What was drawn: lines where bars had no room. */
  mark: Mark
  series: LineData[]
}

export interface LineData extends Summary {
  /** The period that it is cut to, where periods lie over one another. */
  period?: string
  gaps: number
  downsampled: boolean
  points: (DataPoint & { period?: string })[]
}

export interface DataOptions {
  from: number
  to: number
  tz: string
  mark: Mark
  /** All series, those without points too, in their order. */
  series: SeriesInput[]
  lines: Line[]
  drawn: Drawn[]
}

export function timeData({ from, to, tz, mark, series, lines, drawn }: DataOptions): PlotData {
  const bounds = { from: formatTime(Math.floor(from)), to: formatTime(Math.ceil(to)) }
  const rows = series.flatMap((input) => {
    const own = lines.flatMap((line, i) => (line.input === input ? [lineData(line, drawn[i]!)] : []))
    return own.length > 0 ? own : [{ ...summarise(input), gaps: 0, downsampled: false, points: [] }]
  })
  return { ...bounds, tz, mark, series: rows }
}

/** The points of a period are given at the times that they are stored at. */
function lineData({ input, points: stored, curve, period }: Line, { points, gaps }: Drawn): LineData {
  const time = (at: number) => (period === undefined ? at : stored.timestamps[lowerBound(curve.timestamps, at)]!)
  const list = Array.from(points.timestamps, (at, i) => ({
    ...dataPoint(time(at), points.values[i]!),
    ...(period !== undefined && { period }),
  }))
  const summary = summarise({ ...input, points: stored ?? noPoints })
  const downsampled = list.length < stored.timestamps.length
  return { ...summary, ...(period !== undefined && { period }), gaps, downsampled, points: list }
}
