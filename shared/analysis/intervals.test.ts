import t from 'tap'
import { hour, points, start, without } from '../../test/plots/draw.ts'
import type { Points } from '../series/points.ts'
import { gapsOf, stepOf } from './intervals.ts'

const step = (of: Points, tz = 'UTC') => stepOf(of, tz, new Float64Array(of.timestamps.length))
const at = (...dates: string[]): Points => ({
  timestamps: Float64Array.from(dates, (date) => Date.parse(date)),
  values: new Float64Array(dates.length),
})

t.test('the step is told in its own words', async (t) => {
  const cases: [Points, string, number][] = [
    [points(10, () => 0), '1h', 1],
    [points(10, () => 0, 90_000), '90s', 1],
    [points(10, () => 0, 36 * hour), '36h', 1],
    [points(10, () => 0, 7 * 24 * hour), '1w', 1],
    [points(2, () => 0, 5), '5ms', 1],
    [points(100, (i) => i, 3_600_001), '1h', 1],
    [at('2024-01-15', '2024-02-15', '2024-03-15', '2024-04-15', '2024-05-15'), '1mo', 1],
    [at('2023-12-31', '2024-01-31', '2024-02-29', '2024-03-31', '2024-04-30'), '1mo', 1],
    [at('2023-01-01', '2023-04-01', '2023-07-01', '2023-10-01', '2024-01-01'), '3mo', 1],
    [at('2019-01-01', '2020-01-01', '2021-01-01', '2022-01-01'), '1y', 1],
    [at('2024-01-01', '2024-01-02', '2024-01-03', '2024-01-09', '2024-01-10'), '1d', 0.75],
  ]
  for (const [of, every, regular] of cases) t.match(step(of), { every, regular }, every)
  t.equal(step(at('2024-01-01')), undefined)
  const berlin = at('2024-01-31T23:00Z', '2024-02-29T23:00Z', '2024-03-31T22:00Z', '2024-04-30T22:00Z')
  t.match(step(berlin, 'Europe/Berlin'), { every: '1mo', regular: 1 }, 'first of the month in Berlin')
  t.ok(step(berlin)!.regular < 1, 'and of no month in UTC')
})

t.test('gaps are those that a plot shows', async (t) => {
  const whole = points(200, () => 1)
  t.match(gapsOf(whole), { count: 0, totalMs: 0, longest: undefined, list: [] })
  const gone = gapsOf(without(whole, 50, 100, 101, 102, 150))
  t.match(gone, { count: 3, totalMs: 8 * hour, longest: { from: start + 99 * hour, to: start + 103 * hour } })
  t.same(
    gone.list.map(({ from }) => (from - start) / hour),
    [49, 99, 149],
  )
  const many = gapsOf(
    without(
      points(1000, () => 1),
      ...Array.from({ length: 40 }, (_, i) => 20 * i + 10),
      411,
    ),
    5,
  )
  t.equal(many.count, 40)
  t.equal(many.list.length, 5)
  t.ok(
    many.list.some(({ from }) => from === start + 409 * hour),
    'the longest is among them',
  )
  t.same(
    many.list,
    many.list.toSorted((a, b) => a.from - b.from),
  )
})

t.test('intervals that all differ have no gap, and a step that nothing keeps', async (t) => {
  const of: Points = {
    timestamps: Float64Array.from({ length: 30 }, (_, i) => start + i * i * 1000),
    values: new Float64Array(30),
  }
  t.equal(gapsOf(of).count, 0)
  t.ok(step(of)!.regular < 0.1)
})
