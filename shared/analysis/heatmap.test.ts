import t from 'tap'
import { hour, oneSeries, points } from '../../test/plots/draw.ts'
import { colours } from './chart.ts'
import { classify, classOf } from './classes.ts'
import { type PlotParams, plot } from './plot.ts'

const defaults: PlotParams = { mark: 'heatmap', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }
const day = 24 * hour

type Cell = Record<string, number | string>
const draw = (series: Parameters<typeof oneSeries>[1], params: Partial<PlotParams> = {}) => {
  const output = plot.run({ series: [oneSeries('a', series, { unit: 'kW' })], params: { ...defaults, ...params } })
  const data = output.data as { series: { points: Cell[]; count: number }[] }
  return { ...output, cells: data.series[0]!.points, data }
}

t.test('an hour of a weekday is the mean of all such hours, by the clock of the zone', async (t) => {
  // From a Monday on, in Berlin at 01:00: each hour has its own number of the first week, 168 more in the second.
  const { cells } = draw(
    points(336, (i) => i, hour, Date.UTC(2024, 0, 1)),
    { tz: 'Europe/Berlin' },
  )
  t.equal(cells.length, 168)
  t.same(cells[0], { weekday: 'Monday', hour: 0, mean: 167 + 84, count: 2 })
  t.same(cells[1], { weekday: 'Monday', hour: 1, mean: 84, count: 2 })
})

t.test('the aggregate says what of it', async (t) => {
  const one = points(48, (i) => i, hour / 2, Date.UTC(2024, 0, 1))
  t.same(draw(one, { aggregate: 'max' }).cells[3], { weekday: 'Monday', hour: 3, max: 7, count: 2 })
  t.same(draw(one, { aggregate: 'sum' }).cells[3], { weekday: 'Monday', hour: 3, sum: 13, count: 2 })
  t.same(draw(one, { aggregate: 'count' }).cells[3], { weekday: 'Monday', hour: 3, count: 2 })
  t.equal(draw(one, { aggregate: 'median' }).cells[3]!.median, 6.5)
})

t.test('days of the month, and 29 February', async (t) => {
  const { cells, alt } = draw(
    points(1461, (i) => i % 50, day, Date.UTC(2012, 0, 1)),
    { by: 'day-month' },
  )
  t.equal(cells.length, 366)
  t.match(
    cells.find((cell) => cell.month === 'February' && cell.day === 29),
    { count: 1 },
  )
  t.match(
    alt,
    /^Heat map of a, mean by day of the month and month: 1,461 points from 1 January 2012 to 31 December 2015/,
  )
})

t.test('a calendar has a cell for each day, in the week and on the weekday that it has', async (t) => {
  const { chart, cells } = draw(
    points(731, (i) => i, day, Date.UTC(2024, 0, 1)),
    { by: 'calendar' },
  )
  t.equal(cells.length, 731)
  t.same(cells[59], { date: '2024-02-29', mean: 59, count: 1 })
  const rows = (chart.data as { values: { x: number; y: number; description: string }[] }).values
  const at = (name: string) => rows.find(({ description }) => description.includes(name))!
  t.match(at('1 January 2024'), { x: 0, y: 0 }, 'a Monday')
  t.match(at('7 January 2024'), { x: 0, y: 6 }, 'the Sunday of the same week')
  t.match(at('1 January 2025'), { x: 0, y: 10 }, 'a Wednesday of the second block')
})

t.test('of more years than have room the last are drawn, and said so', async (t) => {
  const { alt, data, cells } = draw(
    points(365 * 30, (i) => i % 7, day, Date.UTC(1990, 0, 1)),
    { by: 'calendar' },
  )
  t.match(alt, /The picture has room for the last 6 of 30 years\.$/)
  t.equal(cells[0]!.date, '2014-01-01')
  t.equal(data.series[0]!.count, cells.length)
})

t.test('a million points make a cell for each hour of a week, and no more', async (t) => {
  const { chart } = draw(points(1_000_000, (i) => i % 1000, 60_000))
  t.equal((chart.data as { values: unknown[] }).values.length, 168)
})

t.test('classes have round bounds, at most nine, and part at zero where values lie on both sides', async (t) => {
  const { bounds, colours: own } = classify(17, 72, 'light')
  t.same(bounds, [20, 30, 40, 50, 60, 70])
  t.same([own[0], own.at(-1)], [colours.light.ramp[0], colours.light.ramp.at(-1)])
  const both = classify(-7, 14, 'dark')
  t.ok(both.bounds.includes(0))
  const zero = both.bounds.indexOf(0)
  const side = (colour: string) => Math.sign(colours.dark.diverging.indexOf(colour) - 4)
  t.same(
    both.colours.map(side),
    both.colours.map((_, i) => (i <= zero ? -1 : 1)),
  )
  t.same(
    [-7, -0.1, 0, 14].map((value) => classOf(value, both)),
    [0, zero, zero + 1, both.bounds.length],
  )
  t.same(classify(3, 3, 'light'), { bounds: [], colours: [colours.light.ramp[4]] })
  for (const [low, high] of [
    [0, 1],
    [-1, 1],
    [1e-9, 3e-9],
    [-500, 12],
    [99, 101],
    [-3, 1e9],
  ] as const) {
    const { bounds, colours } = classify(low, high, 'light')
    t.ok(bounds.length <= 8 && colours.length === bounds.length + 1, `${low} to ${high}`)
    t.ok(bounds.every((bound) => bound > low && bound < high))
  }
})
