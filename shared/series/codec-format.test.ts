import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { chunkOfVersion1 } from '../../test/points.ts'
import { ChunkError, decodeChunk, encodeChunk } from './codec.ts'
import { joinPatch } from './patch.ts'
import type { Points } from './points.ts'

const points = (times: number[], values: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})
const float64 = (value: number) => Buffer.from(Float64Array.of(value).buffer)
const uint16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer)

/** Bytes with the checksum of a chunk behind them. */
function checked(...parts: (number[] | Buffer)[]): Buffer {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)))
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32(bytes))
  return Buffer.concat([bytes, checksum])
}

/** What is wrong with a chunk; undefined when it is data. Any other error than ChunkError passes. */
function faultOf(chunk: Buffer): string | undefined {
  try {
    decodeChunk(chunk)
    return undefined
  } catch (error) {
    if (error instanceof ChunkError) return error.message
    throw error
  }
}

/** The head of a chunk. */
const head = ({ version = 2, count = 3, first = 0, step = 1, unit = 0, exponent = 0, value = 0 }) =>
  Buffer.concat([
    Buffer.of(version),
    uint16(count),
    ...[first, step, unit].map(float64),
    Buffer.of(exponent),
    float64(value),
  ])

t.test('the examples of docs/storage.md are chunks', async (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/storage.md'), 'utf8')
  const [chunk, patch] = [...page.matchAll(/```hex\n(.+?)```/gs)].map(([, example]) => {
    const bytes = example!.split('\n').flatMap((line) => line.split('    ')[0]!.match(/\b[0-9a-f]{2}\b/g) ?? [])
    return Buffer.from(bytes.join(''), 'hex')
  })
  const minutes = [0, 1, 2, 4].map((minute) => Date.UTC(2024, 5, 1, 0, minute))
  const written = points(minutes, [14.2, 14.9, 15.1, 14.7])
  t.same(decodeChunk(chunk!), written)
  t.same(encodeChunk(written), chunk)

  const head = patch!.subarray(0, -4)
  const patched = Buffer.concat([head, chunk!, patch!.subarray(-4)])
  t.same(decodeChunk(patched), points([minutes[0]!, minutes[2]!, minutes[3]!], [14.2, 15, 14.7]))
  const change = points([minutes[1]!, minutes[2]!], [NaN, 15])
  t.same(joinPatch({ base: chunk!, patch: change, count: 3 }), patched)
})

t.test('a chunk written by hand reads back', async (t) => {
  const minute = 60_000
  const decimals = checked(
    head({ count: 3, first: -minute, step: minute, unit: 500, exponent: 2, value: -0.05 }),
    // Steps of a minute, then of half a second less: −1 becomes 1.
    [1, 3, 0, 0, 0, 1],
    // −5, 300, 295 hundredths: 305 becomes 610, which is 98 and 2 · 256; −5 becomes 9.
    [2, 3, 0, 0, 98, 9, 3, 0, 0, 2, 0],
  )
  t.same(decodeChunk(decimals), points([-minute, 0, minute - 500], [-0.05, 3, 2.95]))

  const wide = checked(
    head({ count: 3, first: -62135596800000, step: 1, unit: 1, value: 7 }),
    // A change of 2³³: 2³⁴ is 4 in the fifth byte.
    [5, ...[0, 1, 2, 3].flatMap(() => [3, 0, 0, 0, 0]), 3, 0, 0, 0, 4],
    [0],
  )
  t.same(
    decodeChunk(wide),
    points(
      [0, 1, 2 ** 33 + 2].map((time) => time - 62135596800000),
      [7, 7, 7],
    ),
  )

  const signed = checked(
    head({ count: 3, first: 5, step: 3, exponent: 1 + 32, value: 0.1 }),
    // −1 tenth becomes 1; then marks of −0.
    [1, 3, 0, 0, 1, 0],
    [1, 3, 0, 0, 0, 1],
  )
  t.same(decodeChunk(signed), points([5, 8, 11], [0.1, 0, -0]))
  t.ok(Object.is(decodeChunk(signed).values[2], -0))

  const xored = checked(
    head({ count: 2, first: 5, step: 3, exponent: 255, value: 0 }),
    // −0 differs from 0 in its highest bit.
    [8, ...[1, 2, 3, 4, 5, 6, 7].flatMap(() => [2, 0, 0, 0]), 2, 0, 0, 0x80],
  )
  t.same(decodeChunk(xored), points([5, 8], [0, -0]))

  const count = 1000
  const frame = zstdCompressSync(Buffer.alloc(count, 2))
  const inflated = checked(head({ count, first: 1000, step: 10, value: -2 }), [1], uint16(frame.length), frame)
  const numbers = Array.from({ length: count }, (_, i) => i)
  // Each differs from the one before by 1, the first from the first value too.
  t.same(
    decodeChunk(inflated),
    points(
      numbers.map((i) => 1000 + 10 * i),
      numbers.map((i) => i - 1),
    ),
  )
})

