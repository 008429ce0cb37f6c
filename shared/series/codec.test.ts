import fc from 'fast-check'
import t from 'tap'
import { decodeChunk, encodeChunk } from './codec.ts'
import type { Points } from './points.ts'

const columns = (times: number[], values: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})

/** Equal to the last bit: −0 is not 0. */
const bits = ({ timestamps, values }: Points) => Buffer.from(Float64Array.of(...timestamps, ...values).buffer)

/** What becomes of bytes: 'data', or the class of the error. */
function outcome(chunk: Buffer): string {
  try {
    decodeChunk(chunk)
    return 'data'
  } catch (error) {
    return (error as Error).constructor.name
  }
}

const time = fc.integer({ min: -62135596800000, max: 253402300799999 })
const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e308, -1.7976931348623157e308, 0.1, 2 ** 53),
  fc.integer({ min: -1000, max: 1000 }).map((n) => n / 10),
)
const anyPoints = fc
  .tuple(fc.uniqueArray(time, { minLength: 1, maxLength: 300 }), fc.array(finite, { minLength: 300, maxLength: 300 }))
  .map(([times, values]) =>
    columns(
      times.sort((a, b) => a - b),
      values.slice(0, times.length),
    ),
  )

t.test('every double and every time come back to the last bit', async (t) => {
  fc.assert(fc.property(anyPoints, (points) => bits(decodeChunk(encodeChunk(points))).equals(bits(points))))
  const regular = Array.from({ length: 5000 }, (_, i) => i * 60_000)
  const walk = columns(
    regular,
    regular.map((_, i) => Math.round(Math.sin(i) * 100) / 10),
  )
  t.ok(bits(decodeChunk(encodeChunk(walk))).equals(bits(walk)))
  t.equal(decodeChunk(encodeChunk(columns([], []))).timestamps.length, 0)
})

t.test('a chunk is read wherever its bytes lie in memory', async (t) => {
  const points = columns([1, 2, 3], [1.5, -0, 1e308])
  const chunk = encodeChunk(points)
  for (let offset = 1; offset < 9; offset++) {
    const shifted = Buffer.concat([Buffer.alloc(offset), chunk]).subarray(offset)
    t.ok(bits(decodeChunk(shifted)).equals(bits(points)))
  }
})

t.test('a part of larger columns is encoded alone', async (t) => {
  const { timestamps, values } = columns([1, 2, 3, 4], [5, 6, 7, 8])
  const part = decodeChunk(encodeChunk({ timestamps: timestamps.subarray(1, 3), values: values.subarray(1, 3) }))
  t.same(part, columns([2, 3], [6, 7]))
})

t.test('a single flipped bit is an error, never data', async (t) => {
  const chunk = encodeChunk(columns([1000, 2000, 3500], [1.5, -2.25, 1e9]))
  for (let bit = 0; bit < chunk.length * 8; bit++) {
    const damaged = Buffer.from(chunk)
    damaged[bit >> 3]! ^= 1 << (bit & 7)
    t.equal(outcome(damaged), 'ChunkError', `bit ${bit}`)
  }
  t.same(decodeChunk(chunk).timestamps, Float64Array.of(1000, 2000, 3500))
})

t.test('a chunk that is cut off or has grown is an error', async (t) => {
  const chunk = encodeChunk(columns([1000, 2000], [1.5, -2.25]))
  for (let length = 0; length < chunk.length; length++)
    t.equal(outcome(chunk.subarray(0, length)), 'ChunkError', `${length} bytes`)
  t.equal(outcome(Buffer.concat([chunk, Buffer.alloc(16)])), 'ChunkError')
  t.equal(outcome(Buffer.alloc(chunk.length)), 'ChunkError')
})
