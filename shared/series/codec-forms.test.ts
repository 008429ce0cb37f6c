import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ChunkError, decodeChunk, encodeChunk, maxChunkBytes } from './codec.ts'
import type { Points } from './points.ts'

const columns = (times: number[], values: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})
const bits = ({ timestamps, values }: Points) => Buffer.from(Float64Array.of(...timestamps, ...values).buffer)

const earliest = -62135596800000
const latest = 253402300799999

/** Below and above the length from which planes are compressed. */
const counts = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 }))

/** Times by how they were made: each is a kind that the format has a form for, or an edge of one. */
const timesBy: Record<string, (count: number) => fc.Arbitrary<number[]>> = {
  regular: (count) =>
    fc
      .tuple(fc.integer({ min: earliest, max: 0 }), fc.integer({ min: 1, max: 1e11 }))
      .map(([first, step]) => Array.from({ length: count }, (_, i) => first + i * step)),
  'regular with gaps of whole steps': (count) =>
    steps(
      count,
      fc.constantFrom(60_000, 60_000, 60_000, 120_000, 8_640_000),
      fc.integer({ min: earliest, max: latest - 1e10 }),
    ),
  jittered: (count) => steps(count, fc.integer({ min: 59_500, max: 60_500 }), fc.integer({ min: earliest, max: 0 })),
  'whole seconds': (count) =>
    steps(
      count,
      fc.integer({ min: 1, max: 4000 }).map((s) => s * 1000),
      fc.integer({ min: earliest, max: 0 }),
    ),
  'steps over 32 bits': (count) =>
    steps(count, fc.integer({ min: 1, max: Math.floor(1.5e14 / count) }), fc.constant(earliest)),
  'the first, the last and any': (count) =>
    fc
      .uniqueArray(fc.integer({ min: earliest + 1, max: latest - 1 }), { minLength: count, maxLength: count })
      .map((times) => [earliest, ...times.sort((a, b) => a - b), latest].slice(0, Math.max(2, count))),
}

function steps(count: number, step: fc.Arbitrary<number>, first: fc.Arbitrary<number>): fc.Arbitrary<number[]> {
  return fc.tuple(first, fc.array(step, { minLength: count, maxLength: count })).map(([first, steps]) => {
    let time = first
    return steps.map((step) => {
      time += step
      return time
    })
  })
}

const decimal = (digits: number, most: number) =>
  fc.integer({ min: -most, max: most }).map((n) => Number(`${n}e-${digits}`))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const valueBy: Record<string, fc.Arbitrary<number>> = {
  'one decimal': decimal(1, 1000),
  'mixed exponents': fc.oneof(decimal(0, 1e6), decimal(2, 1e6), decimal(7, 1e6), decimal(12, 100)),
  'decimals of 15 digits': decimal(7, 999_999_999_999_999),
  'decimals up to 10 to the minus 22': decimal(22, 1e6),
  'integers to 2 ** 53': fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
  'constants, mostly': fc.constantFrom(3.7, 3.7, 3.7, 3.7, 3.7, 3.7, 3.7, 3.8),
  '−0 among decimals': fc.oneof(decimal(1, 50), fc.constantFrom(-0, 0)),
  '−0 alone': fc.constant(-0),
  doubles: finite,
  'doubles of 32 bits': finite.map((value) => Math.fround(value % 1e6)),
  'the largest and the smallest': fc.constantFrom(
    ...[1.7976931348623157e308, -1.7976931348623157e308, 1e308, 5e-324, -5e-324, 2.2250738585072014e-308],
    ...[2 ** 50, -(2 ** 50), 2 ** 50 - 1, 1e22, 1e23, 1e-22, 1e-23, Number.EPSILON, 0, -0],
  ),
}

for (const [how, makeTimes] of Object.entries(timesBy)) {
  for (const [what, value] of Object.entries(valueBy)) {
    t.test(`times: ${how}; values: ${what}`, async (t) => {
      const points = counts.chain((count) =>
        fc
          .tuple(makeTimes(count), fc.array(value, { minLength: count + 2, maxLength: count + 2 }))
          .map(([times, values]) => columns(times, values.slice(0, times.length))),
      )
      fc.assert(
        fc.property(points, (points) => {
          const chunk = encodeChunk(points)
          assert.ok(bits(decodeChunk(chunk)).equals(bits(points)))
          assert.ok(chunk.length <= maxChunkBytes(points.values.length))
        }),
        { numRuns: 30 },
      )
      t.pass('for every example that was tried')
    })
  }
}

