import { ChunkError } from './chunk-error.ts'
import { countOf, decodeChunk } from './codec.ts'
import { newPoints, type Points, pointsInRange, type Range, slicePoints } from './points.ts'
import { decodeTail, pointBytes, tailId } from './tail.ts'

/** A chunk of a series as it stands in Redis; without bytes it is missing. */
export interface PackedChunk {
  /** That of the tail, which comes as the newest chunk, is `tailId`. */
  id: string
  bytes: Buffer | null
}

/** The points of a chunk, or of the tail, in `memory` as `decodeChunk`. Throws ChunkError when it is missing or damaged, with its name. */
export function unpack(name: string, { id, bytes }: PackedChunk, memory?: Points): Points {
  const isTail = id === tailId
  try {
    if (!bytes) throw new ChunkError('it is missing')
    return isTail ? decodeTail(bytes) : decodeChunk(bytes, memory)
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error
    throw new ChunkError(`the ${isTail ? 'tail' : `chunk ${id}`} of the series '${name}' is damaged: ${error.message}`)
  }
}

/** How many points a chunk says that it has, or the tail has room for. */
function saidCount({ id, bytes }: PackedChunk): number {
  if (!bytes) return 0
  return id === tailId ? Math.floor(bytes.length / pointBytes) : countOf(bytes)
}

/** How many points of a range the chunks that hold it have; of those in the middle only their beginning is looked at. */
export function countInRange(name: string, chunks: PackedChunk[], range: Range): number {
  let count = 0
  for (const [i, chunk] of chunks.entries()) {
    if (i === 0 || i === chunks.length - 1) count += pointsInRange(unpack(name, chunk), range).timestamps.length
    else count += saidCount(chunk)
  }
  return count
}

/** How many points chunks say that they have. */
export const saidCounts = (chunks: PackedChunk[]): number => chunks.reduce((sum, chunk) => sum + saidCount(chunk), 0)

/**
 * The points of a range from the chunks that hold it, in time order, as one run: in `memory` where that has room for all of their
 * points. Each chunk is unpacked where its points belong. Throws ChunkError.
 */
export function unpackRange(name: string, chunks: PackedChunk[], range: Range, memory?: Points): Points {
  const points = newPoints(saidCounts(chunks), memory)
  let count = 0
  for (const chunk of chunks) {
    const place = slicePoints(points, count, points.values.length)
    const found = pointsInRange(unpack(name, chunk, place), range)
    if (!beginsWith(place, found)) {
      place.timestamps.set(found.timestamps)
      place.values.set(found.values)
    }
    count += found.values.length
  }
  return slicePoints(points, 0, count)
}

/** Whether points are the first ones of others: the same memory. */
const beginsWith = ({ values }: Points, first: Points) =>
  values.buffer === first.values.buffer && values.byteOffset === first.values.byteOffset
