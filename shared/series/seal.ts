import { encodeChunk } from './codec.ts'
import type { Points } from './points.ts'
import { formatSummary, summarize } from './summary.ts'

/** A chunk as it is written, with what stands beside it. */
export interface SealedChunk {
  /** Its first time. */
  id: string
  summary: string
  bytes: Buffer
}

/** The points of one chunk, packed and summed up already where that is given. Throws RangeError as `encodeChunk`. */
export function seal(points: Points, bytes = encodeChunk(points), summary = summarize(points)): SealedChunk {
  return { id: String(points.timestamps[0]), summary: formatSummary(summary), bytes }
}
