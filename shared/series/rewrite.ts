import { newPoints } from './codec.ts'
import { mergePoints, withoutRange } from './merge.ts'
import { concatPoints, lowerBound, noPoints, type Points, type Range, slicePoints } from './points.ts'
import { tailId } from './tail.ts'

/** Points of a full chunk. */
export const fullChunk = 8192

/** A chunk as a change sees it; the tail is the last of them, with `tailId`, and is cut into chunks when it changes. */
export interface TouchedChunk {
  id: string
  count: number
  /** Times of its first and its last point. */
  first: number
  last: number
  /** Whether its points were read. Those that lie within a deleted range, or far from it, are not. */
  given: boolean
  /** Throws when the chunk is damaged, and names the series and the chunk. The points are in `memory` where that has room. */
  decode(memory?: Points): Points
}

/** Where a chunk is unpacked that is changed at once: it is good until the next one. */
const unpacked = newPoints(fullChunk)

/** What takes the place of which chunks. Chunks that are not named stay as they are. */
export interface Rewrite {
  drop: string[]
  /** Points of the new chunks, in time order. */
  add: Points[]
}

/** A stretch of a series: one chunk that stays as it is, or the new points that replace some. */
interface Piece {
  chunks: TouchedChunk[]
  count: number
  points?: Points
}

/**
 * Lays points over a series. `chunks`, in time order, are all that hold a time of a point, and those on either side of
 * it. Only chunks that get a point are rewritten, and those beside them that fit with them into one chunk.
 */
export function layOver(chunks: TouchedChunk[], added: Points) {
  const { deleted: _, ...rest } = replaceIn(chunks, { from: 0, to: 0 }, added)
  return rest
}

/** Takes a range out of a series; `chunks`, in time order, are all that meet it, and the ones beside them. */
export function cutOut(chunks: TouchedChunk[], range: Range) {
  const { deleted, drop, add } = replaceIn(chunks, range, noPoints)
  return { deleted, drop, add }
}

/**
 * Puts points in the place of a range: what it held elsewhere is taken out. `chunks`, in time order, are all that meet
 * the range or hold a time of a point, and those beside them. Chunks that stay as they are are not rewritten.
 */
export function replaceIn(chunks: TouchedChunk[], { from = -Infinity, to = Infinity }: Range, added: Points) {
  const counts = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }
  const pieces: Piece[] = []
  const drop: string[] = []
  let group: TouchedChunk[] = []
  let start = 0
  const close = (end: number) => {
    if (end === start) return
    const [old, given] = [joined(group, unpacked), slicePoints(added, start, end)]
    const left = withoutRange(old, from, to)
    const gone = old.timestamps.length - left.timestamps.length
    // What is laid over the old points tells what is new; what is laid over the rest of them is what remains.
    const merged = mergePoints(old, given)
    const { points } = gone === 0 ? merged : mergePoints(left, given)
    const { inserted, updated, unchanged } = merged
    const deleted = old.timestamps.length + inserted - points.timestamps.length
    for (const [name, count] of Object.entries({ inserted, updated, unchanged, deleted }))
      counts[name as keyof typeof counts] += count
    if (inserted + updated + deleted > 0) pieces.push(rewritten(group, points))
    else pieces.push(...group.map(kept))
    group = []
    start = end
  }
  for (const chunk of chunks) {
    const first = lowerBound(added.timestamps, chunk.first)
    // Nothing may come behind the tail: what is added there goes with it into chunks.
    const beyond = chunk.id === tailId ? added.timestamps.length : lowerBound(added.timestamps, chunk.last + 1)
    if (beyond > first) {
      group.push(chunk)
      continue
    }
    close(first)
    if (from >= to || chunk.last < from || chunk.first >= to) {
      pieces.push(kept(chunk))
    } else if (chunk.first >= from && chunk.last < to) {
      drop.push(chunk.id)
      counts.deleted += chunk.count
    } else {
      const all = chunk.decode(unpacked)
      const left = withoutRange(all, from, to)
      const gone = all.timestamps.length - left.timestamps.length
      pieces.push(gone === 0 ? kept(chunk) : rewritten([chunk], left))
      counts.deleted += gone
    }
  }
  close(added.timestamps.length)
  return { ...counts, ...regroup(pieces, drop) }
}

