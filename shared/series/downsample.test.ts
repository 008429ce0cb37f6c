import fc from 'fast-check'
import t from 'tap'
import { m4 } from './downsample.ts'
import type { Points } from './points.ts'

const columns = (timestamps: number[], values: number[]): Points => ({
  timestamps: Float64Array.from(timestamps),
  values: Float64Array.from(values),
})

const rows = ({ timestamps, values }: Points): [number, number][] =>
  Array.from(timestamps, (time, i) => [time, values[i]!])

/** The definition, word for word: per pixel column the first, the last, the lowest and the highest point. */
function definition(points: Points, from: number, to: number, width: number): [number, number][] {
  const inRange = rows(points).filter(([time]) => time >= from && time < to)
  const kept = new Set<[number, number]>()
  for (let k = 0; k < width; k++) {
    const column = inRange.filter(
      ([time]) => Math.min(width - 1, Math.floor(((time - from) / (to - from)) * width)) === k,
    )
    if (column.length === 0) continue
    const values = column.map(([, value]) => value)
    kept.add(column[0]!)
    kept.add(column.at(-1)!)
    kept.add(column.find(([, value]) => value === Math.min(...values))!)
    kept.add(column.find(([, value]) => value === Math.max(...values))!)
  }
  return inRange.filter((row) => kept.has(row))
}

const someTimes = fc.uniqueArray(fc.integer({ min: -2000, max: 2000 }), { maxLength: 200 })
const range = fc.tuple(fc.integer({ min: -2500, max: 2500 }), fc.integer({ min: 1, max: 4000 }))

t.test('m4 keeps what the definition keeps, in time order', async (t) => {
  const cases = fc.tuple(someTimes, fc.func(fc.integer({ min: -9, max: 9 })), range, fc.integer({ min: 1, max: 50 }))
  fc.assert(
    fc.property(cases, ([times, value, [from, length], width]) => {
      times.sort((a, b) => a - b)
      const points = columns(times, times.map(value))
      t.same(rows(m4(points, from, from + length, width)), definition(points, from, from + length, width))
    }),
    { numRuns: 300 },
  )
})

t.test('m4 of one column is first, lowest, highest, last', async (t) => {
  const points = columns([0, 1, 2, 3, 4, 5], [3, 1, 9, 1, 9, 5])
  t.same(rows(m4(points, 0, 6, 1)), [
    [0, 3],
    [1, 1],
    [2, 9],
    [5, 5],
  ])
})

t.test('m4 keeps every point where no column holds more than four', async (t) => {
  const points = columns([0, 10, 20, 30], [1, 2, 3, 4])
  t.same(rows(m4(points, 0, 40, 4)), rows(points))
})

t.test('m4 leaves out what is outside the range, its end included', async (t) => {
  const points = columns([-1, 0, 5, 9, 10], [1, 2, 3, 4, 5])
  t.same(
    rows(m4(points, 0, 10, 100)).map(([time]) => time),
    [0, 5, 9],
  )
  t.equal(m4(points, 20, 30, 100).timestamps.length, 0)
})

t.test('m4 of a time just before the end stays in the last column', async (t) => {
  const to = 2 ** 52
  const points = columns([to - 3, to - 2, to - 1], [1, 5, 2])
  t.equal(m4(points, -to, to, 3).timestamps.length, 3)
  t.equal(m4(points, -to, to, 3999).timestamps.length, 3)
})

t.test('m4 refuses a width that is no number of pixels', async (t) => {
  t.throws(() => m4(columns([1], [1]), 0, 2, 0), RangeError)
  t.throws(() => m4(columns([1], [1]), 0, 2, 1.5), RangeError)
})

t.test('m4 reads ten million points', async (t) => {
  const count = 10_000_000
  const points: Points = { timestamps: new Float64Array(count), values: new Float64Array(count) }
  for (let i = 0; i < count; i++) {
    points.timestamps[i] = i * 1000
    points.values[i] = (i * 7919) % 10_007
  }
  const kept = m4(points, 0, count * 1000, 1000)
  t.ok(kept.timestamps.length > 3000 && kept.timestamps.length <= 4000)
  t.equal(Math.max(...kept.values), 10_006)
  t.equal(Math.min(...kept.values), 0)
})
