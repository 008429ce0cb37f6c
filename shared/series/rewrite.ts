import { mergePoints, withoutRange } from './merge.ts'
import { concatPoints, lowerBound, noPoints, type Points, type Range, slicePoints } from './points.ts'

/** Points of a full chunk. */
export const fullChunk = 1024

/** A chunk as a change sees it. */
export interface TouchedChunk {
  id: string
  count: number
  /** Times of its first and its last point. */
  first: number
  last: number
  /** Whether its points were read. Those that lie within a deleted range, or far from it, are not. */
  given: boolean
  /** Throws when the chunk is damaged, and names the series and the chunk. */
  decode(): Points
}

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
  const counts = { inserted: 0, updated: 0, unchanged: 0 }
  const pieces: Piece[] = []
  let group: TouchedChunk[] = []
  let start = 0
  const close = (end: number) => {
    if (end === start) return
    const merged = mergePoints(joined(group), slicePoints(added, start, end))
    counts.inserted += merged.inserted
    counts.updated += merged.updated
    counts.unchanged += merged.unchanged
    if (merged.inserted + merged.updated > 0) pieces.push(rewritten(group, merged.points))
    else pieces.push(...group.map(kept))
    group = []
    start = end
  }
  for (const chunk of chunks) {
    const from = lowerBound(added.timestamps, chunk.first)
    const to = lowerBound(added.timestamps, chunk.last + 1)
    if (to > from) {
      group.push(chunk)
    } else {
      close(from)
      pieces.push(kept(chunk))
    }
  }
  close(added.timestamps.length)
  return { ...counts, ...regroup(pieces, []) }
}

/** Takes a range out of a series; `chunks`, in time order, are all that meet it, and the ones beside them. */
export function cutOut(chunks: TouchedChunk[], { from = -Infinity, to = Infinity }: Range) {
  const pieces: Piece[] = []
  const drop: string[] = []
  let deleted = 0
  for (const chunk of chunks) {
    if (chunk.first >= from && chunk.last < to) {
      drop.push(chunk.id)
      deleted += chunk.count
    } else if (chunk.last < from || chunk.first >= to) {
      pieces.push(kept(chunk))
    } else {
      const left = withoutRange(chunk.decode(), from, to)
      const gone = chunk.count - left.timestamps.length
      pieces.push(gone === 0 ? kept(chunk) : rewritten([chunk], left))
      deleted += gone
    }
  }
  return { deleted, ...regroup(pieces, drop) }
}

function kept(chunk: TouchedChunk): Piece {
  return { chunks: [chunk], count: chunk.count }
}

function rewritten(chunks: TouchedChunk[], points: Points): Piece {
  return { chunks, count: points.timestamps.length, points }
}

function joined(chunks: TouchedChunk[]): Points {
  return concatPoints([noPoints, ...chunks.map((chunk) => chunk.decode())])
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

function cut(points: Points): Points[] {
  const count = points.timestamps.length
  const parts = Math.ceil(count / fullChunk)
  const edge = (part: number) => Math.round((part * count) / parts)
  return Array.from({ length: parts }, (_, part) => slicePoints(points, edge(part), edge(part + 1)))
}

/** First and last time, both included. */
export type Span = [first: number, last: number]

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
    spans.push([first, timestamps[i - 1]!])
    first = timestamps[i]!
  }
  return spans
}
