import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type SeriesKeys, seriesKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScript } from '../redis.ts'
import { type Chunk, readChunks } from './chunks.ts'
import { encodeChunk, formatSummary, parseSummary, summarize } from './codec.ts'
import { type ListQuery, listSeries, putInIndex, takeFromIndex } from './directory.ts'
import { mergePoints, withoutRange } from './merge.ts'
import type { Metadata, SeriesInfo } from './metadata.ts'
import { metaFields, sameMetadata } from './metadata.ts'
import { concatPoints, noPoints, type Points, pointsInRange, type Range, slicePoints } from './points.ts'

export interface ReadOptions extends Range {
  order?: 'asc' | 'desc'
  /** Enough points to give so many; a reader may get more, since chunks come whole. */
  limit?: number
}

/** A read of a range, of one revision. */
export interface Reading {
  info: SeriesInfo
  /** Runs of points in time order within each; the runs follow the asked order. Nothing is decoded before it is asked for. */
  runs(): Iterable<Points>
}

export interface WriteOptions {
  /** Change only if the series has this revision; '*' any, as long as it exists. */
  ifMatch?: string | undefined
}

export interface Written {
  inserted: number
  updated: number
  unchanged: number
  revision: string
}

/**
 * The series in Redis. Every change is one atomic step that a reader sees whole or not at all, and raises the
 * revision `generation.counter`; a change that changes nothing leaves it alone.
 * Methods throw Problem ('unknown-series', 'precondition-failed', 'contended'); what Redis throws passes through.
 */
export interface SeriesStore {
  get(name: string): Promise<SeriesInfo | undefined>
  /** The smallest and the largest value: from the summaries, without reading a point. */
  extremes(name: string): Promise<{ min: number; max: number; bytes: number } | undefined>
  list(query: ListQuery): Promise<SeriesInfo[]>
  /** Creates a series or changes its metadata: members that are missing stay, null removes. */
  putMetadata(name: string, metadata: Metadata, options?: WriteOptions): Promise<{ info: SeriesInfo; created: boolean }>
  remove(name: string, options?: WriteOptions): Promise<boolean>
  read(name: string, options?: ReadOptions): Promise<Reading | undefined>
  /** Inserts points or overwrites those of the same time; `points` is in time order. Creates the series when it is new. */
  upsert(name: string, points: Points, options?: WriteOptions): Promise<Written>
  deleteRange(name: string, range: Range, options?: WriteOptions): Promise<{ deleted: number; revision: string }>
}

/** Points of a full chunk: a write in time order rewrites at most this many. */
const chunkPoints = 1024
const maxAttempts = 200

/** What a change makes of the chunks that it touches: their points after it, or undefined when it changes nothing. */
interface Change<T> {
  result: T
  points?: Points
  /** Chunks that the new points replace. */
  drop?: Chunk[]
  fields?: [string, string][]
}

