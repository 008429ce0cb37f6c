import { setTimeout as pause } from 'node:timers/promises'
import { seriesKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScript } from '../redis.ts'
import { append } from './append.ts'
import { changeChunks, liesBefore, readChunks, readTouched } from './chunks.ts'
import { checkConditions, isConditional, type WriteOptions } from './conditions.ts'
import type { Deleted, Replaced, SeriesStore } from './contract.ts'
import { describeSeries, getSeries, listSeries, putInIndex, takeFromIndex } from './directory.ts'
import { makeGatherings } from './gather.ts'
import type { Metadata, SeriesInfo } from './metadata.ts'
import { metaFields, sameMetadata } from './metadata.ts'
import { readParts } from './parts.ts'
import { noPoints, type Points, pointsInRange, type Range } from './points.ts'
import { contended, isWorthParting, unknownSeries } from './refusals.ts'
import { dropExpired, hasExpired, keptFrom, noteDue } from './retention.ts'
import { layOver, type Rewrite, replaceIn, type TouchedChunk } from './rewrite.ts'
import { type Span, spansOf, spansWithin, wholeSpan } from './spans.ts'
import { makeTurns } from './turns.ts'

export type { ReadOptions } from './chunks.ts'
export type { WriteOptions } from './conditions.ts'
export type { Reading, Replaced, SeriesStore, Written } from './contract.ts'
export { unknownSeries } from './refusals.ts'

const maxAttempts = 200
/** Of a change that many wait for, and that can be parted. */
const attemptsTogether = 3
/** The range of a change that takes nothing out. */
const nowhere: Range = { from: 0, to: 0 }

/** What a change makes of a series; without a rewrite and fields it changes nothing. */
interface Change<T> {
  result: T
  rewrite?: Rewrite
  fields?: [string, string][]
  /** Makes the series when there is none. */
  creates?: boolean
}

