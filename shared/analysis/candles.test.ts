import t from 'tap'
import { hour, oneSeries, points, without } from '../../test/plots/draw.ts'
import { bucketCandles, chooseEvery, joinCandles, rolesOf } from './candles.ts'
import { AnalysisError } from './kind.ts'
import { type PlotParams, plot } from './plot.ts'

const defaults: PlotParams = { mark: 'candlestick', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }
const day = 24 * hour

t.test('a candle has the first, highest, lowest and last value of its day in the zone', async (t) => {
  const wave = points(48, (i) => [3, 9, 1, 4][i % 4]!, hour, Date.UTC(2024, 2, 30, 23))
  const [first, second, ...rest] = bucketCandles(wave, '1d', 'Europe/Berlin')
  t.same(first, {
    start: Date.UTC(2024, 2, 30, 23),
    end: Date.UTC(2024, 2, 31, 22),
    open: 3,
    high: 9,
    low: 1,
    close: 1,
    count: 23,
  })
  t.match(second, { open: 4, count: 24 })
  t.equal(rest.length, 1, 'the day after, that clocks going forward left a point for')
})

const four = (count: number) => [
  oneSeries(
    'x,price=high',
    points(count, (i) => i + 5, day),
  ),
  oneSeries(
    'x,price=open',
    points(count, (i) => i, day),
  ),
  oneSeries(
    'x,price=close',
    points(count, (i) => i + (i % 2 === 0 ? 2 : -1), day),
  ),
  oneSeries(
    'x,price=low',
    points(count, (i) => i - 3, day),
  ),
]

t.test('four series are told by the last words of their names, or as one says', async (t) => {
  const names = (told?: Parameters<typeof rolesOf>[1]) =>
    Object.values(rolesOf(four(3), told)).map(({ name }) => name.slice(8))
  t.same(names(), ['open', 'high', 'low', 'close'])
  const told = { open: 'x,price=low', high: 'x,price=high', low: 'x,price=open', close: 'x,price=close' }
  t.same(names(told), ['low', 'high', 'open', 'close'])
  const nameless = ['a', 'b', 'c', 'd'].map((name) =>
    oneSeries(
      name,
      points(1, () => 1),
    ),
  )
  t.same(
    Object.values(rolesOf(nameless, undefined)).map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  )
})

t.test('a time that one of the four lacks has no candle', async (t) => {
  const series = four(10)
  series[0] = { ...series[0]!, points: without(series[0]!.points, 4) }
  const { candles, left } = joinCandles(rolesOf(series, undefined), undefined, 'UTC')
  t.equal(candles.length, 9)
  t.equal(left, 1)
  t.match(candles[0], { open: 0, high: 5, low: -3, close: 2 })
})

t.test('more days than have room become weeks, which is said', async (t) => {
  const { data, alt, chart } = plot.run({ series: four(400), params: defaults })
  t.match(data, { every: '1w' })
  t.match(alt, /58 candles of a week/)
  t.match((chart.title as { subtitle: string[] }).subtitle, [
    '1 January 2024 to 3 February 2025',
    'A candle lasts a week',
  ])
})

t.test('candles that have no room are refused with the mend', async (t) => {
  const series = [
    oneSeries(
      'a',
      points(5000, (i) => i, hour),
    ),
  ]
  t.throws(() => plot.run({ series, params: { ...defaults, every: '1h' } }), AnalysisError)
  t.equal(chooseEvery(5000 * hour, hour, 236), '1w')
  t.equal(chooseEvery(60 * hour, hour, 236), '2h')
})

t.test('the numbers stand with the first series, the text counts rises and falls', async (t) => {
  const { data, alt, text } = plot.run({ series: four(10), params: defaults })
  const { series } = data as { series: { points: unknown[] }[] }
  t.same(
    series.map(({ points }) => points.length),
    [10, 0, 0, 0],
  )
  t.same(series[0]!.points[1], { timestamp: '2024-01-02T00:00:00.000Z', open: 1, high: 6, low: -2, close: 0 })
  t.match(
    alt,
    /Opens at 0, closes at 8; highest 14 \(10 January 2024\), lowest −3 \(1 January 2024\)\. 5 rise, 5 fall\.$/,
  )
  t.match(text, /░ rise {3}█ fall/)
})
