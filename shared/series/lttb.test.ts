import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { m4 } from './downsample.ts'
import { lttb } from './lttb.ts'
import { m4Runs } from './m4-runs.ts'
import { concatPoints, noPoints, type Points, slicePoints } from './points.ts'

type Row = [time: number, value: number]

const points = (rows: Row[]): Points => ({
  timestamps: Float64Array.from(rows, ([time]) => time),
  values: Float64Array.from(rows, ([, value]) => value),
})
const rowsOf = ({ timestamps, values }: Points): Row[] => Array.from(timestamps, (time, i) => [time, values[i]!])

/** The points cut into runs at any places. */
const inRuns = (whole: Points, cuts: number[]) =>
  async function* () {
    const count = whole.timestamps.length
    const bounds = [0, ...cuts.map((cut) => cut % (count + 1)).sort((a, b) => a - b), count]
    for (const [i, end] of bounds.slice(1).entries()) yield slicePoints(whole, bounds[i]!, end)
  }

const someRows = fc
  .uniqueArray(fc.integer({ min: -1000, max: 1000 }), { maxLength: 120 })
  .chain((times) =>
    fc
      .array(fc.integer({ min: -9, max: 9 }), { minLength: times.length, maxLength: times.length })
      .map((values) => times.sort((a, b) => a - b).map((time, i): Row => [time, values[i]!])),
  )
const cuts = fc.array(fc.nat(120), { maxLength: 5 })

/**
 * The definition: buckets of (n − 2) / (N − 2) points between the first and the last; of each, a point whose triangle with
 * the one before and the mean of the next bucket is the largest. Areas are compared as integers, times the count of the next.
 */
function checkDefinition(rows: Row[], threshold: number, kept: Row[]): void {
  assert.deepEqual([kept[0], kept.at(-1)], [rows[0], rows.at(-1)])
  assert.equal(kept.length, threshold)
  const bound = (k: number) => Math.floor((k * (rows.length - 2)) / (threshold - 2)) + 1
  for (let k = 1; k < threshold - 1; k++) {
    const bucket = rows.slice(bound(k - 1), bound(k))
    const next = k === threshold - 2 ? rows.slice(-1) : rows.slice(bound(k), bound(k + 1))
    const [time, value] = [0, 1].map((i) => next.reduce((sum, row) => sum + row[i]!, 0)) as [number, number]
    const [t0, v0] = kept[k - 1]!
    const area = ([t, v]: Row) => Math.abs((t0 * next.length - time) * (v - v0) - (t0 - t) * (value - v0 * next.length))
    assert.ok(
      bucket.some(([t, v]) => t === kept[k]![0] && v === kept[k]![1]),
      `bucket ${k} has the point kept of it`,
    )
    const largest = Math.max(...bucket.map(area))
    assert.ok(largest - area(kept[k]!) <= 1e-6 * largest, `bucket ${k} has no larger triangle`)
  }
}

t.test('lttb keeps what the definition keeps, however the points come', async (t) => {
  await fc.assert(
    fc.asyncProperty(someRows, fc.integer({ min: 3, max: 40 }), cuts, async (rows, threshold, cuts) => {
      const kept = rowsOf(await lttb(inRuns(points(rows), cuts), threshold))
      if (rows.length <= threshold) assert.deepEqual(kept, rows)
      else checkDefinition(rows, threshold, kept)
    }),
    { numRuns: 500 },
  )
  t.pass('for every example that was tried')
})

t.test('lttb of an example, worked by hand', async (t) => {
  const rows: Row[] = [
    [0, 0],
    [1, 5],
    [2, 1],
    [3, 0],
    [4, -6],
    [5, 0],
    [6, 1],
  ]
  // Two buckets between the ends: 1 to 2 and 3 to 5, whose means are (1.5, 3) and (4, −2).
  t.same(rowsOf(await lttb(inRuns(points(rows), []), 4)), [
    [0, 0],
    [1, 5],
    [4, -6],
    [6, 1],
  ])
  t.same(rowsOf(await lttb(inRuns(points(rows), []), 2)), [
    [0, 0],
    [6, 1],
  ])
  t.same(await lttb(inRuns(noPoints, []), 5), noPoints)
  await t.rejects(lttb(inRuns(points(rows), []), 1), RangeError)
})

t.test('lttb of values whose areas are no doubles still gives points of the series', async (t) => {
  const rows = Array.from({ length: 50 }, (_, i): Row => [i, i % 2 ? 1.7e308 : -1.7e308])
  const kept = rowsOf(await lttb(inRuns(points(rows), []), 10))
  t.equal(kept.length, 10)
  t.ok(kept.every(([time, value]) => rows[time]![1] === value))
})

t.test('m4 run by run keeps what m4 of the whole keeps', async (t) => {
  const range = fc.tuple(fc.integer({ min: -1100, max: 1100 }), fc.integer({ min: 1, max: 2000 }))
  await fc.assert(
    fc.asyncProperty(
      someRows,
      range,
      fc.integer({ min: 1, max: 40 }),
      cuts,
      async (rows, [from, length], columns, cuts) => {
        const whole = points(rows)
        const found = await m4Runs(inRuns(whole, cuts)(), from, from + length, columns)
        assert.deepEqual(rowsOf(found), rowsOf(m4(concatPoints([whole]), from, from + length, columns)))
      },
    ),
    { numRuns: 500 },
  )
  t.pass('for every example that was tried')
})