export function openStore(redis: Redis): SeriesStore {
  const turns = makeTurns()
  const inTurn = turns.take // others would only lose the race

  /** Looks at a series until nothing that it no longer keeps is in what was seen. */
  async function current<T>(
    name: string,
    look: () => Promise<T | undefined>,
    infoOf: (seen: T) => SeriesInfo,
    isTurn = false,
  ): Promise<T | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const seen = await look()
      if (seen === undefined) return undefined
      const from = await keptFrom(redis, infoOf(seen))
      if (!hasExpired(infoOf(seen), from)) return seen
      const drop = () => dropExpired(redis, infoOf(seen), from!)
      // Appends of this process, of which some are always under way, wait for it.
      await (isTurn ? drop() : inTurn(name, drop))
      if (attempt > 0) await pause(Math.random() * Math.min(attempt, 20))
    }
    throw contended(name)
  }

  /** `isTurn` when it is the caller's turn at the series. */
  const getCurrent = (name: string, isTurn: boolean) =>
    current(
      name,
      () => getSeries(redis, name),
      (info) => info,
      isTurn,
    )

  /** Reads what a change of these spans touches, computes it, and swaps it in if nobody was faster; else starts again. */
  async function change<T>(
    name: string,
    spans: Span[],
    options: WriteOptions,
    compute: (info: SeriesInfo | undefined, chunks: TouchedChunk[], keptFrom: number | undefined) => Change<T>,
    attempts = maxAttempts,
  ): Promise<{ result: T; revision: string; created: boolean }> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const found = await readTouched(redis, name, spans)
      const from = found && (await keptFrom(redis, found.info))
      if (found && hasExpired(found.info, from)) {
        await dropExpired(redis, found.info, from!)
        continue
      }
      checkConditions(options, found?.info.revision, found?.chunks)
      const {
        result,
        rewrite = { drop: [], add: [] },
        fields = [],
        creates,
      } = compute(found?.info, found?.chunks ?? [], from)
      const idle = rewrite.drop.length + rewrite.add.length + fields.length === 0
      if (found && idle) return { result, revision: found.info.revision, created: false }
      if (!found && !creates) throw unknownSeries(name)
      if (!found) await putInIndex(redis, name, {})
      const kinds = {
        liesBefore: !isConditional(options) && found !== undefined && liesBefore(found, spans),
        brings: creates ?? false,
      }
      const revision = await changeChunks(redis, name, found?.info.revision, rewrite, fields, kinds)
      if (revision !== undefined) {
        // A delete of the same name may have cleared the index between its entry and the series.
        if (!found) await putInIndex(redis, name, {})
        return { result, revision, created: !found }
      }
      await pause(Math.random() * Math.min(attempt, 20))
    }
    throw contended(name)
  }

  /** Puts points in the place of a range, but for those that the series no longer keeps. `spans` are where either lies. */
  async function replace(
    name: string,
    range: Range,
    points: Points,
    options: WriteOptions,
    spans = spansWithin(range, points),
  ): Promise<Replaced> {
    const count = points.timestamps.length
    const { result, revision } = await change(name, spans, options, (info, chunks, from) => {
      const kept = pointsInRange(points, { from })
      const expired = count - kept.timestamps.length
      const { drop, add, counts } = replaceIn(chunks, range, kept)
      const before = kept.timestamps[0]! < (info?.first ?? Infinity)
      const due = before && info?.retention !== undefined ? kept.timestamps[0]! + info.retention : undefined
      return { result: { counts, expired, due }, rewrite: { drop, add }, creates: count > 0 }
    })
    if (result.due !== undefined) await noteDue(redis, name, result.due)
    return { ...result.counts, ...(result.expired > 0 ? { expired: result.expired } : {}), revision }
  }

  async function removeRange(name: string, range: Range, options: WriteOptions = {}): Promise<Deleted> {
    const { deleted, revision } = await replace(name, range, noPoints, options)
    return { deleted, revision }
  }

  /** Takes the points of some times out of a series, all in one change; how many there were of each. */
  async function removeTimes(name: string, times: number[]): Promise<Deleted[]> {
    if (times.length === 1) return [await removeRange(name, { from: times[0]!, to: times[0]! + 1 })]
    const timestamps = Float64Array.from(new Set(times)).sort()
    const removals: Points = { timestamps, values: new Float64Array(timestamps.length).fill(NaN) }
    const compute = (_: unknown, chunks: TouchedChunk[]) => {
      const { drop, add, absent } = layOver(chunks, removals)
      return { result: absent, rewrite: { drop, add } }
    }
    const { result, revision } = await change(name, spansOf(removals), {}, compute, attemptsTogether)
    const gone = new Set(result)
    return times.map((time) => {
      const deleted = gone.has(time) ? 0 : 1
      gone.add(time)
      return { deleted, revision }
    })
  }

  /** Points of one series that are deleted one by one, by many callers, are taken out together. */
  const removeTime = makeGatherings(turns, removeTimes, isWorthParting)

  /** Drops a series under conditions; what was known of it, or undefined when there was none. */
  async function dropWhere(name: string, options: WriteOptions): Promise<SeriesInfo | undefined> {
    const bound = Array.isArray(options.ifMatch) || options.ifNoneMatch !== undefined
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const before = await getCurrent(name, true)
      checkConditions(options, before?.revision)
      if (!before) return undefined
      const [generation, counter] = before.revision.split('.') as [string, string]
      const args = [name, generation, bound ? counter : '']
      // 'missing' is fine: it was there a moment ago. This call may have run twice, the answer of the first lost.
      if ((await runScript(redis, 'dropSeries', Object.values(seriesKeys(name)), args)) !== 'changed') return before
    }
    throw contended(name)
  }

  /** Changes metadata by what `make` says of the series as it is; `labels` are those that it may get by that. */
  async function describe(
    name: string,
    labels: Record<string, string> | undefined | null,
    make: (info: SeriesInfo | undefined) => Metadata,
    { creates, ...options }: WriteOptions & { creates: boolean },
  ): Promise<{ info: SeriesInfo; created: boolean }> {
    if (labels) await putInIndex(redis, name, labels)
    let before: SeriesInfo | undefined
    const { created } = await change(name, [], options, (info) => {
      before = info
      const metadata = make(info)
      const fields = info && sameMetadata(info, metadata) ? [] : metaFields(metadata)
      return { result: undefined, fields, creates }
    })
    const info = await getCurrent(name, true)
    if (!info) throw new Problem('contended', `The series '${name}' was deleted at the same moment.`)
    if (before) await takeFromIndex(redis, name, before.labels, info.labels)
    if (labels !== undefined) await mendIndex(name)
    return { info, created }
  }

  /** After names were taken out of the index: somebody may have set the same label, or made the series, meanwhile. */
  async function mendIndex(name: string): Promise<void> {
    const info = await getSeries(redis, name)
    if (info) await putInIndex(redis, name, info.labels)
  }

  return {
    get: (name) => getCurrent(name, false),

    describe: (name) =>
      current(
        name,
        () => describeSeries(redis, name),
        (detail) => detail,
      ),

    list: (query) => listSeries(redis, query, (name) => getCurrent(name, false)),

    putMetadata: (name, metadata, options = {}) =>
      inTurn(name, async () => {
        if (metadata.retention) await noteDue(redis, name, 0)
        const described = await describe(name, metadata.labels, () => metadata, { ...options, creates: true })
        // A sweep may have forgotten it just before.
        if (metadata.retention) await noteDue(redis, name, 0)
        return described
      }),

    addMetadata: (name, { labels, unit }) =>
      inTurn(name, async () => {
        const make = (info: SeriesInfo | undefined): Metadata => ({
          labels: { ...info?.labels, ...labels },
          ...(unit !== undefined && info?.unit === undefined ? { unit } : {}),
        })
        try {
          await describe(name, labels, make, { creates: false })
        } catch (error) {
          if (!(error instanceof Problem) || (await getSeries(redis, name))) throw error
          await takeFromIndex(redis, name, labels, undefined)
          await mendIndex(name)
        }
      }),

    remove: (name, options = {}) =>
      inTurn(name, async () => {
        const before = await dropWhere(name, options)
        await takeFromIndex(redis, name, before?.labels ?? {}, undefined)
        await mendIndex(name)
        return before !== undefined
      }),

    async read(name, options = {}) {
      const found = await current(
        name,
        () => readChunks(redis, name, options),
        ({ info }) => info,
      )
      if (!found) return undefined
      return {
        info: found.info,
        packed: found.chunks.map(({ id, bytes }) => ({ id, bytes })),
        *runs() {
          for (const chunk of found.chunks) {
            const run = pointsInRange(chunk.decode(), options)
            if (run.timestamps.length > 0) yield run
          }
        },
      }
    },

    readParts: (name, options) =>
      current(
        name,
        () => readParts(redis, name, options),
        ({ info }) => info,
      ),

    async upsert(name, points, options = {}) {
      const tryAppend = async () => (isConditional(options) ? undefined : append(redis, name, points))
      // Appends go side by side, but not ahead of a change that was asked for before.
      await turns.before(name)
      let appended = await tryAppend()
      if (typeof appended === 'object') return appended
      const others = turns.before(name)
      return inTurn(name, async () => {
        // One of the others may have made room.
        if (others) appended = await tryAppend()
        if (typeof appended === 'object') return appended
        const spans = appended === 'full' ? wholeSpan(points) : spansOf(points)
        const { deleted: _, ...written } = await replace(name, nowhere, points, options, spans)
        return written
      })
    },

    replaceRange: (name, range, points, options = {}) => inTurn(name, () => replace(name, range, points, options)),

    deleteRange(name, range, options = {}) {
      if (range.from !== undefined && range.to === range.from + 1 && !isConditional(options))
        return removeTime(name, range.from)
      return inTurn(name, () => removeRange(name, range, options))
    },
  }
}
