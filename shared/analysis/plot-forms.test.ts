import t from 'tap'
import { hour, oneSeries, points, start } from '../../test/plots/draw.ts'
import type { Figure } from './figure.ts'
import { AnalysisError, type SeriesInput } from './kind.ts'
import { type PlotData, type PlotParams, plot } from './plot.ts'
import { textChart } from './text-chart.ts'
import { alignZeros } from './valueaxis.ts'

const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }
const day = 24 * hour

function draw(series: SeriesInput[], params: Partial<PlotParams> = {}) {
  const output = plot.run({ series, params: { ...defaults, ...params } })
  return {
    ...output,
    figure: output.figure as Figure,
    data: output.data as PlotData,
    spec: JSON.stringify(output.chart),
  }
}

const volts = oneSeries(
  'a',
  points(10, (i) => i),
  { unit: 'V' },
)
const amps = oneSeries(
  'b',
  points(10, (i) => 1000 * i - 2000),
  { unit: 'A' },
)
const watts = oneSeries(
  'c',
  points(10, (i) => i * i),
  { unit: 'W' },
)

t.test('two units have two axes, told by the legend and in words', async (t) => {
  const { figure, alt, chart } = draw([volts, amps])
  t.match(figure, { unit: 'V', right: { unit: 'A', low: -2000, high: 7000 } })
  t.same(
    figure.series.map(({ axis }) => axis),
    [undefined, 'right'],
  )
  t.match(alt, /The right axis is that of b\.$/)
  t.match(chart.resolve, { scale: { y: 'independent' } })
  t.match(textChart(figure), /A a \(V, left\) {3}B b \(A, right\)/)
})

t.test('which series stand at the right can be chosen, or none', async (t) => {
  const sides = (series: SeriesInput[], right: 'unit' | 'none' | string[]) =>
    draw(series, { right }).figure.series.map(({ axis }) => axis)
  t.same(sides([volts, amps], ['a']), ['right', undefined])
  t.same(sides([volts, amps], 'none'), [undefined, undefined])
  t.same(sides([volts, amps, watts], 'unit'), [undefined, undefined, undefined], 'three units have no two axes')
  const { figure } = draw([volts, amps], { right: ['b'], yTitle: 'Voltage', rightTitle: 'Current' })
  t.same([figure.unit, figure.right!.unit], ['Voltage', 'Current'])
})

t.test('the zeros of two axes with bars or areas stand at one height', async (t) => {
  const heights = (domains: [number, number][]) => domains.map(([low, high]) => (0 - low) / (high - low))
  const { figure } = draw([volts, amps], { mark: 'area' })
  const [a, b] = heights([figure.domain, figure.right!.domain])
  t.ok(Math.abs(a! - b!) < 1e-9)
  for (const pair of [
    [
      [-5, 10],
      [0, 3],
    ],
    [
      [0, 4],
      [-8, 0],
    ],
    [
      [-1, 9],
      [-30, 10],
    ],
    [
      [-4, 0],
      [-2, 0],
    ],
  ] as [[number, number], [number, number]][]) {
    const [first, second] = heights(alignZeros(...pair))
    t.ok(Math.abs(first! - second!) < 1e-9, JSON.stringify(pair))
    t.ok(alignZeros(...pair).every(([low, high], i) => low <= pair[i]![0] && high >= pair[i]![1]))
  }
})

t.test('references widen the axis, stand in the figure, and are said', async (t) => {
  const references = [
    { value: 20, label: 'limit', axis: 'left' as const },
    { times: [start + hour, start + 3 * hour], label: 'test', axis: 'left' as const },
    { time: start - day, label: 'before', axis: 'left' as const },
  ]
  const { figure, alt, spec } = draw([volts], { references })
  t.ok(figure.domain[1] >= 20)
  t.match(figure.references, [
    { is: 'value', from: 20, to: 20, label: 'limit' },
    { is: 'time', from: start + hour, to: start + 3 * hour },
  ])
  t.equal(figure.references!.length, 2)
  t.match(alt, /Marked: limit: 20 V; test: 1 January 2024, 01:00 to 1 January 2024, 03:00\.$/)
  t.ok(figure.notes.includes('Outside of the chart: before'))
  t.ok(spec.includes('"text":"limit"'))
  const text = textChart(figure)
  t.match(text, /╌{60}/)
  t.match(text, /\n╌ limit: 20 V\n┊ test: /)
})

t.test('panels share a scale or have each their own', async (t) => {
  const panels = (of: 'shared' | 'free') => {
    const { figure, chart, alt } = draw([volts, amps, watts], { panels: of })
    t.equal((chart.concat as unknown[]).length, 3)
    t.match(alt, /^Line charts in 3 panels of a, b, c: /)
    return figure.panels!.map(({ domain }) => domain)
  }
  t.equal(new Set(panels('shared').map(String)).size, 1)
  t.equal(new Set(panels('free').map(String)).size, 3)
})

