import { randomBytes } from 'node:crypto'
import { seriesKeys } from '../keys.ts'
import { type Redis, runScript, runScriptForBuffers } from '../redis.ts'
import { readMeta, type SeriesInfo } from './metadata.ts'
import type { Points, Range } from './points.ts'
import { fullChunk, type Rewrite, type TouchedChunk } from './rewrite.ts'
import type { Span } from './spans.ts'
import { parseSummary, type Summary } from './summary.ts'
import { tailId } from './tail.ts'
import { type PackedChunk, unpack } from './unpack.ts'

export interface Chunk extends PackedChunk {
  /** What it was asked for instead of its points. */
  summary?: Summary
  /** Throws when the chunk is damaged, and names the series and the chunk. The points are in `memory` where that has room. */
  decode(memory?: Points): Points
}

export interface ReadOptions extends Range {
  order?: 'asc' | 'desc'
  /** Enough points to give so many; a reader may get more, since chunks come whole. */
  limit?: number
}

/** Most chunks of one call: some 1 MB, and 9 MB of noise, so that nobody waits long for Redis behind a large read. */
export const portionChunks = 128

/**
 * The chunks that hold a range, in the asked order and all of one revision; mostly in one round trip. With a limit, no
 * more than so many points need. Chunks that are shorter than `summarizedMs` come as summaries. Undefined when the series
 * does not exist.
 */
export async function readChunks(
  redis: Redis,
  name: string,
  options: ReadOptions,
  summarizedMs = 0,
): Promise<{ info: SeriesInfo; chunks: Chunk[] } | undefined> {
  // A change between two portions starts the read again, with larger portions: in the end one holds all.
  for (let most = portionChunks; ; most *= 4) {
    const reading = await readPortions(redis, name, options, most, summarizedMs)
    if (reading !== 'changed') return reading
  }
}

async function readPortions(
  redis: Redis,
  name: string,
  { from, to, order = 'asc', limit = 0 }: ReadOptions,
  most: number,
  summarizedMs: number,
): Promise<{ info: SeriesInfo; chunks: Chunk[] } | undefined | 'changed'> {
  const range = [name, from ?? '-inf', to ?? '+inf', order]
  const chunks: Chunk[] = []
  let [wanted, revision] = [limit, '']
  while (true) {
    const place = [wanted, most, revision, chunks.at(-1)?.id ?? '', summarizedMs]
    const reply = await runScriptForBuffers(redis, 'readChunks', Object.values(seriesKeys(name)), [...range, ...place])
    if (reply === null) return revision === '' ? undefined : 'changed'
    const [meta, found, left, more] = reply as [Buffer[], (Buffer | null)[], number, number]
    for (let i = 0; i < found.length; i += 3) {
      const [id, bytes, summary] = [found[i]!.toString(), found[i + 1] ?? null, found[i + 2]!.toString()]
      const told = summary === '' ? {} : { summary: parseSummary(summary) }
      chunks.push({ id, bytes, ...told, decode: (memory) => unpack(name, { id, bytes }, memory) })
    }
    const info = readMeta(meta.map(String))
    if (more === 0) return { info, chunks }
    ;[wanted, revision] = [left, info.revision]
  }
}

/** What a change is computed from. */
export interface Touched {
  info: SeriesInfo
  chunks: TouchedChunk[]
}

/**
 * The chunks that a change of these spans may touch, in time order and of one revision, in one round trip: those that
 * meet a span, and those next to them. Chunks that lie within a dropping span come without their points.
 */
export async function readTouched(redis: Redis, name: string, spans: Span[]): Promise<Touched | undefined> {
  const bound = (time: number) => (time === Infinity ? '+inf' : time === -Infinity ? '-inf' : time)
  const ends = spans.flatMap(({ first, last, dropping }) => [bound(first), bound(last), dropping ? 1 : 0])
  const args = [name, fullChunk, ...ends]
  const reply = await runScriptForBuffers(redis, 'readTouched', Object.values(seriesKeys(name)), args)
  if (reply === null) return undefined
  const [meta, found] = reply as [Buffer[], (Buffer | null)[]]
  const chunks: TouchedChunk[] = []
  for (let i = 0; i < found.length; i += 4) {
    const id = found[i]!.toString()
    const apart = found[i + 3]!.length > 0
    const summary = parseSummary(found[i + 1]!.toString())
    const bytes = found[i + 2] ?? null
    const decode = (memory?: Points) => unpack(name, { id, bytes }, memory)
    chunks.push({ id, ...summary, apart, ...(bytes && bytes.length > 0 ? { bytes } : {}), decode })
  }
  return { info: readMeta(meta.map(String)), chunks }
}

/** Whether spans, of which this was read, lie before whatever may be appended: within the chunks, and before the tail. */
export function liesBefore({ info, chunks }: Touched, spans: Span[]): boolean {
  const tail = chunks.find(({ id }) => id === tailId)
  const end = tail ? tail.first - 1 : (info.last ?? -Infinity)
  return spans.every(({ last }) => last <= end)
}

/**
 * Rewrites chunks and sets fields of the metadata in one step, if the series still has the revision `expected`
 * (undefined: does not exist), or has had nothing but appends since where all of the change lies before them. Gives the
 * new revision; undefined when another writer was first.
 */
export async function changeChunks(
  redis: Redis,
  name: string,
  expected: string | undefined,
  { drop, add }: Rewrite,
  fields: [string, string][],
  { liesBefore = false, brings = false } = {},
): Promise<string | undefined> {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  const added = add.flatMap(({ id, summary, bytes }) => [id, summary, bytes])
  const revision = await runScript(redis, 'changeSeries', Object.values(seriesKeys(name)), [
    ...[name, random(9), expected ?? '', liesBefore ? 1 : '', brings ? 1 : '', random(6)],
    ...[drop.length, ...drop],
    ...[add.length, ...added],
    ...[fields.length, ...fields.flat()],
  ])
  return revision === null ? undefined : String(revision)
}
