import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { concatPoints, lowerBound, noPoints, type Points, pointsInRange, slicePoints } from './points.ts'

const run = (...times: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(times, (time) => time * 10),
})

const ordered = fc.uniqueArray(fc.integer({ min: -50, max: 50 })).map((times) => times.sort((a, b) => a - b))
const bound = fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined })

t.test('the lower bound is the first time that is not before', async (t) => {
  fc.assert(
    fc.property(ordered, fc.integer({ min: -60, max: 60 }), (times, time) => {
      const expected = times.filter((each) => each < time).length
      return lowerBound(Float64Array.from(times), time) === expected
    }),
  )
  t.equal(lowerBound(Float64Array.of(1, 2), Infinity), 2)
  t.equal(lowerBound(Float64Array.of(1, 2), -Infinity), 0)
})

t.test('a range holds its start and not its end; a missing bound is open', async (t) => {
  fc.assert(
    fc.property(ordered, bound, bound, (times, from, to) => {
      const expected = times.filter((time) => time >= (from ?? -Infinity) && time < (to ?? Infinity))
      assert.deepEqual(pointsInRange(run(...times), { from, to }), run(...expected))
    }),
  )
  t.pass('for every example that was tried')
})

t.test('a slice is a view', async (t) => {
  const points = run(1, 2, 3)
  const slice = slicePoints(points, 1, 3)
  points.values[1] = 99
  t.same(slice, { timestamps: Float64Array.of(2, 3), values: Float64Array.of(99, 30) })
})

t.test('runs that follow one another are joined', async (t) => {
  t.same(concatPoints([run(1, 2), noPoints, run(3)]), run(1, 2, 3))
  t.same(concatPoints([]), noPoints)
  const only = run(1)
  t.equal(concatPoints([only]), only, 'one is not copied')
})