function kept(chunk: TouchedChunk): Piece {
  return { chunks: [chunk], count: chunk.count }
}

function rewritten(chunks: TouchedChunk[], points: Points): Piece {
  return { chunks, count: points.timestamps.length, points }
}

/** The points of all; those of one alone are in `memory` where that has room. */
function joined(chunks: TouchedChunk[], memory?: Points): Points {
  const [chunk] = chunks
  if (chunk === undefined) return noPoints
  return chunks.length === 1 ? chunk.decode(memory) : concatPoints(chunks.map((each) => each.decode()))
}

/**
 * Joins what is rewritten with its neighbours as long as both fit into one chunk, so that neither writes one by one, in
 * whatever order, nor deletes leave many small chunks; then cuts it into equal chunks.
 */
function regroup(pieces: Piece[], drop: string[]): Rewrite {
  const out: Piece[] = []
  for (let piece of pieces) {
    for (let before = out.at(-1); before && fit(before, piece); before = out.at(-1)) {
      const points = concatPoints([pointsOf(before), pointsOf(piece)])
      piece = rewritten([...before.chunks, ...piece.chunks], points)
      out.pop()
    }
    out.push(piece)
  }
  const changed = out.filter(({ points }) => points !== undefined)
  return {
    drop: [...drop, ...changed.flatMap(({ chunks }) => chunks.map(({ id }) => id))],
    add: changed.flatMap((piece) => cut(pointsOf(piece))),
  }
}

function fit(a: Piece, b: Piece): boolean {
  if (a.points === undefined && b.points === undefined) return false
  const readable = [a, b].every(({ points, chunks }) => points !== undefined || chunks[0]!.given)
  return readable && a.count + b.count <= fullChunk
}

function pointsOf({ points, chunks }: Piece): Points {
  return points ?? joined(chunks)
}

/** Cuts points into as few chunks of one size as hold them. */
export function cut(points: Points): Points[] {
  const count = points.timestamps.length
  const parts = Math.ceil(count / fullChunk)
  const edge = (part: number) => Math.round((part * count) / parts)
  return Array.from({ length: parts }, (_, part) => slicePoints(points, edge(part), edge(part + 1)))
}

/** First and last time, both included; when `dropping`, chunks that lie within it are dropped unread. */
export interface Span {
  first: number
  last: number
  dropping: boolean
}

const maxSpans = 256

/** Where points lie: cut at each gap that is wider than a 256th of the whole, so there are no more than 256. */
export function spansOf({ timestamps }: Points): Span[] {
  const count = timestamps.length
  if (count === 0) return []
  const widest = (timestamps[count - 1]! - timestamps[0]!) / maxSpans
  const spans: Span[] = []
  let first = timestamps[0]!
  for (let i = 1; i <= count; i++) {
    if (i < count && timestamps[i]! - timestamps[i - 1]! <= widest) continue
    spans.push({ first, last: timestamps[i - 1]!, dropping: false })
    first = timestamps[i]!
  }
  return spans
}

/**
 * What the replacement of a range by points touches: where the points lie, and between them what is dropped. The points
 * all lie in the range, unless it is empty.
 */
export function spansWithin({ from = -Infinity, to = Infinity }: Range, points: Points): Span[] {
  if (from >= to) return spansOf(points)
  const spans: Span[] = []
  let at = from
  const dropUntil = (next: number) => {
    if (at < next) spans.push({ first: at, last: next - 1, dropping: true })
  }
  for (const span of spansOf(points)) {
    dropUntil(span.first)
    spans.push(span)
    at = span.last + 1
  }
  dropUntil(to)
  return spans
}
