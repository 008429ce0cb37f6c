import { constants, zstdCompressSync } from 'node:zlib'
import { decodeChunk, encodeChunk } from '../shared/series/codec.ts'
import { type Points, slicePoints } from '../shared/series/points.ts'
import { fullChunk } from '../shared/series/rewrite.ts'
import { table } from './numbers.ts'
import { randoms, walker } from './program.ts'

const count = 1_000_000
const rounds = 30

/** How fast are points packed and unpacked, and how small are they? Full chunks, without Redis. */
export async function codec(say: (line: string) => void): Promise<void> {
  const rows = [['a million points', 'bytes a point', 'zstd alone', 'packed a second', 'unpacked a second']]
  for (const [what, points] of Object.entries(kinds())) {
    const runs = Array.from({ length: Math.ceil(count / fullChunk) }, (_, i) =>
      slicePoints(points, i * fullChunk, Math.min(count, (i + 1) * fullChunk)),
    )
    let chunks: Buffer[] = []
    let [packing, unpacking] = [0, 0]
    for (let round = -3; round < rounds; round++) {
      const started = threadMs()
      chunks = runs.map((run) => encodeChunk(run))
      const between = threadMs()
      for (const [i, chunk] of chunks.entries()) {
        const { values } = decodeChunk(chunk)
        if (values.at(-1) !== runs[i]!.values.at(-1)) throw new Error(`${what}: other values come back`)
      }
      const ended = threadMs()
      if (round < 0) continue // warms up
      packing += between - started
      unpacking += ended - between
    }
    const bytes = (parts: Uint8Array[]) => (parts.reduce((sum, part) => sum + part.length, 0) / count).toFixed(2)
    const perSecond = (ms: number) => `${((rounds * count) / ms / 1000).toFixed(0)} M`
    rows.push([what, bytes(chunks), bytes(runs.map(zstdAlone)), perSecond(packing), perSecond(unpacking)])
  }
  say(table(rows))
}

/** Processor time of this thread, in steps of some milliseconds: what else the machine does does not count. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** The series: what they have in common with real ones is how their times and digits come about. */
function kinds(): Record<string, Points> {
  const [next, random] = [walker(), randoms(2)]
  const minutes = Float64Array.from({ length: count }, (_, i) => 1_577_836_800_000 + i * 60_000)
  const walk = minutes.map(next)
  const jittered = minutes.map((time) => time + (random() % 1000))
  let value = 20
  const full = minutes.map(() => {
    value += random() / 1_073_741_823 - 1
    return value
  })
  return {
    'one decimal, each minute': { timestamps: minutes, values: walk },
    'one decimal, jittered by milliseconds': { timestamps: jittered, values: walk },
    'full doubles, each minute': { timestamps: minutes, values: full },
  }
}

/** What the columns come to as they are. */
function zstdAlone({ timestamps, values }: Points): Buffer {
  const columns = Buffer.from(Float64Array.of(...timestamps, ...values).buffer)
  return zstdCompressSync(columns, { params: { [constants.ZSTD_c_compressionLevel]: 1 } })
}
