import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns, times } from '../../test/points.ts'
import { decodeChunk, encodeChunk } from './codec.ts'
import { concatPoints, noPoints } from './points.ts'
import { cutOut, fullChunk, layOver, type Rewrite, replaceIn, type TouchedChunk } from './rewrite.ts'
import type { SealedChunk } from './seal.ts'
import { formatSummary, parseSummary, summarize } from './summary.ts'

const chunk = (at: number[], given = true): TouchedChunk => ({
  id: String(at[0]),
  ...summarize(columns(at)),
  apart: false,
  ...(given ? { bytes: encodeChunk(columns(at)) } : {}),
  decode: () => columns(at),
})
const added = ({ add }: Rewrite) => add.map(({ bytes }) => decodeChunk(bytes))
const shape = (rewrite: Rewrite) => [
  rewrite.drop,
  added(rewrite).map(({ timestamps }) => [timestamps.length, timestamps[0], timestamps.at(-1)]),
]

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
  t.same([same.counts.unchanged, ...shape(same)], [2, [], []])
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

t.test('chunks that others may lie between are not joined', async (t) => {
  const apart = { ...chunk([5000]), apart: true }
  const laid = (chunks: TouchedChunk[]) =>
    shape(
      layOver(
        chunks,
        columns([0, 5000], () => 7),
      ),
    )
  t.same(laid([chunk([0]), chunk([5000])]), [['0', '5000'], [[2, 0, 5000]]])
  const two = [
    ['0', '5000'],
    [
      [1, 0, 0],
      [1, 5000, 5000],
    ],
  ]
  t.same(laid([chunk([0]), apart]), two)
  const dropped = { ...chunk([2000, 2001]), apart: true }
  const replaced = replaceIn([chunk([0, 9]), dropped, chunk([3000, 5000])], { from: 9, to: 3001 }, noPoints)
  t.same(shape(replaced), [
    ['2000', '0', '3000'],
    [
      [1, 0, 0],
      [1, 5000, 5000],
    ],
  ])
})

t.test('few points of a chunk are patched, and its columns stay', async (t) => {
  const full = chunk(times(fullChunk, 0, 2))
  const most = fullChunk / 64
  const change = (count: number) =>
    layOver(
      [full],
      columns(times(count, 0, 6), () => 7),
    )
  const [patched] = change(most).add
  t.equal(patched!.bytes[0], 3)
  t.ok(patched!.bytes.includes(full.bytes!), 'the chunk is in it as it was')
  t.equal(change(most + 1).add[0]!.bytes[0], 2, 'too many')
  t.equal(cutOut([full], { from: 0, to: 2 * most - 4 }).add[0]!.bytes[0], 3, 'points that are taken out')
  t.equal(layOver([full], columns([1])).add.length, 2, 'a chunk that gets too large is cut')
  const again = layOver(
    [found(patched!)],
    columns([2], () => 8),
  ).add[0]!
  t.equal(again.bytes[0], 2, 'what was patched before counts')
  t.equal(decodeChunk(again.bytes).values[1], 8)
  t.equal(
    layOver(
      [found(patched!)],
      columns([6], () => 8),
    ).add[0]!.bytes[0],
    3,
    'but a point once',
  )
})

/** A chunk that was written, as the next change finds it. */
function found({ id, summary, bytes }: SealedChunk): TouchedChunk {
  return { id, ...parseSummary(summary), apart: false, bytes, decode: (memory) => decodeChunk(bytes, memory) }
}

t.test('any changes, one after the other, are what a map makes of them', async (t) => {
  const anyTimes = (maxLength: number, most: number) => {
    const run = fc.tuple(fc.nat(60_000), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: most }))
    const all = fc.array(run, { maxLength, size: 'max' })
    return all.map((runs) => [...new Set(runs.flatMap(([first, step, count]) => times(count, first, step)))])
  }
  const anyChange = fc.record({
    added: fc.oneof(anyTimes(4, 5000), anyTimes(20, 3)),
    value: fc.integer({ min: 0, max: 2 }),
    from: fc.nat(60_000),
    length: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 60 }), fc.nat(20_000)),
  })
  const anyChanges = fc.array(anyChange, { minLength: 1, maxLength: 6, size: 'max' })
  let patches = 0
  fc.assert(
    fc.property(anyTimes(10, 5000), fc.integer({ min: 1000, max: fullChunk }), anyChanges, (before, size, changes) => {
      const sorted = before.sort((a, b) => a - b)
      const model = new Map(sorted.map((time) => [time, time / 2]))
      let chunks = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
        chunk(sorted.slice(i * size, (i + 1) * size)),
      )
      for (const { added, value, from, length } of changes) {
        const range = { from, to: from + length }
        const isGiven = (time: number) => length === 0 || (time >= from && time < range.to)
        const given = added.filter(isGiven).sort((a, b) => a - b)
        const { drop, add, counts } = replaceIn(
          chunks,
          range,
          columns(given, () => value),
        )
        const old = new Map(model)
        for (const time of old.keys()) if (time >= from && time < range.to) model.delete(time)
        for (const time of given) model.set(time, value)
        const known = given.filter((time) => old.has(time))
        const unchanged = known.filter((time) => old.get(time) === value).length
        assert.deepEqual(counts, {
          inserted: given.length - known.length,
          updated: known.length - unchanged,
          unchanged,
          deleted: old.size + given.length - known.length - model.size,
        })
        const kept = chunks.filter(({ id }) => !drop.includes(id))
        chunks = [...kept, ...add.map(found)].sort((a, b) => a.first - b.first)
        const all = chunks.map((chunk) => chunk.decode())
        const expected = [...model].sort(([a], [b]) => a - b)
        const points = concatPoints([noPoints, ...all])
        assert.deepEqual(
          [...points.timestamps],
          expected.map(([time]) => time),
        )
        assert.deepEqual(
          [...points.values],
          expected.map(([, value]) => value),
        )
        for (const [i, { id, count, bytes }] of chunks.entries()) {
          assert.ok(id === String(all[i]!.timestamps[0]) && count === all[i]!.timestamps.length && count <= fullChunk)
          if (bytes![0] === 3) patches++
        }
        for (const { bytes, summary } of add) assert.equal(summary, formatSummary(summarize(decodeChunk(bytes))))
      }
    }),
    { numRuns: 60 },
  )
  t.ok(patches > 0, `${patches} patched chunks`)
})
