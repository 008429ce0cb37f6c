import { setTimeout as pause } from 'node:timers/promises'
import { seriesKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScript } from '../redis.ts'
import { changeChunks, type ReadOptions, readChunks, readTouched } from './chunks.ts'
import {
  describeSeries,
  getSeries,
  type ListQuery,
  listSeries,
  putInIndex,
  type SeriesPage,
  takeFromIndex,
} from './directory.ts'
import type { Metadata, SeriesDetail, SeriesInfo } from './metadata.ts'
import { metaFields, sameMetadata } from './metadata.ts'
import { type Points, pointsInRange, type Range } from './points.ts'
import { cutOut, layOver, type Rewrite, type Span, spansOf, type TouchedChunk } from './rewrite.ts'

export type { ReadOptions } from './chunks.ts'

/** A read of a range, of one revision. */
export interface Reading {
  info: SeriesInfo
  /** Runs of points in time order within each; the runs follow the asked order. Nothing is decoded before it is asked for. */
  runs(): Iterable<Points>
}

export interface WriteOptions {
  /** Change only if the series has one of these revisions; '*' any, as long as it exists. */
  ifMatch?: string[] | '*' | undefined
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
  /** With the smallest and the largest value: from the summaries, without reading a point. */
  describe(name: string): Promise<SeriesDetail | undefined>
  /** A page of series in the order of their names; it may have fewer than the limit, even none, and still a next one. */
  list(query: ListQuery): Promise<SeriesPage>
  /** Creates a series or changes its metadata: members that are missing stay, null removes. */
  putMetadata(name: string, metadata: Metadata, options?: WriteOptions): Promise<{ info: SeriesInfo; created: boolean }>
  /** True when there was such a series: it is gone, even if another deleted it at the same moment. */
  remove(name: string, options?: WriteOptions): Promise<boolean>
  read(name: string, options?: ReadOptions): Promise<Reading | undefined>
  /**
   * Inserts points or overwrites those of the same time; `points` is in time order. Creates the series when it is new,
   * unless there are no points.
   */
  upsert(name: string, points: Points, options?: WriteOptions): Promise<Written>
  deleteRange(name: string, range: Range, options?: WriteOptions): Promise<{ deleted: number; revision: string }>
}

const maxAttempts = 200
const nowhere: Span[] = []

/** What a change makes of a series; without a rewrite and fields it changes nothing. */
interface Change<T> {
  result: T
  rewrite?: Rewrite
  fields?: [string, string][]
  /** Makes the series when there is none. */
  creates?: boolean
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

  /** Reads what a change of these spans touches, computes it, and swaps it in if nobody was faster; else starts again. */
  async function change<T>(
    name: string,
    { spans, dropping = false }: { spans: Span[]; dropping?: boolean },
    options: WriteOptions,
    compute: (info: SeriesInfo | undefined, chunks: TouchedChunk[]) => Change<T>,
  ): Promise<{ result: T; revision: string; created: boolean }> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const found = await readTouched(redis, name, spans, dropping)
      checkMatch(options.ifMatch, found?.info.revision)
      const {
        result,
        rewrite = { drop: [], add: [] },
        fields = [],
        creates,
      } = compute(found?.info, found?.chunks ?? [])
      const idle = rewrite.drop.length + rewrite.add.length + fields.length === 0
      if (found && idle) return { result, revision: found.info.revision, created: false }
      if (!found && !creates) throw unknownSeries(name)
      if (!found) await putInIndex(redis, name, {})
      const revision = await changeChunks(redis, name, found?.info.revision, rewrite, fields)
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
    const info = await getSeries(redis, name)
    if (info) await putInIndex(redis, name, info.labels)
  }

  return {
    get: (name) => getSeries(redis, name),

    describe: (name) => describeSeries(redis, name),

    list: (query) => listSeries(redis, query),

    putMetadata: (name, metadata, options = {}) =>
      inTurn(name, async () => {
        if (metadata.labels) await putInIndex(redis, name, metadata.labels)
        let before: SeriesInfo | undefined
        const { created } = await change(name, { spans: nowhere }, options, (info) => {
          before = info
          const fields = info && sameMetadata(info, metadata) ? [] : metaFields(metadata)
          return { result: undefined, fields, creates: true }
        })
        const info = await getSeries(redis, name)
        if (!info) throw new Problem('contended', `The series '${name}' was deleted at the same moment.`)
        if (before) await takeFromIndex(redis, name, before.labels, info.labels)
        if (metadata.labels !== undefined) await mendIndex(name)
        return { info, created }
      }),

    remove: (name, options = {}) =>
      inTurn(name, async () => {
        const before = await getSeries(redis, name)
        checkMatch(options.ifMatch, before?.revision)
        if (before) {
          const [generation, counter] = before.revision.split('.') as [string, string]
          const bound = Array.isArray(options.ifMatch) ? counter : ''
          const keys = Object.values(seriesKeys(name))
          // 'missing' is fine: it was there a moment ago. This call may have run twice, the answer of the first lost.
          const outcome = await runScript(redis, 'dropSeries', keys, [name, generation, bound])
          if (outcome === 'changed') throw preconditionFailed(options.ifMatch!, 'another')
        }
        await takeFromIndex(redis, name, before?.labels ?? {}, undefined)
        await mendIndex(name)
        return before !== undefined
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
        const spans = spansOf(points)
        const { result, revision } = await change(name, { spans }, options, (_, chunks) => {
          const { drop, add, ...counts } = layOver(chunks, points)
          return { result: counts, rewrite: { drop, add }, creates: points.timestamps.length > 0 }
        })
        return { ...result, revision }
      }),

    deleteRange: (name, range, options = {}) =>
      inTurn(name, async () => {
        const [first, last] = [range.from ?? -Infinity, (range.to ?? Infinity) - 1]
        const touched = { spans: first <= last ? [[first, last] as Span] : nowhere, dropping: true }
        const { result, revision } = await change(name, touched, options, (_, chunks) => {
          const { drop, add, deleted } = cutOut(chunks, range)
          return { result: deleted, rewrite: { drop, add } }
        })
        return { deleted: result, revision }
      }),
  }
}

export function unknownSeries(name: string): Problem {
  return new Problem('unknown-series', `There is no series '${name}'.`)
}

function checkMatch(expected: WriteOptions['ifMatch'], actual: string | undefined): void {
  if (expected === undefined) return
  const match = actual !== undefined && (expected === '*' || expected.includes(actual))
  if (!match) throw preconditionFailed(expected, actual)
}

function preconditionFailed(expected: string[] | '*', actual: string | undefined): Problem {
  if (actual === undefined) return new Problem('precondition-failed', 'The series does not exist; nothing was changed.')
  const asked = expected === '*' || expected.length === 0 ? 'that was asked for' : `'${[...expected].join("' or '")}'`
  return new Problem('precondition-failed', `The series has not the revision ${asked}; nothing was changed.`)
}
