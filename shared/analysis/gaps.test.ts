import fc from 'fast-check'
import t from 'tap'
import type { Points } from '../series/points.ts'
import { longestStep, runStarts, typicalStep } from './gaps.ts'

const hour = 3_600_000
const day = 24 * hour

const at = (times: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: new Float64Array(times.length),
})
const every = (step: number, count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i * step)

t.test('an hourly series has a gap where one hour is missing', async (t) => {
  const points = at(every(hour, 48).filter((_, i) => i !== 10))
  t.same(runStarts(points), [0, 10])
  t.equal(typicalStep(points), hour)
})

t.test('jitter is no gap, a missing point among jittered ones is', async (t) => {
  const jittered = every(1000, 100).map((time, i) => time + ((i * 37) % 120))
  t.same(runStarts(at(jittered)), [0])
  t.same(runStarts(at(jittered.filter((_, i) => i !== 50))), [0, 50])
})

t.test('months of 28 to 31 days have no gap, a missing month is one', async (t) => {
  const months = Array.from({ length: 48 }, (_, i) => Date.UTC(2020, i, 1))
  t.same(runStarts(at(months)), [0])
  t.same(runStarts(at(months.filter((_, i) => i !== 20))), [0, 20])
})

t.test('years, with leap years, have no gap', async (t) => {
  t.same(runStarts(at(Array.from({ length: 150 }, (_, i) => Date.UTC(1880 + i, 0, 1)))), [0])
})

t.test('trading days', async (t) => {
  const isWeekday = (time: number) => ![0, 6].includes(new Date(time).getUTCDay())
  const trading = every(day, 365, Date.UTC(2024, 0, 1)).filter(isWeekday)

  t.test('pass weekends', async (t) => t.same(runStarts(at(trading)), [0]))

  t.test('pass the single weekend of two weeks', async (t) => {
    t.same(runStarts(at(trading.slice(0, 8))), [0])
  })

  t.test('pass Easter, from Thursday to Tuesday', async (t) => {
    const easter = [Date.UTC(2024, 2, 29), Date.UTC(2024, 3, 1)]
    t.same(runStarts(at(trading.filter((time) => !easter.includes(time)))), [0])
  })

  t.test('stop for a missing week', async (t) => {
    const stop = Date.UTC(2024, 5, 3)
    const points = at(trading.filter((time) => time < stop || time >= stop + 5 * day))
    t.equal(runStarts(points).length, 2)
  })

  t.test("pass weekends when another zone's midnight moves them to other days of UTC", async (t) => {
    t.same(runStarts(at(trading.map((time) => time - 10 * hour))), [0])
  })
})

t.test('a daily series with points on every weekday has a gap where two days are missing', async (t) => {
  const points = at(every(day, 60).filter((_, i) => i !== 30 && i !== 31))
  t.same(runStarts(points), [0, 30])
})

t.test('an irregular series breaks only where it stops for very much longer', async (t) => {
  let time = 0
  let seed = 1
  const times = Array.from({ length: 5000 }, () => {
    seed = (seed * 16807) % 2147483647
    time += Math.ceil(-60_000 * Math.log(seed / 2147483647))
    return time
  })
  t.same(runStarts(at(times)), [0])
  t.same(runStarts(at([...times, time + 60 * 60_000])), [0, 5000])
})

t.test('a gap narrower than asked for does not count', async (t) => {
  const points = at(every(1000, 1000).filter((_, i) => i !== 500))
  t.same(runStarts(points), [0, 500])
  t.same(runStarts(points, 5000), [0])
})

t.test('too few points to tell', async (t) => {
  t.same(runStarts(at([])), [])
  t.same(runStarts(at([5])), [0])
  t.same(runStarts(at([0, 1, 1000])), [0])
  t.equal(typicalStep(at([5])), undefined)
  t.equal(longestStep(at([5])), Number.POSITIVE_INFINITY)
})

t.test('of a million points a sample is enough', async (t) => {
  const times = every(1000, 1_000_000)
  times.splice(700_000, 3)
  t.same(runStarts(at(times)), [0, 700_000])
})

t.test('runs follow one another and a regular series is one run', async (t) => {
  const series = fc.tuple(
    fc.integer({ min: 1, max: 1e9 }),
    fc.integer({ min: -1e12, max: 1e12 }),
    fc.integer({ min: 1, max: 300 }),
  )
  fc.assert(
    fc.property(series, ([step, from, count]) => t.same(runStarts(at(every(step, count, from))), [0])),
    { numRuns: 100 },
  )
})
