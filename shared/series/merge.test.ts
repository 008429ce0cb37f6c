import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { mergePoints, sortPoints, withoutRange } from './merge.ts'
import type { Points } from './points.ts'

type Row = [time: number, value: number]

const columns = (rows: Row[]): Points => ({
  timestamps: Float64Array.from(rows, ([time]) => time),
  values: Float64Array.from(rows, ([, value]) => value),
})
const rows = ({ timestamps, values }: Points): Row[] => Array.from(timestamps, (time, i) => [time, values[i]!])
const inOrder = (model: Map<number, number>): Row[] => [...model].sort(([a], [b]) => a - b)

const anyRows = fc.array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 0, max: 2 })), { maxLength: 80 })

t.test('points are sorted by time, and the last of one time counts', async (t) => {
  fc.assert(
    fc.property(anyRows, (input) => {
      assert.deepEqual(rows(sortPoints(columns(input))), inOrder(new Map(input)))
    }),
  )
  t.pass('for every example that was tried')
})

t.test('points in order are not copied', async (t) => {
  const points = columns([
    [1, 1],
    [2, 2],
  ])
  t.equal(sortPoints(points), points)
})

t.test('a merge is what a map makes of it, and counts what it did', async (t) => {
  fc.assert(
    fc.property(anyRows, anyRows, (before, after) => {
      const [base, added] = [new Map(before), new Map(after)]
      const merged = mergePoints(columns(inOrder(base)), columns(inOrder(added)))
      assert.deepEqual(rows(merged.points), inOrder(new Map([...base, ...added])))
      const known = [...added].filter(([time]) => base.has(time))
      assert.equal(merged.inserted, added.size - known.length)
      assert.equal(merged.unchanged, known.filter(([time, value]) => base.get(time) === value).length)
      assert.equal(merged.updated, known.length - merged.unchanged)
    }),
  )
  t.pass('for every example that was tried')
})

t.test('−0 over 0 is a change, and stays −0', async (t) => {
  const merged = mergePoints(columns([[1, 0]]), columns([[1, -0]]))
  t.equal(merged.updated, 1)
  t.ok(Object.is(merged.points.values[0], -0))
  t.equal(mergePoints(columns([[1, -0]]), columns([[1, -0]])).unchanged, 1)
})

t.test('what a merge gives does not change with what it was made of', async (t) => {
  const base = columns([[1, 1]])
  const merged = mergePoints(base, columns([]))
  base.values[0] = 9
  t.same(rows(merged.points), [[1, 1]])
})

t.test('without a range, its start is gone and its end is not', async (t) => {
  const points = columns([
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ])
  const left = (from: number, to: number) => rows(withoutRange(points, from, to)).map(([time]) => time)
  t.same(left(2, 4), [1, 4])
  t.same(left(-Infinity, 3), [3, 4])
  t.same(left(3, Infinity), [1, 2])
  t.same(left(-Infinity, Infinity), [])
  t.same(left(2, 2), [1, 2, 3, 4], 'empty')
  t.same(left(4, 2), [1, 2, 3, 4], 'backwards')
  t.same(left(5, 9), [1, 2, 3, 4])
  t.same(left(1.5, 1.6), [1, 2, 3, 4])
  t.same(rows(points).length, 4, 'the points themselves stay')
})
