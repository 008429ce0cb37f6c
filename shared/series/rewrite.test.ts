import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns, times } from '../../test/points.ts'
import { concatPoints, noPoints, type Points } from './points.ts'
import { cutOut, fullChunk, layOver, spansOf, type TouchedChunk } from './rewrite.ts'

const chunk = (at: number[], given = true): TouchedChunk => ({
  id: String(at[0]),
  count: at.length,
  first: at[0]!,
  last: at.at(-1)!,
  given,
  decode: () => columns(at),
})
const shape = ({ drop, add }: { drop: string[]; add: { timestamps: Float64Array }[] }) => [
  drop,
  add.map(({ timestamps }) => [timestamps.length, timestamps[0], timestamps.at(-1)]),
]

t.test('spans hold every point, and no wide gap', async (t) => {
  t.same(spansOf(noPoints), [])
  const ends = (points: Points) => spansOf(points).map(({ first, last }) => [first, last] as [number, number])
  t.same(ends(columns([5])), [[5, 5]])
  t.same(ends(columns([1, 1e9])), [
    [1, 1],
    [1e9, 1e9],
  ])
  t.same(ends(columns(times(1000))), [[0, 999]])
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 1000 }), (at) => {
      const sorted = at.sort((a, b) => a - b)
      const spans = ends(columns(sorted))
      assert.ok(spans.length <= 256)
      assert.equal(spans[0]![0], sorted[0])
      assert.equal(spans.at(-1)![1], sorted.at(-1))
      const widest = (sorted.at(-1)! - sorted[0]!) / 256
      assert.ok(spans.every(([first, last], i) => first <= last && (i === 0 || first - spans[i - 1]![1] > widest)))
      assert.ok(sorted.every((time) => spans.some(([first, last]) => first <= time && time <= last)))
    }),
  )
})

t.test('points are laid over the chunks that they meet, and no others', async (t) => {
  const apart = 10 * fullChunk
  const full = [0, 1, 2, 3].map((i) => chunk(times(fullChunk, apart * i, 2), false))
  const half = fullChunk / 2
  t.same(shape(layOver(full, columns([1, 3 * apart + 1]))), [
    ['0', String(3 * apart)],
    [
      [half + 1, 0, 2 * half - 2],
      [half, 2 * half, 4 * half - 2],
      [half + 1, 3 * apart, 3 * apart + 2 * half - 2],
      [half, 3 * apart + 2 * half, 3 * apart + 4 * half - 2],
    ],
  ])
  t.same(shape(layOver(full, columns([-5, apart - 9, apart - 8, 5 * apart]))), [
    [],
    [
      [1, -5, -5],
      [2, apart - 9, apart - 8],
      [1, 5 * apart, 5 * apart],
    ],
  ])
  const same = layOver(full, columns([2, 4]))
  t.same([same.unchanged, ...shape(same)], [2, [], []])
})

t.test('what is small joins its neighbours', async (t) => {
  const small = [chunk([0, 10]), chunk([100]), chunk([200, 300])]
  t.same(
    shape(
      layOver(
        small,
        columns([100], () => 7),
      ),
    ),
    [['0', '100', '200'], [[5, 0, 300]]],
  )
  t.same(shape(layOver([chunk(times(fullChunk), false), chunk([20_000])], columns([15_000]))), [
    ['20000'],
    [[2, 15_000, 20_000]],
  ])
  t.same(shape(cutOut(small, { from: 100, to: 250 })), [['100', '0', '200'], [[3, 0, 300]]])
  t.same(shape(cutOut(small, { from: 11, to: 99 })), [[], []])
})

t.test('any points over any chunks are what a map makes of them', async (t) => {
  const anyRun = fc.tuple(
    fc.integer({ min: 0, max: 60_000 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ max: 5000 }),
  )
  const anyTimes = (maxLength: number) =>
    fc
      .array(anyRun, { maxLength, size: 'max' })
      .map((runs) => [...new Set(runs.flatMap(([first, step, count]) => times(Math.max(1, count), first, step)))])
  fc.assert(
    fc.property(anyTimes(10), anyTimes(4), fc.integer({ min: 1, max: fullChunk }), (before, added, size) => {
      const sorted = before.sort((a, b) => a - b)
      const chunks = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
        chunk(sorted.slice(i * size, (i + 1) * size)),
      )
      const { drop, add, inserted } = layOver(chunks, columns(added.sort((a, b) => a - b)))
      const left = chunks.filter(({ id }) => !drop.includes(id)).map((kept) => kept.decode())
      const parts = [...left, ...add].sort((a, b) => a.timestamps[0]! - b.timestamps[0]!)
      const expected = [...new Set([...before, ...added])].sort((a, b) => a - b)
      assert.deepEqual([...concatPoints([noPoints, ...parts]).timestamps], expected)
      assert.equal(inserted, expected.length - before.length)
      assert.ok(add.every(({ timestamps }) => timestamps.length <= fullChunk))
    }),
    { numRuns: 50 },
  )
  t.pass('for every example that was tried')
})
