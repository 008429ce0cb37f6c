import { decodeChunk, patchChunk } from './codec.ts'
import { type Merged, overlay } from './merge.ts'
import { mostPatched, roomFor } from './patch.ts'
import {
  concatPoints,
  copyOf,
  lowerBound,
  newPoints,
  noPoints,
  type Points,
  type Range,
  slicePoints,
} from './points.ts'
import { type SealedChunk, seal } from './seal.ts'
import { changeSummary, type Summary } from './summary.ts'
import { tailId } from './tail.ts'

/** Points of a full chunk. */
export const fullChunk = 8192

/** A chunk as a change sees it; the tail is the last of them, with `tailId`, and is cut into chunks when it changes. */
export interface TouchedChunk extends Summary {
  id: string
  /** Whether others that are not touched may lie between it and the one before. */
  apart: boolean
  /** Its points as they stand in Redis, where they were read. Those that lie within a deleted range, or far from it, are not. */
  bytes?: Buffer
  /** Throws when the chunk is damaged, and names the series and the chunk. The points are in `memory` where that has room. */
  decode(memory?: Points): Points
}

/** Where one chunk after the other is unpacked, and where it is changed: both are good until the next one. */
const unpacked = newPoints(roomFor(fullChunk))
const changed = newPoints(roomFor(fullChunk))

/** What takes the place of which chunks. Chunks that are not named stay as they are. */
export interface Rewrite {
  drop: string[]
  /** The new chunks, in time order. */
  add: SealedChunk[]
}

/** What a stretch of a series is to hold: the points of a chunk as they were, or patched, or new ones. */
interface Content {
  count: number
  patched?: SealedChunk
  /** In runs, one behind the other. */
  points?: Points[]
}

/** A stretch of a series, with the chunks that it takes the place of. */
interface Piece extends Content {
  chunks: TouchedChunk[]
  /** Whether chunks that are not touched may lie between it and the piece before. */
  apart: boolean
}

/**
 * Lays points over a series; a value of NaN takes the point of its time out. `chunks`, in time order, are all that hold a time of a
 * point, and those on either side of it. Only chunks that change are rewritten, and those beside them that fit with them into
 * one chunk.
 */
export function layOver(chunks: TouchedChunk[], added: Points) {
  return replaceIn(chunks, { from: 0, to: 0 }, added)
}

/** Takes a range out of a series; `chunks`, in time order, are all that meet it, and the ones beside them. */
export function cutOut(chunks: TouchedChunk[], range: Range) {
  return replaceIn(chunks, range, noPoints)
}

/**
 * Puts points in the place of a range: what it held elsewhere is taken out. `chunks`, in time order, are all that meet
 * the range or hold a time of a point, and those beside them. Chunks that stay as they are are not rewritten. `absent` are the
 * times of points that were to be taken out by a NaN and were not there.
 */
export function replaceIn(chunks: TouchedChunk[], { from = -Infinity, to = Infinity }: Range, added: Points) {
  const counts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }
  const absent: number[] = []
  const pieces: Piece[] = []
  const drop: string[] = []
  let [start, apart] = [0, false]
  const push = (piece: Content, chunks: TouchedChunk[] = []) => {
    pieces.push({ chunks, apart, ...piece })
    apart = false
  }
  /** Puts the points up to `end` into a chunk, or into none, and takes the range out of it. */
  const change = (chunk: TouchedChunk | undefined, end: number) => {
    const old = chunk?.decode(unpacked) ?? noPoints
    const laid = withRemovals(old, { from, to }, slicePoints(added, start, end))
    start = end
    const were = valuesAt(old, laid)
    const merged = overlay(old, laid, changed)
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += merged[name]
    absent.push(...merged.absent)
    if (merged.inserted + merged.updated + merged.deleted === 0) return chunk && keep(chunk)
    push(patched(chunk, laid, were, merged) ?? rewritten(copyOf(merged.points)), chunk && [chunk])
  }
  const keep = (chunk: TouchedChunk) => push({ count: chunk.count }, [chunk])
  for (const chunk of chunks) {
    const first = lowerBound(added.timestamps, chunk.first)
    // Nothing may come behind the tail: what is added there goes with it into chunks.
    const beyond = chunk.id === tailId ? added.timestamps.length : lowerBound(added.timestamps, chunk.last + 1)
    if (first > start) change(undefined, first)
    apart ||= chunk.apart
    const meets = from < to && chunk.last >= from && chunk.first < to
    if (beyond > first) {
      change(chunk, beyond)
    } else if (!meets) {
      keep(chunk)
    } else if (chunk.first >= from && chunk.last < to) {
      drop.push(chunk.id)
      counts.deleted += chunk.count
    } else {
      change(chunk, first)
    }
  }
  if (added.timestamps.length > start) change(undefined, added.timestamps.length)
  return { counts, absent, ...regroup(pieces, drop) }
}

