import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns } from '../../test/points.ts'
import { ChunkError } from './codec.ts'
import { decodeTail, encodeTail, pointBytes, splitTail } from './tail.ts'

const anyTimes = fc.uniqueArray(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), { minLength: 1 })
const anyValue = fc.double({ noNaN: true, noDefaultInfinity: true })

t.test('points as they stand in a tail', async (t) => {
  const tail = encodeTail(columns([-1, 2], (time) => time * 1.5))
  t.same(tail.toString('hex'), '000000000000f0bf000000000000f8bf00000000000000400000000000000840')
})

t.test('every double and every time comes back as it was, also from bytes that lie anywhere', async (t) => {
  fc.assert(
    fc.property(anyTimes, fc.infiniteStream(anyValue), fc.nat(15), (times, values, shift) => {
      const points = columns(
        times.sort((a, b) => a - b),
        () => values.next().value as number,
      )
      const bytes = Buffer.concat([Buffer.alloc(shift), encodeTail(points)]).subarray(shift)
      assert.equal(bytes.length, times.length * pointBytes)
      assert.deepStrictEqual(decodeTail(bytes), points)
    }),
  )
  const odd = columns([0, 1, 2, 3], (i) => [-0, 5e-324, 1e308, -1.7976931348623157e308][i]!)
  t.same(decodeTail(encodeTail(odd)), odd)
  t.ok(Object.is(decodeTail(encodeTail(odd)).values[0], -0))
})

t.test('what is damaged is never data', async (t) => {
  const tail = encodeTail(columns([1, 2, 3]))
  const cases: [bytes: Buffer, message: RegExp][] = [
    [tail.subarray(0, 40), /it has 40 bytes/],
    [Buffer.alloc(0), /no points/],
    [Buffer.concat([tail, tail]), /point 3 is not after/],
    [encodeTail({ timestamps: Float64Array.of(1.5), values: Float64Array.of(1) }), /point 0 has the time 1\.5/],
    [encodeTail({ timestamps: Float64Array.of(1, 2), values: Float64Array.of(1, NaN) }), /point 1 has the value NaN/],
  ]
  for (const [bytes, message] of cases) {
    assert.throws(() => decodeTail(bytes), ChunkError)
    t.throws(() => decodeTail(bytes), { message })
  }
  t.same(splitTail(tail.subarray(0, 40)), columns([1, 2]), 'its whole points can be looked at')
})
