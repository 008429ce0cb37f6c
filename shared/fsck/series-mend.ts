import { asideKey } from '../keys.ts'
import type { Redis } from '../redis.ts'
import { decodeChunk } from '../series/codec.ts'
import { mergePoints } from '../series/merge.ts'
import { noPoints, type Points, slicePoints } from '../series/points.ts'
import { fullChunk } from '../series/rewrite.ts'
import { seal } from '../series/seal.ts'
import { parseSummary, summarize } from '../series/summary.ts'
import { tailId } from '../series/tail.ts'
import type { ChunkState } from './chunk.ts'
import type { Commands } from './faults.ts'

/** How long what can't be read is kept when a repair has taken it out: 30 days. */
export const asideMs = 30 * 86_400_000

/** Moves whole keys of a series out of the way. */
export function setAside(commands: Commands, tag: string, keys: string[]): void {
  for (const key of keys) {
    const aside = asideKey(tag, key.slice(key.lastIndexOf(':') + 1))
    commands.rename(key, aside)
    commands.pexpire(aside, asideMs)
  }
}

/** A chunk that stays, with its times, or one that is written anew, with its points. */
interface Placed {
  state: ChunkState
  first: number
  last: number
}

/**
 * Finds what makes a series right again: what can't be read is set aside, what overlaps is merged, all else is filed where
 * it belongs, and the totals are counted. Gives the commands that do so.
 */
export async function planChunks(
  redis: Redis,
  tag: string,
  keys: string[],
  states: ChunkState[],
): Promise<(commands: Commands) => void> {
  const [metaKey, indexKey, chunksKey, summariesKey, tailKey] = keys as [string, string, string, string, string]
  const read = async ({ id, points }: ChunkState): Promise<Points> =>
    points ?? decodeChunk((await redis.hgetBuffer(chunksKey, id))!)
  const asides = new Map<string, Buffer>()
  const out: string[] = []
  const filed: ChunkState[] = []
  const stay: { count: number; first: number; last: number }[] = []
  const written: Points[] = []

  for (const { id, fate } of states) {
    if (fate === 'aside') asides.set(id, (await redis.hgetBuffer(chunksKey, id)) ?? Buffer.alloc(0))
    if (fate === 'aside' || fate === 'dropped') out.push(id)
  }
  for (const group of groupsOf(states)) {
    const [only] = group
    if (group.length === 1 && only!.fate !== 'moved') {
      stay.push(parseSummary(only!.summary))
      if (only!.fate === 'filed') filed.push(only!)
      continue
    }
    let points = noPoints
    for (const state of group) points = mergePoints(points, await read(state)).points
    out.push(...group.map(({ id }) => id))
    for (let at = 0; at < points.timestamps.length; at += fullChunk) {
      const chunk = slicePoints(points, at, Math.min(points.timestamps.length, at + fullChunk))
      stay.push(summarize(chunk))
      written.push(chunk)
    }
  }
  const count = stay.reduce((sum, chunk) => sum + chunk.count, 0)
  const first = stay.reduce((least, chunk) => Math.min(least, chunk.first), Infinity)
  const last = stay.reduce((most, chunk) => Math.max(most, chunk.last), -Infinity)

  return (commands) => {
    for (const [id, bytes] of asides) commands.set(asideKey(tag, id), bytes, 'PX', asideMs)
    for (const id of out) {
      commands.zrem(indexKey, id)
      commands.hdel(chunksKey, id)
      commands.hdel(summariesKey, id)
      if (id === tailId) commands.unlink(tailKey)
    }
    for (const { id, summary } of filed) {
      commands.zadd(indexKey, parseSummary(summary).first, id)
      commands.hset(summariesKey, id, summary)
    }
    for (const points of written) {
      const { id, summary, bytes } = seal(points)
      commands.zadd(indexKey, id, id)
      commands.hset(chunksKey, id, bytes)
      commands.hset(summariesKey, id, summary)
    }
    commands.hset(metaKey, 'count', count)
    if (count > 0) commands.hset(metaKey, 'first', first, 'last', last)
    else commands.hdel(metaKey, 'first', 'last')
  }
}

/** Chunks that can be read, in time order; those that overlap together. */
function groupsOf(states: ChunkState[]): ChunkState[][] {
  const placed: Placed[] = []
  for (const state of states) {
    if (state.fate === 'aside' || state.fate === 'dropped') continue
    const { timestamps } = state.points ?? noPoints
    const { first, last } = parseSummary(state.summary)
    placed.push(
      state.points ? { state, first: timestamps[0] ?? 0, last: timestamps.at(-1) ?? 0 } : { state, first, last },
    )
  }
  placed.sort((a, b) => a.first - b.first)
  const groups: ChunkState[][] = []
  let end = -Infinity
  for (const { state, first, last } of placed) {
    if (first <= end) groups.at(-1)!.push(state)
    else groups.push([state])
    end = Math.max(end, last)
  }
  return groups
}
