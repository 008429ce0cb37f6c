import { seriesKeys } from '../keys.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import { type Chunk, portionChunks, type ReadOptions, readChunks } from './chunks.ts'
import type { SeriesInfo } from './metadata.ts'
import { roomFor } from './patch.ts'
import { newPoints, type Points, pointsInRange } from './points.ts'
import { fullChunk } from './rewrite.ts'
import type { Summary } from './summary.ts'
import { unpack } from './unpack.ts'

export interface PartsOptions extends ReadOptions {
  /** About how long a span of time may be of which a summary tells enough. */
  lengthMs: number
  /** Whether a summary tells enough; asked for in the order of time or against it. Else the chunk is read. */
  tells(summary: Summary): boolean
}

/** Summaries of chunks that lie within the range, and runs of points, in the asked order. A run is good until the next. */
export type Parts = Iterable<Points | Summary>

/** Nearly all of the chunks that are longer than so much of that span are cut by an edge: to ask for their summaries saves nothing. */
const worthAsking = 0.9

/** Reads with summaries before all is read as chunks: each was lost to a change. */
const maxAttempts = 5

/**
 * The range as `readChunks` gives it, with summaries in the place of those chunks of which they tell enough. Chunks that
 * do not are read in a second round trip, and all is of one revision.
 */
export async function readParts(
  redis: Redis,
  name: string,
  { lengthMs, tells, ...options }: PartsOptions,
): Promise<{ info: SeriesInfo; parts: Parts } | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = await readChunks(redis, name, options, attempt < maxAttempts ? lengthMs * worthAsking : 0)
    if (!found) return undefined
    const told = new Set(found.chunks.filter(({ summary }) => summary && tells(summary)))
    const asked = found.chunks.filter((chunk) => chunk.summary && !told.has(chunk))
    const read = await readMore(redis, name, found.info.revision, asked)
    if (read) return { info: found.info, parts: partsOf(name, found.chunks, told, read, options) }
  }
}

/** The bytes of chunks by their ids; undefined when the series has changed. */
async function readMore(
  redis: Redis,
  name: string,
  revision: string,
  chunks: Chunk[],
): Promise<Map<string, Buffer | null> | undefined> {
  const { meta, chunks: key } = seriesKeys(name)
  const bytes = new Map<string, Buffer | null>()
  for (let at = 0; at < chunks.length; at += portionChunks) {
    const ids = chunks.slice(at, at + portionChunks).map(({ id }) => id)
    const reply = await runScriptForBuffers(redis, 'readMore', [meta, key], [revision, ...ids])
    if (reply === null) return undefined
    for (const [i, chunk] of (reply as (Buffer | null)[]).entries()) bytes.set(ids[i]!, chunk)
  }
  return bytes
}

function partsOf(
  name: string,
  chunks: Chunk[],
  told: Set<Chunk>,
  read: Map<string, Buffer | null>,
  range: ReadOptions,
): Parts {
  return {
    *[Symbol.iterator]() {
      const memory = newPoints(roomFor(fullChunk))
      for (const chunk of chunks) {
        if (told.has(chunk)) {
          yield chunk.summary!
          continue
        }
        const bytes = read.get(chunk.id)
        const points = bytes === undefined ? chunk.decode(memory) : unpack(name, { id: chunk.id, bytes }, memory)
        const run = pointsInRange(points, range)
        if (run.timestamps.length > 0) yield run
      }
    },
  }
}
