import type { FromSchema, JSONSchema } from 'json-schema-to-ts'
import { noPoints, type Points } from '../series/points.ts'
import { formatTime } from '../time.ts'
import { sourceOf, titleOf } from './captions.ts'
import { frame, isSmall } from './chart.ts'
import { drawSeries } from './drawing.ts'
import { type Figure, figureSeries } from './figure.ts'
import { AnalysisError, type ChartSpec, type Kind, type KindInput, type SeriesInput } from './kind.ts'
import { layersOf } from './layers.ts'
import { fitLegend, type Legend, seriesEncoding } from './legend.ts'
import type { Drawn, Mark, Row } from './marks.ts'
import { type DataPoint, dataPoint, describe, labelOf, type Summary, summarise, unitOf } from './summary.ts'
import { oneLine } from './text.ts'
import { timeAxis } from './timeaxis.ts'
import { valueAxis } from './valueaxis.ts'

const params = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mark: {
      enum: ['line', 'area', 'bar', 'scatter', 'step'],
      default: 'line',
      description:
        'line joins the points; area fills it down to zero; bar starts at zero, centred on its time; scatter draws dots; step holds each value until the next point',
    },
    width: {
      type: 'integer',
      minimum: 200,
      maximum: 4000,
      default: 800,
      description: 'of the whole picture, in pixels',
    },
    height: {
      type: 'integer',
      minimum: 120,
      maximum: 4000,
      default: 400,
      description: 'of the whole picture, in pixels',
    },
    title: { type: 'string', maxLength: 200, description: "instead of the series' description or name" },
    subtitle: { type: 'string', maxLength: 200, description: 'a second, smaller line below the title' },
    yTitle: { type: 'string', maxLength: 100, description: 'above the y axis, instead of the unit' },
    zero: {
      type: 'boolean',
      default: false,
      description: 'the y axis reaches to zero; it always does for area and bar',
    },
    theme: { enum: ['light', 'dark'], default: 'light', description: 'the colours of the picture' },
    tz: {
      type: 'string',
      format: 'time-zone',
      default: 'UTC',
      description: 'IANA name of the time zone that the x axis shows, such as Europe/Berlin',
    },
  },
} as const satisfies JSONSchema

export type PlotParams = FromSchema<typeof params>

/** What a plot holds as numbers: each series in figures, and the points that the picture shows of it. */
export interface PlotData {
  from: string
  to: string
  tz: string
  /** What was drawn: lines where bars had no room. */
  mark: Mark
  series: (Summary & { gaps: number; downsampled: boolean; points: DataPoint[] })[]
}

/** A chart of one or several series over time. */
export const plot: Kind<PlotParams> = {
  name: 'plot',
  title: 'Plot',
  description:
    'Draws one or several series over time. Series of more points than the picture has pixels are cut to the first, last, lowest and highest point of each column of pixels, which leaves the picture as it is. A series that stops for longer than usual shows a gap.',
  params,
  example: { kind: 'plot', series: 'seattle/temp_max', params: { mark: 'line', tz: 'America/Los_Angeles' } },
  run,
}

