import { randomBytes } from 'node:crypto'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { pack, unpack } from './zstd.ts'

const digits = (count: number) => Buffer.from(randomBytes(count).map((byte) => byte % 20))

t.test('frames are those that zstd makes of each by itself', async (t) => {
  for (const count of [1, 64, 5000, 65_535, 100, 0, 65_535, 7]) {
    for (const bytes of [digits(count), randomBytes(count), Buffer.alloc(count)]) {
      const frame = pack(bytes)
      const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_minMatch]: 7 }
      t.same(frame, zstdCompressSync(bytes, { params }), `${count} bytes`)
      t.same(zstdDecompressSync(frame), bytes)
      t.same(unpack(frame, count), bytes)
    }
  }
})

t.test('what came out stays as it is', async (t) => {
  const [some, others] = [digits(5000), digits(5000)]
  const frames = [pack(some), pack(others)]
  const [first, second] = frames.map((frame) => unpack(frame, 5000))
  t.same([first, second], [some, others])
})

t.test('a frame that is damaged harms no other', async (t) => {
  const bytes = digits(1000)
  const [frame, large] = [pack(bytes), zstdCompressSync(Buffer.alloc(50_000_000))]
  for (let length = 0; length < frame.length; length++) {
    // All bytes may have come out before the end of the frame.
    const cut = frame.subarray(0, length)
    try {
      t.same(unpack(cut, 1000), bytes, `${length} bytes`)
    } catch (error) {
      t.ok(error instanceof Error)
    }
    t.same(unpack(frame, 1000), bytes, `after ${length} bytes`)
  }
  for (const bad of [randomBytes(500), large, Buffer.concat([randomBytes(4), frame])]) {
    t.throws(() => unpack(bad, 1000))
    t.same(unpack(frame, 1000), bytes)
  }
  t.throws(() => unpack(frame, 999))
  t.throws(() => unpack(frame, 1001))
  t.same(unpack(frame, 1000), bytes)
})