export function openStore(redis: Redis): SeriesStore {
  const turns = new Map<string, Promise<unknown>>()

  /** One change of a series at a time in this process: others would only lose the race. */
  async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work, work)
    turns.set(name, turn)
    try {
      return await turn
    } finally {
      if (turns.get(name) === turn) turns.delete(name)
    }
  }

  /** Reads what a change touches, computes it, and swaps it in if nobody was faster; else starts again. */
  async function change<T>(
    name: string,
    touched: Range,
    options: WriteOptions,
    compute: (info: SeriesInfo | undefined, chunks: Chunk[]) => Change<T>,
  ): Promise<{ result: T; revision: string; created: boolean }> {
    const keys = seriesKeys(name)
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const found = await readChunks(redis, name, touched)
      checkMatch(options.ifMatch, found?.info.revision)
      const { result, points, drop = [], fields = [] } = compute(found?.info, found?.chunks ?? [])
      const idle = points === undefined && fields.length === 0
      if (found && idle) return { result, revision: found.info.revision, created: false }
      if (!found) await putInIndex(redis, name, {})
      const revision = await swap(redis, keys, name, found?.info.revision ?? '', drop, points ?? noPoints, fields)
      if (revision !== undefined) {
        // A delete of the same name may have cleared the index between its entry and the series.
        if (!found) await putInIndex(redis, name, {})
        return { result, revision, created: !found }
      }
      await pause(Math.random() * Math.min(attempt, 20))
    }
    throw new Problem(
      'contended',
      `The series '${name}' is being changed by too many writers at once; nothing was written.`,
    )
  }

  /** After names were taken out of the index: somebody may have set the same label, or made the series, meanwhile. */
  async function mendIndex(name: string): Promise<void> {
    const info = await store.get(name)
    if (info) await putInIndex(redis, name, info.labels)
  }

  const store: SeriesStore = {
    async get(name) {
      return (await readChunks(redis, name, { from: 0, to: 0 }))?.info
    },

    async extremes(name) {
      const keys = seriesKeys(name)
      const summaries = await redis.hvals(keys.summaries)
      if (summaries.length === 0) return undefined
      const parsed = summaries.map(parseSummary)
      const sizes = await Promise.all(
        [keys.meta, keys.index, keys.chunks, keys.summaries].map((key) => redis.memory('USAGE', key)),
      )
      return {
        min: parsed.reduce((least, { min }) => Math.min(least, min), Infinity),
        max: parsed.reduce((most, { max }) => Math.max(most, max), -Infinity),
        bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      }
    },

    list: (query) => listSeries(redis, query),

    putMetadata: (name, metadata, options = {}) =>
      inTurn(name, async () => {
        if (metadata.labels) await putInIndex(redis, name, metadata.labels)
        let before: SeriesInfo | undefined
        const { created } = await change(name, { from: 0, to: 0 }, options, (info) => {
          before = info
          return { result: undefined, fields: info && sameMetadata(info, metadata) ? [] : metaFields(metadata) }
        })
        const info = await store.get(name)
        if (!info) throw new Problem('contended', `The series '${name}' was deleted at the same moment.`)
        if (before) await takeFromIndex(redis, name, before.labels, info.labels)
        if (metadata.labels !== undefined) await mendIndex(name)
        return { info, created }
      }),

    remove: (name, options = {}) =>
      inTurn(name, async () => {
        const keys = seriesKeys(name)
        const before = await store.get(name)
        checkMatch(options.ifMatch, before?.revision)
        const expected = options.ifMatch === undefined || options.ifMatch === '*' ? '' : options.ifMatch
        const outcome = await runScript(redis, 'dropSeries', Object.values(keys), [name, expected])
        if (outcome === 'changed') checkMatch(options.ifMatch, 'another')
        await takeFromIndex(redis, name, before?.labels ?? {}, undefined)
        await mendIndex(name)
        return outcome === 'gone'
      }),

    async read(name, options = {}) {
      const found = await readChunks(redis, name, options)
      if (!found) return undefined
      return {
        info: found.info,
        *runs() {
          for (const chunk of found.chunks) {
            const run = pointsInRange(chunk.decode(), options)
            if (run.timestamps.length > 0) yield run
          }
        },
      }
    },

    upsert: (name, points, options = {}) =>
      inTurn(name, async () => {
        const [first, last] = [points.timestamps[0] ?? 0, points.timestamps.at(-1) ?? 0]
        const { result, revision } = await change(name, { from: first, to: last + 1 }, options, (_, chunks) => {
          // The chunk before the first point is touched only when it holds that time, or has room.
          const drop = chunks
            .map((chunk) => ({ chunk, points: chunk.decode() }))
            .filter(({ points: { timestamps } }) => timestamps.at(-1)! >= first || timestamps.length < chunkPoints)
          const merged = mergePoints(concatPoints([noPoints, ...drop.map((d) => d.points)]), points)
          const { inserted, updated, unchanged } = merged
          const result = { inserted, updated, unchanged }
          if (inserted + updated === 0) return { result }
          return { result, points: merged.points, drop: drop.map((d) => d.chunk) }
        })
        return { ...result, revision }
      }),

    deleteRange: (name, range, options = {}) =>
      inTurn(name, async () => {
        const { result, revision } = await change(name, range, options, (info, chunks) => {
          if (!info) throw unknownSeries(name)
          const before = concatPoints([noPoints, ...chunks.map((chunk) => chunk.decode())])
          const after = withoutRange(before, range.from ?? -Infinity, range.to ?? Infinity)
          const deleted = before.timestamps.length - after.timestamps.length
          return deleted === 0 ? { result: 0 } : { result: deleted, points: after, drop: chunks }
        })
        return { deleted: result, revision }
      }),
  }
  return store
}

export function unknownSeries(name: string): Problem {
  return new Problem('unknown-series', `There is no series '${name}'.`)
}

function checkMatch(expected: string | undefined, actual: string | undefined): void {
  if (expected === undefined || (expected === '*' ? actual !== undefined : expected === actual)) return
  throw new Problem(
    'precondition-failed',
    actual === undefined
      ? 'The series does not exist; nothing was changed.'
      : `The series has not the revision '${expected}'; nothing was changed.`,
  )
}

async function swap(
  redis: Redis,
  keys: SeriesKeys,
  name: string,
  expected: string,
  drop: Chunk[],
  points: Points,
  fields: [string, string][],
): Promise<string | undefined> {
  const count = points.timestamps.length
  const added: (string | Buffer)[] = []
  for (let start = 0; start < count; start += chunkPoints) {
    const run = slicePoints(points, start, Math.min(start + chunkPoints, count))
    added.push(String(run.timestamps[0]), formatSummary(summarize(run)), encodeChunk(run))
  }
  const revision = await runScript(redis, 'changeSeries', Object.values(keys), [
    ...[name, expected, randomBytes(6).toString('base64url')],
    ...[drop.length, ...drop.map((chunk) => chunk.id)],
    ...[added.length / 3, ...added],
    ...[fields.length, ...fields.flat()],
  ])
  return revision === null ? undefined : String(revision)
}
