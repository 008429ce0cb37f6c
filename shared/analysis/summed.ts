import { frame, isSmall } from './chart.ts'
import { AnalysisError, type ChartSpec, type KindInput, type SeriesInput } from './kind.ts'
import { labelOf, labelsOf, titleOf } from './names.ts'
import type { FullPlotParams } from './plot-params.ts'
import { sourceOf } from './source.ts'
import { unitOf } from './summary.ts'
import { oneLine, precisionOf, timeWords } from './text.ts'

/** What charts that sum up all points of their series have in common. */
export interface Summed {
  params: FullPlotParams
  /** The series that have points, and what each is called beside the others. */
  full: SeriesInput[]
  labels: string[]
  title: string
  /** The unit of all values, 'different units' where they have several. */
  unit: string
  /** The times of the first and the last point. */
  first: number
  last: number
  count: number
  /** Below the chart: the zone and the source. */
  footer: string
  /** Which series had no points. */
  missing: string[]
}

/** Throws AnalysisError where no series has a point. */
export function sumUp({ series, params }: KindInput<FullPlotParams>, { isZoned = true } = {}): Summed {
  const full = series.filter(({ points }) => points.timestamps.length > 0)
  if (full.length === 0) throw new AnalysisError('no-points', 'no series has a point in the range')
  const names = labelsOf(full)
  const units = [...new Set(full.map(unitOf))]
  const source = [...new Set(full.map(sourceOf))].filter(Boolean).join('; ')
  const empty = series.filter((one) => !full.includes(one)).map(labelOf)
  const isLittle = isSmall(params.height)
  return {
    ...{ params, full, labels: names.labels, title: oneLine(params.title ?? '') || titleOf(names) },
    unit: oneLine(params.yTitle ?? '') || (units.length > 1 ? 'different units' : units[0]!),
    first: full.reduce((first, { points }) => Math.min(first, points.timestamps[0]!), Number.POSITIVE_INFINITY),
    last: full.reduce((last, { points }) => Math.max(last, points.timestamps.at(-1)!), Number.NEGATIVE_INFINITY),
    count: full.reduce((sum, { points }) => sum + points.timestamps.length, 0),
    footer: [isZoned && params.tz, !isLittle && source && `Source: ${source}`].filter(Boolean).join(' · '),
    missing: empty.length > 0 ? [`No points: ${empty.join(', ')}`] : [],
  }
}

/** The frame of such a chart: the range of its points stands below the title, since no axis shows it. */
export function summedFrame(summed: Summed, alt: string, notes: string[] = []): { chart: ChartSpec; notes: string[] } {
  const { params, title, missing } = summed
  const { width, height, theme } = params
  const all = [params.subtitle ?? '', rangeWords(summed), ...notes, ...missing].filter(Boolean)
  return { chart: frame({ width, height, theme, title, notes: all, alt }), notes: all }
}

/** `1 January 2012 to 31 December 2015`. */
export function rangeWords({ first, last, params: { tz } }: Summed): string {
  const precision = precisionOf([first, last], tz)
  const [from, to] = [timeWords(first, tz, precision), timeWords(last, tz, precision)]
  return from === to ? from : `${from} to ${to}`
}

export const withUnit = (number: string, unit: string): string => [number, unit].filter(Boolean).join(' ')