t.test('of more panels than have room the first are drawn, which is said; the numbers have all', async (t) => {
  const many = Array.from({ length: 100 }, (_, k) =>
    oneSeries(
      `s${k}`,
      points(5, (i) => i * k),
    ),
  )
  const { figure, chart, data } = draw(many, { panels: 'shared', width: 400, height: 300 })
  const shown = (chart.concat as unknown[]).length
  t.ok(shown < 100 && shown > 1)
  t.ok(figure.notes.includes(`The picture has room for ${shown} of 100 panels`))
  t.equal(data.series.length, 100)
  t.equal(data.series[99]!.points.length, 5)
})

t.test('years over one another keep the times that they were stored at', async (t) => {
  const three = oneSeries(
    'a',
    points(1096, (i) => Math.floor(i / 366), day, Date.UTC(2012, 0, 1)),
    { unit: '°C' },
  )
  const { data, figure, alt } = draw([three], { overlay: '1y' })
  t.same(
    data.series.map(({ period, count }) => [period, count]),
    [
      ['2012', 366],
      ['2013', 365],
      ['2014', 365],
    ],
  )
  t.match(data.series[1]!.points[0], { timestamp: '2013-01-01T00:00:00.000Z', value: 1, period: '2013' })
  t.same([figure.period, figure.from, figure.to], ['year', Date.UTC(2000, 0, 1), Date.UTC(2001, 0, 1)])
  t.match(
    alt,
    /^Line chart of a, year over year: 3 years, 2012 to 2014, 1,096 points \(UTC\)\. Highest mean 1\.99\d* °C \(2014\), lowest 0 °C \(2012\)\. Latest year, 2014: /,
  )
  t.equal(data.series[0]!.gaps, 0)
})

t.test('of many periods the last two stand out, and far too many are refused', async (t) => {
  const days = (count: number) => [
    oneSeries(
      'a',
      points(24 * count, (i) => i % 24, hour),
    ),
  ]
  const { figure, chart } = draw(days(30), { overlay: '1d' })
  t.equal(figure.series.filter(({ isPast }) => isPast).length, 28)
  t.ok(JSON.stringify(chart).includes('"domain":["30 Jan 2024","29 Jan 2024","28 before"]'))
  t.throws(() => draw(days(101), { overlay: '1d' }), AnalysisError)
  t.match(textChart(figure), /without a letter: 28 before/)
})

t.test('a histogram counts every point of every series', async (t) => {
  const half = oneSeries(
    'd',
    points(1000, (i) => i % 10),
    { unit: 'V' },
  )
  const { data, alt, text, chart } = draw([half], { mark: 'histogram', binWidth: 2 })
  const [first] = data.series as unknown as { points: { from: number; to: number; count: number; share: number }[] }[]
  t.same(first!.points[0], { from: 0, to: 2, count: 200, share: 0.2 })
  t.equal(first!.points.length, 5)
  t.match(
    alt,
    /^Histogram of d: 1,000 points from .*, in 5 bins of 2 V\. Most points \(20 %\) lie in 0 to 2 V; mean 4\.5 V, from 0 V to 9 V\.$/,
  )
  t.match(text, /0 to 2 │█+ 200, 20 %/)
  const percent = draw([half, volts], { mark: 'histogram', binWidth: 5, percent: true })
  t.match(JSON.stringify(percent.chart), '% of points')
  t.match(JSON.stringify(chart), '"title":"points"')
  t.ok(
    (percent.data.series as unknown as { points: { share: number }[] }[]).every(
      ({ points }) => Math.abs(points.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12,
    ),
  )
})

t.test('boxes by month say which month is highest, and the table has a row for each', async (t) => {
  const year = oneSeries(
    'e',
    points(366, (i) => Math.sin((2 * Math.PI * (i - 110)) / 366) * 10, day),
    { unit: '°C' },
  )
  const { data, alt, text } = draw([year], { mark: 'box' })
  const boxes = data.series[0]!.points as unknown as Record<string, unknown>[]
  t.equal(boxes.length, 12)
  t.match(boxes[6], { month: 'July', count: 31 })
  t.match(alt, /^Box plot of e by month: 366 points .*Highest median 9\.\d+ °C \(July\), lowest −9\.\d+ °C \(January\)/)
  t.match(text, /\nJul .*┃/)
  t.throws(
    () =>
      draw(
        [
          oneSeries(
            'f',
            points(200, () => 1, 366 * day),
          ),
        ],
        { mark: 'box', by: 'year' },
      ),
    AnalysisError,
  )
})

t.test('series without points are named by every mark, and alone there is nothing to draw', async (t) => {
  const empty = oneSeries('gone', { timestamps: new Float64Array(0), values: new Float64Array(0) })
  for (const mark of ['histogram', 'box', 'line'] as const) {
    t.match(JSON.stringify(draw([volts, empty], { mark }).chart.title), 'No points: gone', mark)
    t.throws(() => draw([empty], { mark }), new AnalysisError('no-points', 'no series has a point in the range'))
  }
})

t.test('a job that an earlier version accepted has what is new by default', async (t) => {
  t.doesNotThrow(() => plot.run({ series: [volts, amps], params: defaults }))
})
