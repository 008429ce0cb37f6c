import { crc32 } from 'node:zlib'
import type { Points } from './points.ts'

/**
 * A chunk, version 1, little-endian:
 *
 *     byte 0       version, 1
 *     bytes 1–3    zero
 *     bytes 4–7    CRC-32 of everything after
 *     then         n timestamps as float64, n values as float64
 */
const version = 1
const header = 8

export class ChunkError extends Error {}

/** Bytes of a chunk of so many points. */
export const chunkBytes = (count: number): number => header + 16 * count

/** Encodes points; `chunk`, if given, takes them: it must have the size that they need. */
export function encodeChunk(
  points: Points,
  chunk: Buffer = Buffer.allocUnsafe(chunkBytes(points.timestamps.length)),
): Buffer {
  const half = points.timestamps.byteLength
  chunk.writeUInt32LE(version) // the zeroes included
  chunk.set(bytesOf(points.timestamps), header)
  chunk.set(bytesOf(points.values), header + half)
  chunk.writeUInt32LE(crc32(chunk.subarray(header)), 4)
  return chunk
}

/** Throws ChunkError when the bytes are damaged: they are never returned as data. */
export function decodeChunk(chunk: Buffer): Points {
  if (chunk.length < header || (chunk.length - header) % 16 !== 0) throw new ChunkError(`it has ${chunk.length} bytes`)
  const said = chunk.readUInt32LE(0) // the zeroes included
  if (said !== version) throw new ChunkError(`its version is ${said}, not ${version}`)
  if (crc32(chunk.subarray(header)) !== chunk.readUInt32LE(4)) throw new ChunkError('its checksum does not match')
  // A copy: the bytes of a reply are not aligned to eight.
  const columns = new Uint8Array(chunk.subarray(header)).buffer
  const count = (chunk.length - header) / 16
  return { timestamps: new Float64Array(columns, 0, count), values: new Float64Array(columns, count * 8, count) }
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}
