import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { chunkOfVersion1, columns, times } from '../../test/points.ts'
import { ChunkError, countOf, decodeChunk, encodeChunk, patchChunk } from './codec.ts'
import { joinPatch, mostPatched, roomFor } from './patch.ts'
import { newPoints, noPoints } from './points.ts'

const count = 300
const chunk = encodeChunk(columns(times(count)))

t.test('a patched chunk gives what a map makes of it', async (t) => {
  const anyPatch = fc
    .array(fc.tuple(fc.integer({ min: -9, max: count + 9 }), fc.constantFrom(1, -0, 5e-324, 1e308, NaN)))
    .map((entries) => [...new Map(entries)].sort(([a], [b]) => a - b))
  fc.assert(
    fc.property(anyPatch, fc.nat(2 * count), (entries, room) => {
      const expected = new Map(times(count).map((time) => [time, time / 2]))
      for (const [time, value] of entries) {
        if (Number.isNaN(value)) expected.delete(time)
        else expected.set(time, value)
      }
      const laid = new Map(entries)
      const patch = columns([...laid.keys()], (time) => laid.get(time)!)
      const patched = joinPatch({ base: chunk, patch, count: expected.size })
      assert.equal(countOf(patched), expected.size)
      for (const { timestamps, values } of [decodeChunk(patched), decodeChunk(patched, newPoints(room))]) {
        const rows = Array.from(timestamps, (time, i) => [time, values[i]!])
        assert.deepEqual(
          rows,
          [...expected].sort(([a], [b]) => a - b),
        )
      }
    }),
  )
  t.pass('for every example that was tried')
})

t.test('it unpacks into memory that has room for it', async (t) => {
  const full = 8192
  const most = mostPatched(full - 128)
  const thinned = patchChunk(
    encodeChunk(columns(times(full))),
    columns(times(most), () => NaN),
    full - most,
  )!
  const memory = newPoints(roomFor(full - most))
  t.equal(decodeChunk(thinned, memory).values.buffer, memory.values.buffer)
  t.not(decodeChunk(thinned).values.buffer, memory.values.buffer)
})

t.test('a patch is laid over another while both together are few', async (t) => {
  const change = (time: number, value: number) => columns([time], () => value)
  let patched = chunk
  for (let time = 0; time < mostPatched(count); time++) {
    patched = patchChunk(patched, change(time, 7), count)!
    patched = patchChunk(patched, change(time, 8), count)!
  }
  t.equal(patched.length, chunk.length + 5 + 16 * mostPatched(count) + 4)
  t.same(decodeChunk(patched).values.subarray(0, 5), Float64Array.of(8, 8, 8, 8, 2))
  t.equal(patchChunk(patched, change(200, 7), count), undefined, 'too many')
  t.equal(patchChunk(chunkOfVersion1(columns(times(count))), change(0, 7), count), undefined, 'version 1')
  t.equal(patchChunk(chunk, change(0.5, NaN), count), undefined, 'a time that is none')
  t.equal(patchChunk(chunk, change(0, Infinity), count), undefined, 'a value that is none')
})

/** Bytes with the checksum of a chunk in the place of theirs. */
function checked(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt32LE(crc32(copy.subarray(0, -4)), copy.length - 4)
  return copy
}

t.test('damage is found, also where the checksum is right', async (t) => {
  const patch = columns([5, 9], (time) => (time === 5 ? 7 : NaN))
  const whole = joinPatch({ base: chunk, patch, count: count - 1 })
  t.equal(decodeChunk(whole).values.length, count - 1)
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const flipped = Buffer.from(whole)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => decodeChunk(flipped), ChunkError)
  }
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => decodeChunk(whole.subarray(0, length)), ChunkError)
  const changed = (change: (bytes: Buffer) => void) => {
    const copy = Buffer.from(whole)
    change(copy)
    return checked(copy)
  }
  const bare = (base: Buffer) => joinPatch({ base, patch: noPoints, count })
  const cases: [what: string, bytes: Buffer, message: string][] = [
    ['another count', changed((bytes) => bytes.writeUInt16LE(7, 1)), 'its patch makes 299 points of it, not 7'],
    ['a longer patch', changed((bytes) => bytes.writeUInt16LE(60_000, 3)), 'it ends before its patch does'],
    ['a time that is none', changed((bytes) => bytes.writeDoubleLE(0.5, 5)), 'point 0 of its patch has the time 0.5'],
    [
      'times that fall',
      changed((bytes) => bytes.writeDoubleLE(5, 13)),
      'point 1 of its patch is not after the one before',
    ],
    [
      'a value that is none',
      changed((bytes) => bytes.writeDoubleLE(Infinity, 21)),
      'point 0 of its patch has the value Infinity',
    ],
    ['a patch under it', bare(whole), 'the chunk under its patch has the version 3, not 2'],
    [
      'version 1 under it',
      bare(chunkOfVersion1(columns(times(count)))),
      'the chunk under its patch has the version 1, not 2',
    ],
    ['a damaged chunk under it', bare(chunk.subarray(0, -1)), 'its checksum does not match'],
  ]
  for (const [what, bytes, message] of cases) t.throws(() => decodeChunk(bytes), new ChunkError(message), what)
})
