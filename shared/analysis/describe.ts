import { formatTime } from '../time.ts'
import { describeChart, drawnTimes } from './describe-chart.ts'
import { type DescribeParams, describeParams } from './describe-params.ts'
import { describeRows } from './describe-rows.ts'
import { describeText } from './describe-text.ts'
import { describeWords } from './describe-words.ts'
import { type Description, describeSeries, type TrendUnit, trendUnitFor } from './description.ts'
import { AnalysisError, type Kind, type KindInput, type SeriesInput } from './kind.ts'
import { labelsOf, titleOf } from './names.ts'
import { sourceOf } from './source.ts'
import { oneLine } from './text.ts'

/** What a description holds as numbers: each series in figures. */
export interface DescribeData {
  from: string
  to: string
  tz: string
  series: Description[]
}

/** One or several series in figures, and a picture of how their values lie. */
export const describe: Kind<DescribeParams> = {
  name: 'describe',
  title: 'Describe',
  description:
    'Tells one or several series in figures: count, range, step, gaps, mean, median, quantiles, spread, shape, autocorrelation and trend. The picture shows a series with its mean and trend, and its histogram with quantiles; several series stand below one another. Every point counts, however many there are.',
  params: describeParams,
  example: { kind: 'describe', series: 'seattle/temp_max', params: { quantiles: [5, 25, 75, 95], per: 'year' } },
  run,
}

function run({ series, params, from, to }: KindInput<DescribeParams>) {
  const full = series.filter(({ points }) => points.timestamps.length > 0)
  if (full.length === 0) throw new AnalysisError('no-points', 'no series has a point in the range')
  const { width, theme, tz, quantiles } = params
  const per = params.per ?? trendUnitFor(Math.max(...full.map(durationOf)))
  const data = series.map((one) => describeSeries(one, { tz, quantiles, per: per as TrendUnit, bins: params.bins }))
  const drawn = data.filter(({ count }) => count > 0)

  const title = oneLine(params.title ?? '') || titleOf(labelsOf(full))
  const alt = describeWords(title, data, tz)
  const source = [...new Set(full.map(sourceOf))].filter(Boolean).join('; ')
  const subtitle = oneLine(params.subtitle ?? '')
  const options = { width, theme, tz, title, subtitle, source, alt, range: { from, to } }
  const picture =
    full.length === 1
      ? describeChart(drawn[0]!, full[0]!.points, { ...options, height: params.height ?? 560 })
      : describeRows(drawn, full, data, { ...options, height: params.height })
  const times = drawnTimes(
    full.flatMap(({ points }) => [points.timestamps[0]!, points.timestamps.at(-1)!]),
    { from, to },
  )
  const result: DescribeData = { from: formatTime(times.from), to: formatTime(times.to), tz, series: data }
  return { data: result, ...picture, alt, text: describeText(data, { tz, title, source, figure: picture.figure }) }
}

const durationOf = ({ points: { timestamps } }: SeriesInput) => timestamps.at(-1)! - timestamps[0]!
