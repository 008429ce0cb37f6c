import t from 'tap'
import { hour, oneSeries, points } from '../../test/plots/draw.ts'
import type { Points } from '../series/points.ts'
import { describeSeries, trendUnitFor } from './description.ts'

const describe = (of: Points, tz = 'UTC') => describeSeries(oneSeries('a', of), { tz, quantiles: [], per: 'hour' })
t.test('a straight line is told exactly', async (t) => {
  const { trend } = describe(points(50, (i) => 3 + 2 * i))
  t.match(trend, { per: 'hour', slope: 2, r2: 1, pValue: 0, stderr: 0, start: 3, end: 101, theilSen: 2, pairs: 'all' })
})

t.test('few points, and equal ones, have a trend as far as it can be told', async (t) => {
  t.equal(describe(points(1, () => 5)).trend, null)
  t.match(describe(points(2, (i) => i)).trend, { slope: 1, r2: 1, pValue: null, stderr: null, theilSen: 1 })
  const flat = describe(points(9, () => 0.1)).trend
  t.match(flat, { slope: 0, r2: null, pValue: null, stderr: 0, start: 0.1, end: 0.1, theilSen: 0 })
})

t.test('an outlier moves least squares, not the slope of Theil and Sen', async (t) => {
  for (const count of [101, 4001]) {
    const { trend } = describe(points(count, (i) => (i === 3 ? 1e6 : i)))
    t.ok(Math.abs(trend!.theilSen! - 1) < 1e-9, `${trend!.theilSen}`)
    t.ok(Math.abs(trend!.slope! - 1) > 0.1)
    t.equal(trend!.pairs, count === 101 ? 'all' : 'half')
  }
})

t.test('values of any size keep their trend', async (t) => {
  const far = describe(points(100, (i) => 1e9 + i / 1024)).trend!
  t.match(far, { slope: 1 / 1024, theilSen: 1 / 1024, start: 1e9 })
  t.ok(far.r2! > 1 - 1e-12)
  const large = describe(points(100, (i) => 1.7e308 * (i / 99) ** 2 * (i % 2 ? -1 : 1)))
  t.ok(Number.isFinite(large.trend!.slope))
  t.match(large, { variance: null, range: null })
  t.ok(large.stddev! > 1e307)
})

t.test('a trend counts by the longest unit that the points last', async (t) => {
  const [day, year] = [24 * hour, 366 * 24 * hour]
  t.same([0, 59_000, 60_000, hour, day - 1, day, year].map(trendUnitFor), [
    ...['second', 'second', 'minute', 'hour', 'hour', 'day', 'year'],
  ])
})
