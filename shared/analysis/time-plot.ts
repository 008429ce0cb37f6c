import { AnalysisError, type KindInput, type KindOutput } from './kind.ts'
import { type Line, linesOf } from './lines.ts'
import { labelOf } from './names.ts'
import { standingRange } from './overlay.ts'
import { drawPanels } from './panels.ts'
import type { FullPlotParams } from './plot-params.ts'
import { marksOf } from './references.ts'
import { sourceOf } from './source.ts'
import { oneLine } from './text.ts'
import { drawTogether, type TimeChart } from './time-chart.ts'
import { timeData } from './time-data.ts'
import { timeChartWords } from './time-words.ts'

/** A chart of one or several series over time: in one plot, in panels, or periods over one another. */
export function plotOverTime({ series, params, from, to }: KindInput<FullPlotParams>): KindOutput {
  const full = series.filter(({ points }) => points.timestamps.length > 0)
  if (full.length === 0) throw new AnalysisError('no-points', 'no series has a point in the range')
  const lines = linesOf(full, params)
  const title = oneLine(params.title ?? '') || lines.title
  const empty = series.filter((one) => !full.includes(one)).map(labelOf)
  const made: TimeChart = {
    params: params as TimeChart['params'],
    ...{ lines, title, range: { from, to }, references: marksOf(params.references) },
    ...(lines.period !== undefined && { times: standingRange(lines.period) }),
    source: [...new Set(full.map(sourceOf))].filter(Boolean).join('; '),
    missing: empty.length > 0 ? [`No points: ${empty.join(', ')}`] : [],
  }
  const { chart, figure, drawing, panels } = params.panels === 'none' ? drawTogether(made) : drawPanels(made)
  const { mark, drawn } = drawing
  const times = lines.period === undefined ? drawing : storedRange(lines.lines)
  const data = timeData({ from: times.from, to: times.to, tz: params.tz, mark, series, lines: lines.lines, drawn })
  const references = figure.references ?? []
  const alt = timeChartWords({
    mark,
    title,
    tz: params.tz,
    series,
    lines,
    references,
    ...(panels !== undefined && { panels }),
  })
  return { data, chart: { ...chart, description: alt }, alt, figure }
}

const storedRange = (lines: Line[]) => ({
  from: lines[0]!.points.timestamps[0]!,
  to: lines.at(-1)!.points.timestamps.at(-1)!,
})
