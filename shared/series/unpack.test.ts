import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { chunkOfVersion1, columns, times } from '../../test/points.ts'
import { encodeChunk, patchChunk } from './codec.ts'
import { newPoints } from './points.ts'
import { encodeTail, tailId } from './tail.ts'
import { type PackedChunk, saidCounts, unpackRange } from './unpack.ts'

const size = 200

/** A chunk of the points from `start` to `start + size`, in one of the forms that it may have, and what it holds. */
const forms: ((start: number) => { bytes: Buffer; held: number[] })[] = [
  (start) => ({ bytes: encodeChunk(columns(times(size, start))), held: times(size, start) }),
  (start) => ({ bytes: chunkOfVersion1(columns(times(size, start))), held: times(size, start) }),
  // Without its first two points: those of the chunk under the patch take more room than the chunk says.
  (start) => {
    const gone = columns([start, start + 1], () => NaN)
    const bytes = patchChunk(encodeChunk(columns(times(size, start))), gone, size - 2)!
    return { bytes, held: times(size, start).slice(2) }
  },
  // With one point more than the chunk under the patch has.
  (start) => {
    const held = times(size, start)
    return { bytes: patchChunk(encodeChunk(columns(held.slice(0, -1))), columns(held.slice(-1)), size)!, held }
  },
]

t.test('chunks of all forms come as one run, whatever memory they are given', async (t) => {
  const anyForms = fc.array(fc.constantFrom(...forms), { maxLength: 5 })
  const edge = fc.option(fc.integer({ min: -10, max: 6 * size }), { nil: undefined })
  fc.assert(
    fc.property(anyForms, fc.boolean(), edge, edge, fc.nat(1500), (made, hasTail, low, high, room) => {
      const chunks: PackedChunk[] = []
      const held: number[] = []
      for (const [i, form] of made.entries()) {
        const one = form(i * size)
        chunks.push({ id: String(one.held[0]), bytes: one.bytes })
        held.push(...one.held)
      }
      if (hasTail) {
        const tail = times(9, made.length * size)
        chunks.push({ id: tailId, bytes: encodeTail(columns(tail)) })
        held.push(...tail)
      }
      const range = { from: low, to: high }
      const expected = held.filter((time) => time >= (low ?? -Infinity) && time < (high ?? Infinity))
      for (const memory of [undefined, newPoints(room), newPoints(saidCounts(chunks))]) {
        const points = unpackRange('s', chunks, range, memory)
        assert.deepEqual(points, columns(expected))
      }
    }),
  )
  t.pass('for every example that was tried')
})

t.test('points are put together in the memory that is given', async (t) => {
  const chunks = [0, 1].map((i) => ({ id: String(i * size), bytes: encodeChunk(columns(times(size, i * size))) }))
  const memory = newPoints(2 * size)
  const { timestamps, values } = unpackRange('s', chunks, {}, memory)
  t.equal(timestamps.buffer, memory.timestamps.buffer)
  t.equal(values.byteOffset, memory.values.byteOffset)
  t.same([...timestamps], times(2 * size))
})

t.test('a chunk that was cut short is refused by name, beside others too', async (t) => {
  const whole = { id: '0', bytes: encodeChunk(columns(times(size))) }
  for (const bytes of [1, 2, 3].map((version) => Buffer.of(version, 0, 0))) {
    const cut = { id: String(size), bytes }
    for (const chunks of [[cut], [whole, cut]])
      t.throws(() => unpackRange('s', chunks, {}), { message: /chunk [0-9]+ of the series 's' is damaged/ })
  }
})