t.test('as many points as a chunk holds', async (t) => {
  const most = 65_535
  for (const value of [(i: number) => (i % 100) / 10, (i: number) => Math.sin(i) ** 9]) {
    const points = columns(
      Array.from({ length: most }, (_, i) => i * 1000 + (i % 7)),
      Array.from({ length: most }, (_, i) => value(i)),
    )
    t.ok(Buffer.from(decodeChunk(encodeChunk(points)).values.buffer).includes(Buffer.from(points.values.buffer)))
    t.same(decodeChunk(encodeChunk(points)).timestamps, points.timestamps)
  }
  const more = new Float64Array(most + 1)
  t.throws(() => encodeChunk({ timestamps: more, values: more }), RangeError)
})

t.test('the cheapest form is taken', async (t) => {
  const count = 10_000
  let [state, value] = [1, 200]
  const random = () => {
    state = (state * 48271) % 2147483647
    return state
  }
  const regular = Array.from({ length: count }, (_, i) => 1_577_836_800_000 + i * 60_000)
  const walk = regular.map(() => {
    value += (random() % 21) - 10
    return value / 10
  })
  const sizeOf = (times: number[], values: number[]) => encodeChunk(columns(times, values)).length / count
  const near = (size: number, least: number, most: number, what: string) =>
    t.ok(size >= least && size <= most, `${what}: ${size} bytes a point`)
  near(sizeOf(regular, walk), 0.549, 0.58, 'a walk of 21 steps, whose entropy is 0.549')
  near(sizeOf(regular, new Array(count).fill(7.25)), 0, 0.01, 'a constant')
  near(sizeOf(regular, [-0, ...walk.slice(1)]), 0.549, 0.6, 'one −0 in it')
  const gaps = regular.map((time, i) => time + 60_000 * Math.floor(i / 500))
  near(sizeOf(gaps, walk), 0.549, 0.6, 'some points missing')
  const jittered = regular.map((time) => time + (random() % 1000))
  near(sizeOf(jittered, walk), 1.7, 2.1, 'jittered by a second')
  const noise = regular.map(() => random() / 7 + random() / 2 ** 40)
  near(sizeOf(regular, noise), 6, 8.01, 'noise: what does not get shorter stays as it is')
  t.ok(encodeChunk(columns([1], [2.5])).length <= 41, 'one point')
})

t.test('chunks stand one behind the other in memory that is given', async (t) => {
  const memory = Buffer.alloc(4 * maxChunkBytes(3))
  const runs = [columns([1, 2, 3.0], [1, 2, 3]), columns([5, 9], [-0, 1e300]), columns([], [])]
  let used = 0
  const chunks = runs.map((points) => {
    const chunk = encodeChunk(points, memory.subarray(used))
    t.equal(chunk.buffer, memory.buffer)
    used += chunk.length
    return chunk
  })
  for (const [i, points] of runs.entries()) t.same(decodeChunk(chunks[i]!), points)
  t.throws(() => encodeChunk(runs[0]!, Buffer.alloc(maxChunkBytes(3) - 1)), /too few for 3 points/)
})

t.test('what is no time is refused', async (t) => {
  for (const times of [
    [0.5],
    [0, 0.5],
    [0, 1, 2.5],
    [0, 1, 4, 7.5],
    [0, NaN],
    [0, 1, Infinity],
    [NaN],
    [0, 5, 6, NaN],
    [3e14],
    [0, 3e14],
    [0, 1, 3e14],
  ])
    t.throws(() => encodeChunk(columns(times, times)), RangeError, String(times))
})

t.test('of a compressed chunk too, every flipped bit and every cut is found', async (t) => {
  const count = 300
  const points = columns(
    Array.from({ length: count }, (_, i) => i * 1000 + (i % 5)),
    Array.from({ length: count }, (_, i) => (i % 3) + (i % 2 ? 1e-9 : 0)),
  )
  const chunk = encodeChunk(points)
  t.ok(chunk.length < 4 * count, 'there are frames in it')
  const damaged = function* () {
    for (let bit = 0; bit < chunk.length * 8; bit++) {
      const flipped = Buffer.from(chunk)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      yield flipped
    }
    for (let at = 0; at < chunk.length; at++) {
      yield chunk.subarray(0, at)
      yield Buffer.concat([chunk.subarray(0, at), chunk.subarray(at + 1)])
    }
  }
  let found = 0
  for (const bytes of damaged()) {
    assert.throws(() => decodeChunk(bytes), ChunkError)
    found++
  }
  t.equal(found, 10 * chunk.length)
  t.same(decodeChunk(chunk), points)
})
