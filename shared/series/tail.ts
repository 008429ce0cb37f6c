import { ChunkError } from './codec.ts'
import { disorderOf } from './disorder.ts'
import { newPoints, type Points } from './points.ts'

/**
 * The tail of a series: its newest points, all behind those of its chunks, each as 16 bytes, little-endian:
 *
 *     bytes 0–7     the time as float64
 *     bytes 8–15    the value as float64
 *
 * So a script puts points behind those that are there, or among them, without knowing how they are encoded in chunks.
 */
export const pointBytes = 16

/** What names the tail where chunks are named; they have times as their names. */
export const tailId = 'tail'

/**
 * A tail is shorter than this: the write that would fill it cuts it into a chunk. Points that come one by one cost a fifth
 * more processor time with 256, and no less with 4096, of which a read would move 64 KB.
 */
export const fullTail = 1024

export function encodeTail({ timestamps, values }: Points): Buffer {
  const pairs = new Float64Array(2 * timestamps.length)
  for (let i = 0; i < timestamps.length; i++) {
    pairs[2 * i] = timestamps[i]!
    pairs[2 * i + 1] = values[i]!
  }
  return Buffer.from(pairs.buffer)
}

/** Throws ChunkError when the bytes are not whole points in time order: they are never returned as data. */
export function decodeTail(tail: Buffer): Points {
  if (tail.length % pointBytes !== 0) throw new ChunkError(`it has ${tail.length} bytes`)
  const points = splitTail(tail)
  const disorder = disorderOf(points)
  if (disorder !== undefined) throw new ChunkError(disorder)
  return points
}

/** The columns of a tail, whatever is in them, without the bytes at its end that are no whole point. */
export function splitTail(tail: Buffer): Points {
  const count = Math.floor(tail.length / pointBytes)
  // A copy: the bytes of a reply are not aligned to eight.
  const pairs = new Float64Array(new Uint8Array(tail.subarray(0, count * pointBytes)).buffer)
  const points = newPoints(count)
  for (let i = 0; i < count; i++) {
    points.timestamps[i] = pairs[2 * i]!
    points.values[i] = pairs[2 * i + 1]!
  }
  return points
}
