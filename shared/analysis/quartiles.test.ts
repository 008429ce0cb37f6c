import t from 'tap'
import { hour, points } from '../../test/plots/draw.ts'
import { boxesOf, boxOf } from './quartiles.ts'

t.test('quartiles, whiskers and what lies beyond', async (t) => {
  const box = boxOf(0, Float64Array.from([7, 1, 3, 2, 5, 4, 6, 30, -20]))
  t.same(
    { ...box, outliers: [...box.outliers] },
    {
      group: 0,
      count: 9,
      min: -20,
      q1: 2,
      median: 4,
      q3: 6,
      max: 30,
      mean: box.mean,
      lowerWhisker: 1,
      upperWhisker: 7,
      outliers: [-20, 30],
    },
  )
  t.ok(Math.abs(box.mean - 38 / 9) < 1e-12)
  const alone = boxOf(0, Float64Array.from([5]))
  t.match(alone, { count: 1, min: 5, q1: 5, median: 5, q3: 5, max: 5, lowerWhisker: 5, upperWhisker: 5 })
})

t.test('groups are those of the clock of the zone', async (t) => {
  // From Sunday, 31 March 2024, 00:00 in Berlin, for 48 hours: 02:00 is not shown there on the first day.
  const two = points(48, (i) => i, hour, Date.UTC(2024, 2, 30, 23))
  const counts = (group: 'hour' | 'weekday' | 'month' | 'year', tz: string) =>
    boxesOf(two, group, tz).map((box) => [box.group, box.count])
  t.same(counts('weekday', 'Europe/Berlin'), [
    [0, 24],
    [1, 1],
    [6, 23],
  ])
  t.same(counts('weekday', 'UTC'), [
    [0, 23],
    [5, 1],
    [6, 24],
  ])
  t.same(counts('month', 'Europe/Berlin'), [
    [2, 23],
    [3, 25],
  ])
  t.same(counts('year', 'UTC'), [[2024, 48]])
  const hours = new Map(counts('hour', 'Europe/Berlin') as [number, number][])
  t.same([hours.get(0), hours.get(1), hours.get(2), hours.get(3)], [3, 2, 1, 2])
})

t.test('all points of a group count, in whatever runs they come', async (t) => {
  const all = points(24 * 700, (i) => (i * 37) % 101, hour)
  for (const group of ['hour', 'weekday', 'month', 'year'] as const) {
    const boxes = boxesOf(all, group, 'Asia/Kolkata')
    t.equal(
      boxes.reduce((sum, { count }) => sum + count, 0),
      24 * 700,
      group,
    )
    t.ok(boxes.every(({ min, q1, median, q3, max }) => min <= q1 && q1 <= median && median <= q3 && q3 <= max))
  }
})