t.test('a chunk of version 1 reads back', async (t) => {
  const old = points([-62135596800000, 0, 253402300799999], [-0, 1e308, 0.1])
  t.same(decodeChunk(chunkOfVersion1(old)), old)
  t.equal(chunkOfVersion1(old)[0], 1)
  t.equal(encodeChunk(old)[0], 2, 'it is not written')
  const bytes = chunkOfVersion1(old)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    t.ok(faultOf(flipped), `bit ${bit}`)
  }
  for (let length = 0; length < bytes.length; length++) t.ok(faultOf(bytes.subarray(0, length)), `${length} bytes`)
})

t.test('what is wrong is said, also where the checksum is right', async (t) => {
  const regular = head({})
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000))
  const cases: [what: string, chunk: Buffer, message: RegExp][] = [
    ['no bytes', Buffer.alloc(0), /^it has 0 bytes$/],
    ['no header', checked(regular.subarray(0, 30)), /^it has 34 bytes$/],
    ['another version', checked(head({ version: 4 }), [0]), /^its version is 4, not 1 to 3$/],
    ['version 0', Buffer.alloc(100), /^its version is 0, not 1 to 3$/],
    ['another checksum', Buffer.concat([regular, Buffer.alloc(5)]), /^its checksum does not match$/],
    ['an exponent that there is not', checked(head({ exponent: 23 }), [0]), /^its values have the form 23$/],
    ['a form that there is not', checked(head({ exponent: 64 }), [0]), /^its values have the form 64$/],
    ['no marks of −0', checked(head({ exponent: 33 }), [0]), /^it ends before its columns do$/],
    ['no values', checked(regular), /^it ends before its columns do$/],
    ['no length of a plane', checked(regular, [1, 3]), /^it ends before its columns do$/],
    ['half a plane', checked(regular, [1, 3, 0, 1, 2]), /^it ends before its columns do$/],
    ['more than eight planes', checked(regular, [9]), /^a column of it has 9 planes$/],
    ['something behind', checked(regular, [0], [0]), /^it has 1 bytes behind its columns$/],
    ['a plane that is no frame', checked(regular, [1, 2, 0, 1, 2]), /^a plane of it does not inflate: /],
    ['a longer plane', checked(regular, [1, 4, 0, 1, 2, 3, 4]), /^a plane of it does not inflate: /],
    ['no plane', checked(regular, [1, 0, 0]), /^a plane of it (does not inflate|has 0 bytes)/],
    [
      'a frame of other length',
      checked(head({ count: 100 }), [1], uint16(15), zstdCompressSync(Buffer.alloc(99)).subarray(0, 15)),
      /^a plane of it (does not inflate|has 99 bytes for 100 points)/,
    ],
    ['a bomb', checked(head({ count: 65_535 }), [1], uint16(bomb.length), bomb), /^a plane of it does not inflate: /],
  ]
  for (const [what, chunk, message] of cases) {
    t.match(faultOf(chunk), message, what)
  }
  t.ok(bomb.length < 65_535, 'a bomb that a length can tell')
})
