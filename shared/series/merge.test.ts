import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { mergePoints, overlay, sortPoints } from './merge.ts'
import { newPoints, type Points } from './points.ts'

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
  const anyChange = fc.array(fc.tuple(fc.integer({ min: -60, max: 60 }), fc.constantFrom(0, 1, 2, NaN)), {
    maxLength: 80,
  })
  fc.assert(
    fc.property(anyRows, anyChange, fc.nat(200), (before, after, room) => {
      const [base, added] = [new Map(before), new Map(after)]
      const expected = new Map([...base, ...added].filter(([time]) => !Number.isNaN(added.get(time))))
      const known = [...added].filter(([time]) => base.has(time))
      const removed = known.filter(([, value]) => Number.isNaN(value)).length
      const unchanged = known.filter(([time, value]) => base.get(time) === value).length
      const counts = {
        inserted: expected.size - (base.size - removed),
        updated: known.length - removed - unchanged,
        unchanged,
        deleted: removed,
        absent: inOrder(added).flatMap(([time, value]) => (Number.isNaN(value) && !base.has(time) ? [time] : [])),
      }
      const given = columns(inOrder(base))
      const { points, ...merged } = mergePoints(given, columns(inOrder(added)))
      assert.deepEqual(rows(points), inOrder(expected))
      assert.deepEqual(merged, counts)
      assert.deepEqual(rows(given), inOrder(base), 'what it was made of stays')
      const { points: laid, ...told } = overlay(given, columns(inOrder(added)), newPoints(room))
      assert.deepEqual(rows(laid), inOrder(expected))
      assert.deepEqual(told, counts)
    }),
  )
  t.pass('for every example that was tried')
})

t.test(
  'an overlay stays where the base was until a point is inserted, and then uses the memory that it is given',
  async (t) => {
    const base = newPoints(3)
    base.timestamps.set([1, 2, 3])
    base.values.set([1, 2, 3])
    const laid = (changes: Row[], memory?: Points) => overlay(base, columns(changes), memory).points
    const memory = newPoints(4)
    const updated = laid([[2, 7]], memory)
    t.equal(updated.values.buffer, base.values.buffer)
    t.same(rows(updated), [
      [1, 1],
      [2, 7],
      [3, 3],
    ])
    const inserted = laid([[9, 9]], memory)
    t.equal(inserted.values.buffer, memory.values.buffer)
    t.equal(rows(inserted).length, 4)
    const little = newPoints(3)
    t.not(laid([[9, 9]], little).values.buffer, little.values.buffer, 'too little of it')
    const thinned = laid([[1, NaN]], memory)
    t.equal(thinned.values.buffer, base.values.buffer)
    t.same(rows(thinned), [
      [2, 7],
      [3, 3],
    ])
  },
)

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
