import { disorderOf, pointsOnly } from '../series/disorder.ts'
import { sortPoints } from '../series/merge.ts'
import { formatSummary, summarize } from '../series/summary.ts'
import { pointBytes, splitTail, tailId } from '../series/tail.ts'
import { type ChunkState, time } from './chunk.ts'

/**
 * Looks whether the tail of a series is whole points in time order behind all chunks, of which the last ends at `last`, and
 * says what becomes of it as if it were a chunk; undefined where there is none. Pure: it is given what was read.
 */
export function examineTail(bytes: Buffer, last: number): ChunkState | undefined {
  if (bytes.length === 0) return undefined
  const details: string[] = []
  if (bytes.length % pointBytes !== 0) details.push(`it has ${bytes.length} bytes, which are no whole points`)
  const columns = splitTail(bytes)
  const disorder = disorderOf(columns)
  if (disorder !== undefined) details.push(disorder)
  const points = sortPoints(pointsOnly(columns))
  const [first] = points.timestamps
  if (first !== undefined && first <= last)
    details.push(`it begins at ${time(first)}, and a chunk ends at ${time(last)}`)
  return {
    id: tailId,
    faults: details.map((detail) => ({ code: 'tail-damaged', detail })),
    fate: details.length > 0 ? 'moved' : 'kept',
    summary: first === undefined ? '' : formatSummary(summarize(points)),
    points,
  }
}
