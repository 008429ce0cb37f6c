import { randomUUID } from 'node:crypto'
import { seriesKeys } from '../keys.ts'
import { type Redis, runScript } from '../redis.ts'
import type { Points } from './points.ts'
import { cut, fullChunk } from './rewrite.ts'
import { seal } from './seal.ts'
import { encodeTail, fullTail } from './tail.ts'

export interface Appended {
  inserted: number
  updated: number
  unchanged: number
  revision: string
}

/** Points from which on they are chunks of their own, not less than half full. */
const ownChunk = fullChunk / 2

/**
 * Writes points at the end of a series by one call, without a read before: few go to its tail, many become chunks of their
 * own. Undefined when they are none that can be written so, and nothing was: then the series is to be read first. 'full' when
 * they belong into the tail and would fill it: then of the series the tail is enough.
 */
export async function append(redis: Redis, name: string, points: Points): Promise<Appended | 'full' | undefined> {
  const count = points.timestamps.length
  if (count >= ownChunk) return appendChunks(redis, name, points)
  return count > 0 && count < fullTail ? appendPoints(redis, name, points) : undefined
}

/** Tells one change of a series from the one before it. A UUID is drawn from a store of random bytes, and so costs little. */
const randomId = () => randomUUID().slice(-12)

async function appendPoints(redis: Redis, name: string, points: Points): Promise<Appended | 'full' | undefined> {
  const { meta, tail } = seriesKeys(name)
  const { timestamps } = points
  const ends = [String(timestamps[0]), String(timestamps.at(-1))]
  const reply = await runScript(
    redis,
    'appendPoints',
    [meta, tail],
    [name, randomId(), fullTail, ...ends, encodeTail(points)],
  )
  if (reply === null) return undefined
  if (reply === 'full') return 'full'
  const [revision, inserted, updated] = reply as [string, number, number]
  return { inserted, updated, unchanged: timestamps.length - inserted - updated, revision }
}

async function appendChunks(redis: Redis, name: string, points: Points): Promise<Appended | undefined> {
  const added = cut(points).flatMap((run) => {
    const { id, summary, bytes } = seal(run)
    return [id, summary, bytes]
  })
  const revision = await runScript(redis, 'appendChunks', Object.values(seriesKeys(name)), [name, randomId(), ...added])
  if (revision === null) return undefined
  return { inserted: points.timestamps.length, updated: 0, unchanged: 0, revision: String(revision) }
}
