import { crc32 } from 'node:zlib'
import { ChunkError } from './chunk-error.ts'
import { maxExponent, putDecimals, putNegativeZeroes, takeDecimals, takeNegativeZeroes } from './decimals.ts'
import { overlay } from './merge.ts'
import { faultOf, joinChanges, joinPatch, mostPatched, patchedVersion, splitPatch } from './patch.ts'
import { maxColumnBytes, maxNumbers, packPlanes, unpackPlanes } from './planes.ts'
import { copyOf, newPoints, noPoints, type Points } from './points.ts'
import { putSteps, takeSteps } from './steps.ts'
import { wordsFor } from './words.ts'
import { putXors, takeXors } from './xors.ts'

export { ChunkError } from './chunk-error.ts'

/**
 * A chunk, version 2, little-endian, as docs/storage.md draws it:
 *
 *     byte 0        version, 2
 *     bytes 1–2     count of the points
 *     bytes 3–26    first time, first step, unit of its changes: float64 each
 *     byte 27       exponent of the decimals, and 32 where some are −0; or 255: values are told by XOR
 *     bytes 28–35   first value, float64
 *     then          a column of byte planes: the changes of the step
 *     then          a column of byte planes: the differences, or the XORs, of the values
 *     then          a column of byte planes: which values are −0, where some of the decimals are
 *     last 4 bytes  CRC-32 of everything before
 */
const version = 2
const header = 36
const checksum = 4
const byXor = 255
const withNegativeZeroes = 32

/** No chunk of so many points has more bytes: those of decimals and of times have seven planes at most, not eight. */
export const maxChunkBytes = (count: number): number => header + 2 * maxColumnBytes(count) + checksum

/**
 * Encodes points, 65,535 at most. With `memory`, of `maxChunkBytes` or more, the chunk is the beginning of it; without, it
 * has memory of its own. Throws RangeError where a timestamp is no integer of the years 1 to 9999.
 */
export function encodeChunk(points: Points, memory?: Buffer): Buffer {
  const { timestamps, values } = points
  const count = timestamps.length
  if (count > maxNumbers) throw new RangeError(`a chunk holds ${maxNumbers} points, not ${count}`)
  const chunk = memory ?? scratchOf(maxChunkBytes(count))
  if (chunk.length < maxChunkBytes(count)) throw new RangeError(`${chunk.length} bytes are too few for ${count} points`)
  const words = wordsFor(count)

  const { first, step, unit } = takeSteps(timestamps, words)
  chunk[0] = version
  chunk.writeUInt16LE(count, 1)
  chunk.writeDoubleLE(first, 3)
  chunk.writeDoubleLE(step, 11)
  chunk.writeDoubleLE(unit, 19)
  let end = unit === 0 ? header : packPlanes(words, chunk, header)

  const exponent = takeDecimals(values, words)
  if (exponent === undefined) takeXors(values, words)
  chunk[27] = exponent ?? byXor
  chunk.writeDoubleLE(values[0] ?? 0, 28)
  end = packPlanes(words, chunk, end)
  if (exponent !== undefined && takeNegativeZeroes(values, words)) {
    chunk[27] = exponent + withNegativeZeroes
    end = packPlanes(words, chunk, end)
  }

  end = chunk.writeUInt32LE(crc32(chunk.subarray(0, end)), end)
  const encoded = chunk.subarray(0, end)
  return memory ? encoded : Buffer.from(encoded)
}

let scratch = Buffer.alloc(0)

function scratchOf(bytes: number): Buffer {
  if (scratch.length < bytes) scratch = Buffer.allocUnsafeSlow(bytes)
  return scratch
}

/**
 * A chunk, one that can be decoded, with a change laid over its points, which makes `count` of them: a time whose value is NaN
 * is taken out. Its columns stay as they are. Undefined where a patch is not worth it, since too much of the chunk has changed, or
 * can't be: its version is 1, or a time or a value is none.
 */
export function patchChunk(chunk: Buffer, change: Points, count: number): Buffer | undefined {
  if (chunk[0] === 1 || change.timestamps.length > mostPatched(count)) return undefined
  const { base, patch } = chunk[0] === patchedVersion ? splitPatch(chunk) : { base: chunk, patch: noPoints }
  const all = joinChanges(patch, change)
  if (all.timestamps.length > mostPatched(count) || faultOf(all) !== undefined) return undefined
  return joinPatch({ base, patch: all, count })
}

