import { ChunkError } from './chunk-error.ts'
import type { Words } from './words.ts'
import * as zstd from './zstd.ts'

/**
 * A column of numbers as byte planes: a byte that says how many there are, then the plane of the lowest bytes of all
 * numbers, that of the second ones, and so on, as many as the largest number needs. Upper bytes are mostly zero, lower ones
 * each have a spread of their own, and an entropy coder does best with one spread at a time: so each plane is a zstd
 * frame of its own, or as it is where that is not shorter. Its length stands before it, in two bytes: that of a plane as
 * it is is the number of numbers.
 */
const lengthBytes = 2

/** Most numbers of a column: a length holds no more. */
export const maxNumbers = 0xffff

/** Most bytes of a column of so many numbers. */
export const maxColumnBytes = (count: number): number => 1 + 8 * (lengthBytes + count)

/** Shorter planes stay as they are: a frame has some ten bytes of its own, and takes its time. */
const worthCompressing = 64

/** Writes a column into `memory` from `at` on; gives the place behind it. */
export function packPlanes(words: Words, memory: Buffer, at: number): number {
  memory[at] = words.bytes
  let end = at + 1
  for (let plane = 0; plane < words.bytes; plane++) {
    const start = end + lengthBytes
    const bytes = memory.subarray(start, start + words.low.length)
    const half = plane < 4 ? words.low : words.high
    const shift = 8 * (plane & 3)
    for (let i = 0; i < bytes.length; i++) bytes[i] = half[i]! >>> shift
    const length = compress(bytes)
    memory.writeUInt16LE(length, end)
    end = start + length
  }
  return end
}

/** Reads a column into `words`; gives the place behind it. Throws ChunkError. */
export function unpackPlanes(chunk: Buffer, at: number, words: Words): number {
  if (at >= chunk.length) throw cutOff()
  words.bytes = chunk[at]!
  if (words.bytes > 8) throw new ChunkError(`a column of it has ${words.bytes} planes`)
  if (words.bytes === 0) words.low.fill(0)
  let end = at + 1
  for (let plane = 0; plane < words.bytes; plane++) {
    const start = end + lengthBytes
    if (start <= chunk.length) end = start + chunk.readUInt16LE(end)
    if (start > chunk.length || end > chunk.length) throw cutOff()
    const bytes = decompress(chunk.subarray(start, end), words.low.length)
    const half = plane < 4 ? words.low : words.high
    const shift = 8 * (plane & 3)
    if (shift === 0) half.set(bytes)
    else for (let i = 0; i < bytes.length; i++) half[i] = half[i]! | (bytes[i]! << shift)
  }
  return end
}

const cutOff = () => new ChunkError('it ends before its columns do')

/** Compresses a plane where it stands, if that makes it shorter; gives its length. */
function compress(plane: Buffer): number {
  if (plane.length < worthCompressing) return plane.length
  const frame = zstd.pack(plane)
  if (frame.length >= plane.length) return plane.length
  plane.set(frame)
  return frame.length
}

function decompress(stored: Buffer, count: number): Buffer {
  if (stored.length === count) return stored
  try {
    return zstd.unpack(stored, count)
  } catch (error) {
    throw new ChunkError(`a plane of it does not inflate: ${(error as Error).message}`)
  }
}
