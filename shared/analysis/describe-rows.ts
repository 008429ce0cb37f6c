import { colours, frame, paddingOf, type Theme } from './chart.ts'
import { type ChartOptions, drawnLevel, drawnTimes, levels, lineLayers } from './describe-chart.ts'
import { drawable, drawnBins } from './describe-histogram.ts'
import { chanceWords, figureWords, roughWords, slopeWords } from './describe-words.ts'
import type { Description } from './description.ts'
import { joinBins } from './distribution.ts'
import type { ChartSpec, SeriesInput } from './kind.ts'
import { fitLegend } from './legend.ts'
import { drawLine } from './marks.ts'
import { labelOf, unitOf } from './summary.ts'
import { countWords, fit, textWidth } from './text.ts'
import { timeAxis } from './timeaxis.ts'
import { valueAxis } from './valueaxis.ts'

/** Pixels of everything but the rows, of a row that is easy to read, and of one that can just be read. */
const around = 190
const usualRow = 104
const leastRow = 64
/** More rows than this only if a height is asked for. */
const mostRows = 20
/** Pixels of a row that its words take, and that stay empty below it. */
const words = 22
const below = 12
const labelSize = 12
/** The share of the width that time takes; the histograms have the rest. */
const timeShare = 0.78

/**
 * Several series as small rows on one time axis, each with its own values: the points with mean and trend, and beside
 * them, on the same axis of values, the histogram with its quantiles.
 */
export function describeRows(
  drawn: Description[],
  full: SeriesInput[],
  all: Description[],
  options: Omit<ChartOptions, 'height'> & { height: number | undefined },
): { chart: ChartSpec; figure?: undefined } {
  const { width, theme, tz, title, subtitle, source, alt, range } = options
  const height = options.height ?? around + usualRow * Math.min(drawn.length, mostRows)
  const count = Math.min(drawn.length, Math.max(1, Math.floor((height - around) / leastRow)))
  const ends = full.map(({ points: { timestamps } }) => [timestamps[0]!, timestamps.at(-1)!])
  const times = drawnTimes(ends.flat(), range)
  const footer = [tz, source && `Source: ${source}`].filter(Boolean).join(' · ')
  const axis = timeAxis({ ...times, tz, theme, width: width * timeShare, height, title: footer })
  const legend = fitLegend(['points', 'mean', 'trend'], width, height)
  const empty = all.filter((one) => one.count === 0).map(labelOf)
  const notes = [
    subtitle,
    count < drawn.length && `The picture has room for ${count} of ${drawn.length} series`,
    empty.length > 0 && `No points: ${empty.join(', ')}`,
    'Right: how often which values come; the thick line is the middle half, the thin one nine of ten, the dot the median',
  ]
  const rowHeight = (height - around) / count
  const rows = drawn.slice(0, count).map((one, k): Record<string, unknown> => {
    const { points } = full[k]!
    const lines = levels(one, ends[k]!)
    const shown = [one.min!.value, one.max!.value, ...lines.flatMap(({ values }) => values)].map(drawable)
    const canvas = {
      ...{ ...times, width: Math.ceil(width * timeShare), height: rowHeight },
      ...{ low: Math.min(...shown), high: Math.max(...shown) },
    }
    const line = [drawLine(points, canvas), ...lines.map(drawnLevel)]
    const room = 110 + (rowHeight - words - below) * 1.5
    const { y, unit } = valueAxis({ ...canvas, width, height: room, zero: false, title: unitOf(one), theme })
    const [top, bottom] = [`height * ${k / count} + ${words}`, `height * ${(k + 1) / count} - ${below}`]
    const yScale = { ...(y.scale as object), range: [{ expr: bottom }, { expr: top }] }
    const yOf = { ...y, scale: yScale, axis: { ...(y.axis as object), orient: 'left', title: null } }
    const x = {
      field: 'timestamp',
      ...axis,
      scale: { ...(axis.scale as object), range: [0, { expr: `width * ${timeShare}` }] },
      axis: k === count - 1 ? axis.axis : null,
    }
    return {
      layer: [
        {
          encoding: { x, y: { field: 'value', ...yOf } },
          layer: lineLayers(line, legend, false, theme),
        },
        distribution(one, yOf, (y.scale as { domain: [number, number] }).domain, {
          most: Math.max(4, Math.floor((rowHeight - words - below) / 4)),
          theme,
        }),
        ...caption(one, unit, top, { width: width - 2 * paddingOf(width, height) - 50, theme }),
      ],
      resolve: { scale: { x: 'independent' }, axis: { x: 'independent' } },
    }
  })
  return {
    chart: {
      ...frame({ width, height, theme, title, notes: notes.filter((one): one is string => Boolean(one)), alt }),
      layer: rows,
      resolve: { scale: { x: 'independent', y: 'independent' }, axis: { x: 'independent', y: 'independent' } },
    },
  }
}

