import { boxPlot } from './box.ts'
import { candlestick } from './candlestick.ts'
import { heatmap } from './heatmap.ts'
import { histogram } from './histogram.ts'
import type { Kind, KindInput, KindOutput } from './kind.ts'
import { type FullPlotParams, type PlotParams, plotDefaults, plotParams } from './plot-params.ts'
import { resolvePlot } from './plot-resolve.ts'
import { plotOverTime } from './time-plot.ts'

export type { PlotParams } from './plot-params.ts'
export type { PlotData } from './time-data.ts'

/** A chart of one or several series: over time, of their values, or by the calendar. */
export const plot: Kind<PlotParams> = {
  name: 'plot',
  title: 'Plot',
  description:
    'Draws one or several series: over time as lines, areas, bars, steps or dots, in one plot, in panels, or period over period; their values as a histogram, as boxes or as the coloured cells of a calendar; or as candlesticks. Over time, series of more points than the picture has pixels are cut to the first, last, lowest and highest point of each column of pixels, which leaves the picture as it is; a series that stops for longer than usual shows a gap. The other marks sum up every point.',
  params: plotParams,
  example: { kind: 'plot', series: 'seattle/temp_max', params: { mark: 'line', tz: 'America/Los_Angeles' } },
  resolve: resolvePlot,
  run,
}

const marks: Partial<Record<PlotParams['mark'], (input: KindInput<FullPlotParams>) => KindOutput>> = {
  histogram,
  heatmap,
  box: boxPlot,
  candlestick,
}

function run(input: KindInput<PlotParams>): KindOutput {
  // A job may have been accepted by a version with fewer parameters.
  const params: FullPlotParams = { ...plotDefaults, ...input.params }
  return (marks[params.mark] ?? plotOverTime)({ ...input, params })
}
