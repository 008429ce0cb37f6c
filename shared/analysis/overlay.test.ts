import fc from 'fast-check'
import t from 'tap'
import { hour, points } from '../../test/plots/draw.ts'
import { cutPeriods, type Period, periodTicks, standingRange } from './overlay.ts'

const day = 24 * hour
const iso = (time: number) => new Date(time).toISOString()

t.test('1 March is at one place in all years, and a year without 29 February has no gap', async (t) => {
  const slices = cutPeriods(
    points(1461, (i) => i, day, Date.UTC(2012, 0, 1)),
    'year',
    'UTC',
  )
  t.same(
    slices.map(({ label, points, curve }) => [label, points.timestamps.length, curve.starts]),
    [
      ['2012', 366, [0]],
      ['2013', 365, [0]],
      ['2014', 365, [0]],
      ['2015', 365, [0]],
    ],
  )
  const firstOfMarch = slices.map(({ points, curve }) => {
    const at = points.timestamps.findIndex((time) => iso(time).slice(5, 10) === '03-01')
    return iso(curve.timestamps[at]!)
  })
  t.same(new Set(firstOfMarch), new Set(['2000-03-01T00:00:00.000Z']))
})

t.test('days, weeks and months are those of the zone', async (t) => {
  const from = Date.UTC(2024, 2, 3, 22) // Sunday, 23:00 in Berlin
  const hours = points(26, (i) => i, hour, from)
  const cut = (period: Period, tz: string) =>
    cutPeriods(hours, period, tz).map(({ label, points }) => [label, points.timestamps.length])
  t.same(cut('day', 'Europe/Berlin'), [
    ['3 Mar 2024', 1],
    ['4 Mar 2024', 24],
    ['5 Mar 2024', 1],
  ])
  t.same(cut('week', 'Europe/Berlin'), [
    ['week of 26 Feb 2024', 1],
    ['week of 4 Mar 2024', 25],
  ])
  t.same(cut('day', 'UTC'), [
    ['3 Mar 2024', 2],
    ['4 Mar 2024', 24],
  ])
  t.same(cut('month', 'UTC'), [['Mar 2024', 26]])
})

t.test('a gap of the series stays a gap of its part', async (t) => {
  const all = points(48, (i) => i, hour, Date.UTC(2024, 0, 1))
  const kept = (list: Float64Array) => list.filter((_, i) => i < 30 || i > 33)
  const slices = cutPeriods({ timestamps: kept(all.timestamps), values: kept(all.values) }, 'day', 'UTC')
  t.same(
    slices.map(({ curve }) => curve.starts),
    [[0], [0, 6]],
  )
})

t.test('places rise, stay within the period, and every point is in one part', async (t) => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'America/Havana')
  const starts = fc.integer({ min: Date.UTC(2009, 0, 1), max: Date.UTC(2013, 0, 1) })
  const periods = fc.constantFrom<Period>('day', 'week', 'month', 'year')
  const holds = fc.property(
    starts,
    zones,
    periods,
    fc.integer({ min: 60_000, max: 20 * hour }),
    (from, tz, period, step) => {
      const slices = cutPeriods(
        points(800, (i) => i, step, from),
        period,
        tz,
      )
      const { from: low, to: high } = standingRange(period)
      return (
        slices.reduce((sum, { points }) => sum + points.timestamps.length, 0) === 800 &&
        slices.every(({ curve }) =>
          curve.timestamps.every(
            (time, i) => time >= low && time < high && (i === 0 || time > curve.timestamps[i - 1]!),
          ),
        )
      )
    },
  )
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 150 }))
})

t.test('ticks of a period have room', async (t) => {
  t.same(periodTicks('year', 700).labels.length, 12)
  t.same(periodTicks('year', 200).labels, ['Jan', 'Apr', 'Jul', 'Oct'])
  t.same(periodTicks('day', 400).labels, ['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00'])
  t.same(periodTicks('week', 700).labels, ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])
  t.same(periodTicks('month', 150).labels, ['1', '7', '13', '19', '25', '31'])
})
