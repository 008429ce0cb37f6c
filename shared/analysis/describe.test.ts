import t from 'tap'
import { oneSeries, points, start, without } from '../../test/plots/draw.ts'
import { printTable, tableOf } from '../forms/csv.ts'
import { noPoints } from '../series/points.ts'
import { type DescribeData, describe } from './describe.ts'
import type { DescribeParams } from './describe-params.ts'
import { AnalysisError, type SeriesInput } from './kind.ts'

const defaults: DescribeParams = { quantiles: [1, 5, 25, 75, 95, 99], width: 800, theme: 'light', tz: 'UTC' }

function run(series: SeriesInput[], params: Partial<DescribeParams> = {}) {
  const output = describe.run({ series, params: { ...defaults, ...params } })
  return { ...output, data: output.data as DescribeData }
}

const day = oneSeries(
  'a',
  points(24, (i) => i),
  { unit: 'm', description: 'Level', source: 'NOAA', licence: 'CC0' },
)

t.test('a series without a point is a fault of the input', async (t) => {
  t.throws(() => run([oneSeries('a', noPoints)]), new AnalysisError('no-points', 'no series has a point in the range'))
})

t.test('the figures of a day', async (t) => {
  const { data, alt, figure } = run([day])
  const [one] = data.series
  t.match(one, {
    name: 'a',
    count: 24,
    durationMs: 23 * 3_600_000,
    step: { every: '1h', regular: 1 },
    gaps: { count: 0, longest: null },
    ...{ min: { value: 0 }, max: { value: 23 }, range: 23, sum: 276, mean: 11.5, median: 11.5, iqr: 11.5 },
    quantiles: { p5: 1.15, p95: 21.85 },
    ...{ distinct: 24, zeros: 1, negatives: 0 },
    trend: { per: 'hour', slope: 1, r2: 1 },
  })
  t.equal(
    alt,
    'Statistics of Level (UTC). 24 points from 1 January 2024, 00:00 to 1 January 2024, 23:00, every hour, no gaps. Mean 11.5 m, median 11.5 m, standard deviation 7.07 m. Lowest 0 m (1 January 2024, 00:00), highest 23 m (1 January 2024, 23:00). Half of them lie from 5.8 m to 17.3 m. Nine of ten lie from 1.1 m to 21.9 m. Trend +1 m per hour (R² 1, p < 0.0001).',
  )
  t.same(
    figure!.series.map(({ label }) => label),
    ['points', 'mean 11.5 m', 'trend +1 m per hour (p < 0.0001)'],
  )
  t.equal(figure!.source, 'NOAA (CC0)')
})

t.test('quantiles and the unit of time are those that were asked for', async (t) => {
  const { data } = run([day], { quantiles: [99.9, 10], per: 'day' })
  t.same(Object.keys(data.series[0]!.quantiles), ['p10', 'p99.9'])
  t.match(data.series[0]!.trend, { per: 'day', slope: 24 })
})

t.test('several series have one unit of time, and those without points are named', async (t) => {
  const long = oneSeries(
    'b',
    points(500, (i) => i, 86_400_000),
  )
  const { data, alt, figure, text } = run([day, long, oneSeries('c', noPoints)])
  t.equal(figure, undefined)
  t.same(
    data.series.map(({ count, trend }) => [count, trend?.per]),
    [
      [24, 'year'],
      [500, 'year'],
      [0, undefined],
    ],
  )
  t.match(alt, 'No points: c.')
  t.match(text, /^c\n─\nNo points$/m)
})

t.test('gaps are told with where they are', async (t) => {
  const { data, alt } = run([
    oneSeries(
      'a',
      without(
        points(60, (i) => i % 7),
        20,
        21,
        22,
        40,
      ),
    ),
  ])
  const { gaps } = data.series[0]!
  t.match(gaps, { count: 2, totalMs: 6 * 3_600_000 })
  t.equal(gaps.list.length, 2)
  t.same(gaps.longest, gaps.list[0])
  t.equal(Date.parse(gaps.longest!.from), start + 19 * 3_600_000)
  t.match(alt, '2 gaps, the longest 4 hours from 1 January 2024, 19:00')
})

t.test('the table has a row for each series', async (t) => {
  const [header, ...rows] = printTable(tableOf(run([day, { ...day, name: 'b' }]).data))
    .trim()
    .split('\n')
  t.equal(rows.length, 2)
  const cells = rows[1]!.split(',')
  const at = (column: string) => cells[header!.split(',').indexOf(column)]
  t.same(['series', 'count', 'max.value', 'quantiles.p95', 'trend.slope', 'step.every'].map(at), [
    'b',
    '24',
    '23',
    '21.85',
    '1',
    '1h',
  ])
})

t.test('what can be told is JSON', async (t) => {
  for (const values of [(i: number) => (i % 2 ? 1.79e308 : -1.79e308), () => 5e-324, (i: number) => i * 1e300]) {
    const { data } = run([oneSeries('a', points(20, values))])
    t.same(JSON.parse(JSON.stringify(data)), data)
  }
})
