import type { Points, Range } from '../series/points.ts'
import { colours, frame, paddingOf, type Theme } from './chart.ts'
import { drawable, histogramLayer } from './describe-histogram.ts'
import { chanceWords, figuresLine, figureWords, slopeWords } from './describe-words.ts'
import type { Description } from './description.ts'
import { type Figure, figureSeries } from './figure.ts'
import type { ChartSpec } from './kind.ts'
import { layersOf } from './layers.ts'
import { fitLegend, type Legend, seriesEncoding } from './legend.ts'
import { type Canvas, type Drawn, drawLine, type Row } from './marks.ts'
import { unitOf } from './summary.ts'
import { textWidth } from './text.ts'
import { timeAxis } from './timeaxis.ts'
import { valueAxis } from './valueaxis.ts'

export interface ChartOptions {
  width: number
  height: number
  theme: Theme
  tz: string
  title: string
  subtitle: string
  source: string
  alt: string
  range: Range
}

/** Pixels between the two plots: the time axis, and the names of the quantiles. */
const between = 96

/** The range of time that was asked for, or, where it is open, that of points; a single moment gets half a day on either side. */
export function drawnTimes(timestamps: number[], range: Range): { from: number; to: number } {
  const { from = Math.min(...timestamps), to = Math.max(...timestamps) } = range
  return to - from < 1 ? { from: from - 43_200_000, to: to + 43_200_000 } : { from, to }
}

/** A series with its mean and its trend above, and its histogram with quantiles below. */
export function describeChart(
  one: Description,
  points: Points,
  options: ChartOptions,
): { chart: ChartSpec; figure: Figure } {
  const { width, height, theme, tz, title, subtitle, source, alt, range } = options
  const ends = [points.timestamps[0]!, points.timestamps.at(-1)!]
  const times = drawnTimes(ends, range)
  const lines = levels(one, ends)
  const shown = [one.min!.value, one.max!.value, ...lines.flatMap(({ values }) => values)].map(drawable)
  const canvas: Canvas = { ...times, width, height, low: Math.min(...shown), high: Math.max(...shown) }
  const drawn = [drawLine(points, canvas), ...lines.map(drawnLevel)]
  const names = ['points', ...lines.map(({ name }) => name)]

  const legend = fitLegend(names, width, height)
  // Columns are as wide as their own names: all may have room where the widest of them three times has not.
  const legendWidth = names.reduce((sum, name) => sum + textWidth(name, 12) + 60, 0)
  if (legendWidth < width - 100) Object.assign(legend, { columns: names.length, shown: names.length, labels: names })
  const { y, unit } = valueAxis({ ...canvas, zero: false, title: unitOf(one), theme })
  const { domain } = y.scale as { domain: [number, number] }
  const footer = [tz, source && `Source: ${source}`].filter(Boolean).join(' · ')
  const upper = `(height - ${between}) * 0.6`
  const x = timeAxis({ ...times, tz, theme, width, height, title: footer })
  const inner = { width: width - 2 * paddingOf(width, height) - 50, height: (height - between - 150) * 0.4 }
  const notes = [subtitle, figuresLine(one)].filter(Boolean)
  const chart: ChartSpec = {
    ...frame({ width, height, theme, title, notes, alt }),
    layer: [
      {
        name: 'plot_area',
        data: { values: [{}] },
        mark: { type: 'rect', opacity: 0, fill: colours[theme].background },
        encoding: { x: { value: 0 }, x2: { value: 'width' }, y: { value: 0 }, y2: { value: { expr: upper } } },
      },
      {
        encoding: {
          x: { field: 'timestamp', ...x, axis: { ...(x.axis as object), offset: { expr: `${upper} - height` } } },
          y: { field: 'value', ...y, scale: { ...(y.scale as object), range: [{ expr: upper }, 0] } },
        },
        layer: lineLayers(drawn, legend, unit !== '', theme),
      },
      histogramLayer(one, { top: `${upper} + ${between}`, bottom: 'height', ...inner }, theme),
    ],
    resolve: { scale: { x: 'independent', y: 'independent' }, axis: { x: 'independent', y: 'independent' } },
  }
  const figure: Figure = {
    ...{ title, notes, mark: 'line', tz, source, ...times, low: canvas.low, high: canvas.high, domain },
    unit: unitOf(one),
    series: drawn.map((line, i) => figureSeries(names[i]!, unitOf(one), line)),
  }
  return { chart, figure }
}

interface Level {
  /** As the legend says it. */
  name: string
  timestamps: number[]
  values: [number, number]
}

/** The mean and the trend, as far as they can be told, from the first point to the last. */
export function levels(one: Description, [first, last]: number[]): Level[] {
  if (one.count < 2 || one.mean === null) return []
  const words = [figureWords(one)(one.mean), unitOf(one)].filter(Boolean).join(' ')
  const timestamps = [first!, last!]
  const mean: Level = { name: `mean ${words}`, timestamps, values: [one.mean, one.mean] }
  const { start = null, end = null } = one.trend ?? {}
  if (start === null || end === null || one.count < 3 || one.range === 0) return [mean]
  const chance = chanceWords(one)
  const name = `trend ${slopeWords(one)}${chance && ` (${chance})`}`
  return [mean, { name, timestamps, values: [start, end] }]
}

export function drawnLevel({ timestamps, values }: Level): Drawn {
  const rows = timestamps.map((timestamp, i): Row => ({ timestamp, value: values[i]! }))
  const points: Points = { timestamps: Float64Array.from(timestamps), values: Float64Array.from(values) }
  return { points, rows, gaps: 0, starts: [0] }
}

/** A series, and on it, thicker, its mean and its trend: the mean is dashed. */
export function lineLayers([series, ...levels]: Drawn[], legend: Legend, isUnitAbove: boolean, theme: Theme): object[] {
  const { color } = seriesEncoding('line', theme, legend, isUnitAbove).shared
  const dashes = legend.labels.map((_, i) => (i === 1 ? [6, 4] : [1, 0]))
  const strokeDash = { ...color, scale: { ...color.scale, range: dashes } }
  const rowsOf = (rows: Row[], i: number) =>
    rows.map((row) => ({ ...row, value: drawable(row.value as number), series: legend.labels[i]! }))
  const data = (rows: Row[]) => ({ values: rows, format: { parse: null } })
  return [
    {
      data: data(rowsOf(series!.rows, 0)),
      encoding: { color, ...(series!.gaps > 0 && { detail: { field: 'run' } }) },
      layer: layersOf('line', theme, { rows: [series!.rows], isSole: false }, { strokeDash }),
    },
    {
      data: data(levels.flatMap(({ rows }, i) => rowsOf(rows, i + 1))),
      mark: { type: 'line', strokeWidth: 2.4, invalid: 'filter' },
      encoding: { color, strokeDash },
    },
  ]
}