/** What is laid over points to put `given` in the place of a range of them: NaN takes one out. */
function withRemovals({ timestamps }: Points, { from, to }: Required<Range>, given: Points): Points {
  const start = lowerBound(timestamps, from!)
  // A copy: the points are about to be moved.
  const gone = timestamps.slice(start, Math.max(start, lowerBound(timestamps, to!)))
  if (gone.length === 0) return given
  const removals = { timestamps: gone, values: new Float64Array(gone.length).fill(NaN) }
  return given.timestamps.length === 0 ? removals : overlay(removals, given).points
}

/** The values that points have at the times of a patch, NaN where they have none; nothing for what `patchChunk` refuses as too much. */
function valuesAt({ timestamps, values }: Points, patch: Points): Float64Array {
  if (patch.timestamps.length > mostPatched(fullChunk)) return noPoints.values
  return patch.timestamps.map((time) => {
    const at = lowerBound(timestamps, time)
    return timestamps[at] === time ? values[at]! : NaN
  })
}

/** Undefined where the chunk is to be packed anew. */
function patched(
  chunk: TouchedChunk | undefined,
  laid: Points,
  were: Float64Array,
  { points }: Merged,
): Content | undefined {
  const count = points.timestamps.length
  if (!chunk?.bytes || chunk.id === tailId || count === 0 || count > fullChunk) return undefined
  const bytes = patchChunk(chunk.bytes, laid, count)
  return bytes && { count, patched: seal(points, bytes, changeSummary(chunk, points, were, laid.values)) }
}

const rewritten = (points: Points): Content => ({ count: points.timestamps.length, points: [points] })

/**
 * Joins what is rewritten, and with it those neighbours that fit with it into one chunk, so that neither writes one by one, in
 * whatever order, nor deletes leave many small chunks; then cuts it into equal chunks.
 */
function regroup(pieces: Piece[], drop: string[]): Rewrite {
  const out: Piece[] = []
  for (let piece of pieces) {
    for (let before = out.at(-1); before && fit(before, piece); before = out.at(-1)) {
      piece = joined(before, piece)
      out.pop()
    }
    out.push(piece)
  }
  const fresh = out.filter(isChanged)
  return {
    drop: [...drop, ...fresh.flatMap(({ chunks }) => chunks.map(({ id }) => id))],
    add: fresh.flatMap((piece) => piece.patched ?? cut(concatPoints(pointsOf(piece))).map((points) => seal(points))),
  }
}

const isChanged = ({ points, patched }: Piece): boolean => points !== undefined || patched !== undefined

function fit(a: Piece, b: Piece): boolean {
  if (b.apart) return false
  if (a.points && b.points) return true
  const readable = (piece: Piece) => isChanged(piece) || piece.chunks[0]!.bytes !== undefined
  return (isChanged(a) || isChanged(b)) && readable(a) && readable(b) && a.count + b.count <= fullChunk
}

/** Uses up the first, so that a thousand pieces that become one are not copied a thousand times. */
function joined(a: Piece, b: Piece): Piece {
  const points = pointsOf(a)
  for (const chunk of b.chunks) a.chunks.push(chunk)
  for (const run of pointsOf(b)) points.push(run)
  return { chunks: a.chunks, apart: a.apart, count: a.count + b.count, points }
}

function pointsOf({ chunks, points, patched }: Piece): Points[] {
  return points ?? [patched ? decodeChunk(patched.bytes) : chunks[0]!.decode()]
}

/** Cuts points into as few chunks of one size as hold them. */
export function cut(points: Points): Points[] {
  const count = points.timestamps.length
  const parts = Math.ceil(count / fullChunk)
  const edge = (part: number) => Math.round((part * count) / parts)
  return Array.from({ length: parts }, (_, part) => slicePoints(points, edge(part), edge(part + 1)))
}
