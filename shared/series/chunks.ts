import { seriesKeys } from '../keys.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import { ChunkError, decodeChunk } from './codec.ts'
import { readMeta, type SeriesInfo } from './metadata.ts'
import type { Points, Range } from './points.ts'

export interface Chunk {
  id: string
  /** Throws when the chunk is damaged, and names the series and the chunk. */
  decode(): Points
}

/**
 * The chunks that hold a range, all of one revision, in one round trip; the chunk that precedes `from` comes with
 * them. With a limit, no more chunks than so many points need. Undefined when the series does not exist.
 */
export async function readChunks(
  redis: Redis,
  name: string,
  { from, to, order = 'asc', limit = 0 }: Range & { order?: 'asc' | 'desc'; limit?: number },
): Promise<{ info: SeriesInfo; chunks: Chunk[] } | undefined> {
  const bounds = [from ?? '-inf', to ?? '+inf']
  const reply = await runScriptForBuffers(redis, 'readChunks', Object.values(seriesKeys(name)), [
    name,
    ...bounds,
    order,
    limit,
  ])
  if (reply === null) return undefined
  const [meta, found] = reply as [Buffer[], (Buffer | null)[]]
  const chunks: Chunk[] = []
  for (let i = 0; i < found.length; i += 2) {
    const id = found[i]!.toString()
    const bytes = found[i + 1] ?? undefined
    chunks.push({ id, decode: () => decode(name, id, bytes) })
  }
  return { info: readMeta(meta.map(String)), chunks }
}

function decode(name: string, id: string, bytes: Buffer | undefined): Points {
  try {
    if (!bytes) throw new ChunkError('it is missing')
    return decodeChunk(bytes)
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error
    throw new ChunkError(`the chunk ${id} of the series '${name}' is damaged: ${error.message}`)
  }
}