/** How many points a chunk says that it has. */
export function countOf(chunk: Buffer): number {
  if (chunk[0] === 1) return Math.max(0, Math.floor((chunk.length - 8) / 16))
  return chunk.length < header ? 0 : chunk.readUInt16LE(1)
}

/**
 * Throws ChunkError when the bytes are damaged: they are never returned as data. The points are in `memory` where that has
 * room for them, `roomFor` so many.
 */
export function decodeChunk(chunk: Buffer, memory?: Points): Points {
  switch (chunk[0]) {
    case 1:
      return decodeVersion1(chunk)
    case undefined:
    case version:
      return decodeColumns(chunk, memory)
    case patchedVersion:
      return decodePatched(chunk, memory)
    default:
      throw new ChunkError(`its version is ${chunk[0]}, not 1 to ${patchedVersion}`)
  }
}

/** Where the points of a patched chunk are put together when some were inserted: they are good until the next ones. */
let together = newPoints(0)

function decodePatched(chunk: Buffer, memory?: Points): Points {
  checkSum(chunk)
  const { base, patch, count } = splitPatch(chunk)
  if (base[0] !== version) throw new ChunkError(`the chunk under its patch has the version ${base[0]}, not ${version}`)
  const room = countOf(base) + patch.values.length
  if (together.values.length < room) together = newPoints(room)
  const { points } = overlay(decodeColumns(base, memory), patch, together)
  if (points.values.length !== count)
    throw new ChunkError(`its patch makes ${points.values.length} points of it, not ${count}`)
  return points.values.buffer === together.values.buffer ? copyOf(points, memory) : points
}

/** Throws ChunkError when a chunk has not even a head, or a checksum that does not match. */
function checkSum(chunk: Buffer): void {
  if (chunk.length < header + checksum) throw new ChunkError(`it has ${chunk.length} bytes`)
  const end = chunk.length - checksum
  if (crc32(chunk.subarray(0, end)) !== chunk.readUInt32LE(end)) throw new ChunkError('its checksum does not match')
}

function decodeColumns(chunk: Buffer, memory?: Points): Points {
  checkSum(chunk)
  const end = chunk.length - checksum

  const count = chunk.readUInt16LE(1)
  const points = newPoints(count, memory)
  const words = wordsFor(count)
  const columns = chunk.subarray(0, end)

  let at = header
  const steps = { first: chunk.readDoubleLE(3), step: chunk.readDoubleLE(11), unit: chunk.readDoubleLE(19) }
  if (steps.unit !== 0) at = unpackPlanes(columns, at, words)
  putSteps(words, steps, points.timestamps)

  at = unpackPlanes(columns, at, words)
  const [form, firstValue] = [chunk[27]!, chunk.readDoubleLE(28)]
  if (form === byXor) {
    putXors(words, firstValue, points.values)
  } else {
    const exponent = form % withNegativeZeroes
    if (exponent > maxExponent || form >= 2 * withNegativeZeroes)
      throw new ChunkError(`its values have the form ${form}`)
    putDecimals(words, exponent, firstValue, points.values)
    if (form >= withNegativeZeroes) {
      at = unpackPlanes(columns, at, words)
      putNegativeZeroes(words, points.values)
    }
  }

  if (at !== end) throw new ChunkError(`it has ${end - at} bytes behind its columns`)
  return points
}

/** Version 1: three zeroes, CRC-32 of all behind it, and the columns as float64. It is only read. */
function decodeVersion1(chunk: Buffer): Points {
  const bytes = chunk.length - 8
  if (bytes < 0 || bytes % 16 !== 0) throw new ChunkError(`it has ${chunk.length} bytes`)
  if (chunk.readUInt32LE(0) !== 1) throw new ChunkError(`its version is ${chunk.readUInt32LE(0)}`)
  if (crc32(chunk.subarray(8)) !== chunk.readUInt32LE(4)) throw new ChunkError('its checksum does not match')
  const { timestamps, values } = newPoints(bytes / 16)
  new Uint8Array(timestamps.buffer).set(chunk.subarray(8))
  return { timestamps, values }
}
