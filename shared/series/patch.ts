import { crc32 } from 'node:zlib'
import { ChunkError } from './chunk-error.ts'
import { isTime } from './disorder.ts'
import { newPoints, type Points, slicePoints } from './points.ts'

/**
 * A chunk of which few points were changed, version 3, little-endian, as docs/storage.md draws it: a patch, and the chunk of
 * version 2 under it as it was. To change a point is not to pack thousands anew.
 *
 *     byte 0        version, 3
 *     bytes 1–2     count of the points, those of the patch laid over the others
 *     bytes 3–4     n, points of the patch
 *     then          n times, in order, then n values: float64 each; NaN where there is no point any more
 *     then          the chunk of version 2
 *     last 4 bytes  CRC-32 of everything before
 */
export const patchedVersion = 3
const header = 5
const patchedBytes = 16
const checksum = 4

/** Most points of a patch of a chunk of so many: it adds a quarter of a byte a point, and is read with every chunk. */
export const mostPatched = (count: number): number => count >> 6

/** In memory of so many points a chunk of `count` unpacks, whatever its patch takes out or adds. */
export const roomFor = (count: number): number => count + 2 * mostPatched(count)

/** A chunk taken apart: `patch` is laid over the points of `base`, and makes `count` of them. */
export interface Patched {
  base: Buffer
  patch: Points
  count: number
}

export function joinPatch({ base, patch, count }: Patched): Buffer {
  const patched = patch.timestamps.length
  const start = header + patched * patchedBytes
  const chunk = Buffer.allocUnsafe(start + base.length + checksum)
  chunk[0] = patchedVersion
  chunk.writeUInt16LE(count, 1)
  chunk.writeUInt16LE(patched, 3)
  chunk.set(bytesOf(patch.timestamps), header)
  chunk.set(bytesOf(patch.values), header + 8 * patched)
  base.copy(chunk, start)
  const end = chunk.length - checksum
  chunk.writeUInt32LE(crc32(chunk.subarray(0, end)), end)
  return chunk
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array) => new Uint8Array(buffer, byteOffset, byteLength)

/** The inverse, of a chunk whose checksum matches. Throws ChunkError. */
export function splitPatch(chunk: Buffer): Patched {
  const patched = chunk.readUInt16LE(3)
  const start = header + patched * patchedBytes
  if (start > chunk.length - checksum) throw new ChunkError('it ends before its patch does')
  const patch = newPoints(patched)
  bytesOf(patch.timestamps).set(chunk.subarray(header, header + 8 * patched))
  bytesOf(patch.values).set(chunk.subarray(header + 8 * patched, start))
  const fault = faultOf(patch)
  if (fault !== undefined) throw new ChunkError(fault)
  return { base: chunk.subarray(start, chunk.length - checksum), patch, count: chunk.readUInt16LE(1) }
}

/** What keeps points from being a patch; undefined when they are one. */
export function faultOf({ timestamps, values }: Points): string | undefined {
  for (let i = 0; i < timestamps.length; i++) {
    if (!isTime(timestamps[i]!)) return `point ${i} of its patch has the time ${timestamps[i]}`
    if (i > 0 && timestamps[i]! <= timestamps[i - 1]!) return `point ${i} of its patch is not after the one before`
    if (Math.abs(values[i]!) === Infinity) return `point ${i} of its patch has the value ${values[i]}`
  }
  return undefined
}

/** One patch made of two, in time order each: of one time the later one counts. */
export function joinChanges(earlier: Points, later: Points): Points {
  const [before, after] = [earlier.timestamps, later.timestamps]
  const joined = newPoints(before.length + after.length)
  let [i, j, n] = [0, 0, 0]
  while (i < before.length || j < after.length) {
    const isLater = i === before.length || after[j]! <= before[i]!
    if (isLater && after[j] === before[i]) i++
    joined.timestamps[n] = isLater ? after[j]! : before[i]!
    joined.values[n++] = isLater ? later.values[j++]! : earlier.values[i++]!
  }
  return slicePoints(joined, 0, n)
}