function run({ series, params, from, to }: KindInput<PlotParams>) {
  const full = series.filter(({ points }) => points.timestamps.length > 0)
  if (full.length === 0) throw new AnalysisError('no-points', 'no series has a point in the range')
  const { width, height, theme, tz } = params
  const points = full.map((one) => one.points)
  const { mark, canvas, drawn, note } = drawSeries(points, params.mark, { width, height }, { from, to })

  const units = [...new Set(full.map(unitOf))]
  const legend = legendOf(full, units.length > 1, width, height)
  const title = oneLine(params.title ?? '') || titleOf(full.map(labelOf))
  const summaries = series.map(summarise)
  const alt = describe(`${markNames[mark]} of ${title}`, summaries, tz)
  const empty = series.filter((one) => !full.includes(one)).map(labelOf)
  const named = legend && legend.shown < full.length && `${legend.shown} of ${full.length}`
  const missing = empty.length > 0 && `No points: ${empty.join(', ')}`
  const lines = (...notes: unknown[]) => notes.filter((one): one is string => Boolean(one))
  const yTitle = oneLine(params.yTitle ?? '') || (units.length > 1 ? 'different units' : units[0]!)
  const zero = params.zero || params.mark === 'area' || params.mark === 'bar'
  const { y, unit } = valueAxis({ ...canvas, zero, title: yTitle, theme })
  const source = [...new Set(full.map(sourceOf))].filter(Boolean).join('; ')
  const footer = isSmall(height) ? [unit, tz, named && `legend: ${named}`] : [tz, source && `Source: ${source}`]
  const looks = legend ? seriesEncoding(mark, theme, legend, unit !== '' && !isSmall(height)) : { shared: {}, own: {} }

  const notes = lines(params.subtitle, note, named && `The legend has room for ${named} series`, missing)
  const chart: ChartSpec = {
    ...frame({ width, height, theme, title, notes, alt }),
    // The numbers are epoch milliseconds as they stand: nothing to parse.
    data: { values: drawn.flatMap(({ rows }, i) => rowsOf(rows, legend?.labels[i])), format: { parse: null } },
    encoding: {
      ...positions(mark, timeAxis({ ...canvas, tz, theme, title: footer.filter(Boolean).join(' · ') }), y),
      ...(drawn.some(({ gaps }) => gaps > 0) && { detail: { field: 'run' } }),
      ...looks.shared,
    },
    layer: layersOf(
      mark,
      theme,
      drawn.map(({ rows }) => rows),
      looks.own,
    ),
  }
  const data: PlotData = {
    from: formatTime(Math.floor(canvas.from)),
    to: formatTime(Math.ceil(canvas.to)),
    tz,
    mark,
    series: series.map((one, i) => ({ ...summaries[i]!, ...drawnPoints(drawn[full.indexOf(one)], one.points) })),
  }
  const figure: Figure = {
    ...{ title, mark, tz, source, from: canvas.from, to: canvas.to },
    notes: lines(params.subtitle, note, missing),
    low: zero ? Math.min(0, canvas.low) : canvas.low,
    high: zero ? Math.max(0, canvas.high) : canvas.high,
    domain: (y.scale as { domain: [number, number] }).domain,
    unit: yTitle,
    series: full.map((one, i) => figureSeries(labelOf(one), unitOf(one), drawn[i]!)),
  }
  return { data, chart, alt, figure }
}

const rowsOf = (rows: Row[], series: string | undefined): Row[] =>
  series === undefined ? rows : rows.map((row) => ({ ...row, series }))

function drawnPoints(drawn: Drawn | undefined, { timestamps: all }: Points) {
  const { timestamps, values } = drawn?.points ?? noPoints
  const points = Array.from(timestamps, (time, i) => dataPoint(time, values[i]!))
  return { gaps: drawn?.gaps ?? 0, downsampled: points.length < all.length, points }
}

function positions(mark: Mark, x: Record<string, unknown>, y: Record<string, unknown>): Record<string, unknown> {
  if (mark !== 'bar') {
    return { x: { field: 'timestamp', ...x }, y: { field: 'value', ...y, ...(mark === 'area' && { stack: null }) } }
  }
  return { x: { field: 'start', ...x }, x2: { field: 'end' }, y: { field: 'high', ...y }, y2: { field: 'low' } }
}

function legendOf(series: SeriesInput[], isUnitShown: boolean, width: number, height: number): Legend | undefined {
  if (series.length === 1) return undefined
  const names = series.map((one) => (isUnitShown ? `${labelOf(one)} (${unitOf(one) || 'no unit'})` : labelOf(one)))
  return fitLegend(names, width, height)
}

const markNames: Record<Mark, string> = {
  line: 'Line chart',
  area: 'Area chart',
  bar: 'Bar chart',
  scatter: 'Scatter plot',
  step: 'Step chart',
}