/** The histogram, of at most so many bars, on the axis of the values, and its quantiles beside it. */
function distribution(
  one: Description,
  y: Record<string, unknown>,
  domain: [number, number],
  { most, theme }: { most: number; theme: Theme },
): object {
  const { ink, series } = colours[theme]
  const bins = drawnBins(joinBins(one.histogram, most), domain)
  const longest = Math.max(...bins.map(({ count }) => count))
  const x = {
    field: 'count',
    type: 'quantitative',
    scale: { domain: [0, longest], range: [{ expr: `width * ${timeShare} + 28` }, { expr: 'width' }] },
    axis: null,
  }
  const beside = { value: { expr: `width * ${timeShare} + 18` } }
  const { p5, p25, p75, p95 } = one.quantiles
  const rule = (low: number | null | undefined, high: number | null | undefined, strokeWidth: number) =>
    typeof low === 'number' && typeof high === 'number'
      ? [
          {
            data: { values: [{ low: drawable(low), high: drawable(high) }] },
            mark: { type: 'rule', color: ink, strokeWidth },
            encoding: { x: beside, y: { field: 'low', ...y }, y2: { field: 'high' } },
          },
        ]
      : []
  const layer = [
    {
      data: { values: bins },
      mark: { type: 'rect', color: series[0], opacity: 0.55 },
      encoding: { x, x2: { datum: 0 }, y: { field: 'low', ...y }, y2: { field: 'high' } },
    },
    ...rule(p5, p95, 1),
    ...rule(p25, p75, 4),
    {
      data: { values: [{ median: drawable(one.median!) }] },
      mark: { type: 'circle', size: 46, opacity: 1, color: series[0], stroke: ink, strokeWidth: 1.5 },
      encoding: { x: beside, y: { field: 'median', ...y } },
    },
  ]
  return { layer }
}

/** Above a row: what it is, and its main figures. */
function caption(one: Description, unit: string, top: string, { width, theme }: { width: number; theme: Theme }) {
  const figure = figureWords(one)
  const figures = [countWords(one.count)]
  if (one.mean !== null && one.count > 1) figures.push(`mean ${figure(one.mean)}`)
  if (one.stddev !== null) figures.push(`standard deviation ${roughWords(one.stddev)}`)
  const chance = chanceWords(one)
  if (chance) figures.push(`trend ${slopeWords({ ...one, unit: null })} (${chance})`)
  const name = unit === '' ? labelOf(one) : `${labelOf(one)} (${unit})`
  const named = fit(name, width * 0.5, labelSize)
  const told = fit(figures.join(' · '), width - textWidth(named, labelSize) * 1.05 - 24, 11)
  const line = (text: string, mark: Record<string, unknown>, x: string) => ({
    data: { values: [{ text }] },
    mark: { type: 'text', baseline: 'bottom', dy: -5, ...mark },
    encoding: { x: { value: { expr: x } }, y: { value: { expr: top } }, text: { field: 'text' } },
  })
  return [
    line(named, { align: 'left', fontSize: labelSize, fontWeight: 600, color: colours[theme].ink }, '0'),
    line(told, { align: 'right', fontSize: 11, color: colours[theme].muted }, 'width'),
  ]
}
