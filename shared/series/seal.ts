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

/** The points of one chunk, packed already where `bytes` are given. Throws RangeError as `encodeChunk`. */
export function seal(points: Points, bytes = encodeChunk(points)): SealedChunk {
  return { id: String(points.timestamps[0]), summary: formatSummary(summarize(points)), bytes }
}
