import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type StagedKeys, seriesKeys, stagedKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Command, type Redis, runAll, runScript } from '../redis.ts'
import { Chunker } from './chunker.ts'
import { ChunkError, decodeChunk } from './codec.ts'
import { getSeries, putInIndex } from './directory.ts'
import { readMeta } from './metadata.ts'
import { lowerBound, type Points, pointsInRange } from './points.ts'
import { dropExpired, hasExpired, keptFrom, noteDue } from './retention.ts'
import { fullChunk } from './rewrite.ts'
import { aloneRuns, mergeRuns, type Run, touchedChunks } from './runs.ts'
import { seal } from './seal.ts'
import { parseRun, type StagedRun, summaryOf } from './staging.ts'
import { parseSummary } from './summary.ts'
import { tailId } from './tail.ts'
import { unpack } from './unpack.ts'

export interface Committed {
  inserted: number
  updated: number
  unchanged: number
  /** Points that another of the import, at the same time, replaced. */
  repeated: number
  /** Points that were older than the retention allows, and not kept. */
  expired: number
}

/** A chunk of the series, or its tail, as a run of what it holds. */
interface StoredRun extends Run {
  id: string
}

/** Runs that one call of a script lays among the chunks. */
const adopted = 64

const maxAttempts = 200

/** How long prepared chunks are kept when nobody swaps them in. */
const preparedTtlMs = 600_000

/**
 * Lays what an import holds for a series over it, in one atomic step, and forgets it; undefined when it holds nothing:
 * then it was committed before. Memory does not grow with the series. Throws Problem 'contended'.
 */
export async function commitSeries(redis: Redis, name: string, importId: string): Promise<Committed | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const outcome = await attemptCommit(redis, name, importId)
    if (outcome !== 'raced') return outcome
    await pause(Math.random() * Math.min(attempt, 20))
  }
  throw new Problem('contended', `The series '${name}' is being changed by too many writers at once.`)
}

async function attemptCommit(redis: Redis, name: string, importId: string): Promise<Committed | undefined | 'raced'> {
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  const series = seriesKeys(name)
  const staged = stagedKeys(name, importId, random(6))
  const read = [series.meta, series.summaries, series.tail, staged.runs]
  const reply = await runScript(redis, 'readSummaries', read, [name])
  const [meta, summaries, tail, fields] = reply as [string[], string[], string, string[]]
  if (fields.length === 0) return undefined
  const info = meta.length === 0 ? undefined : readMeta(meta)
  const revision = info?.revision
  const from = info && (await keptFrom(redis, info))
  if (info && hasExpired(info, from)) {
    await dropExpired(redis, info, from!)
    return 'raced'
  }
  const runs = fields.map(parseRun)
  const chunks = storedRuns(tail === '' ? summaries : [...summaries, tailId, tail])
  const isWhole = ({ count, first }: StagedRun) => count === fullChunk && (from === undefined || first >= from)
  const alone = new Set(aloneRuns(runs, chunks).filter(isWhole))
  const others = runs.filter((run) => !alone.has(run))
  const tailRun = chunks.find(({ id }) => id === tailId)
  const sealed = chunks.filter((chunk) => chunk !== tailRun)
  const touched = touchedChunks(sealed, others, fullChunk)
  // Nothing may come behind the tail: what the import has there goes with it into chunks.
  if (tailRun && runs.some(({ last }) => last >= tailRun.first)) touched.add(tailRun)
  const stay = [...chunks.filter((chunk) => !touched.has(chunk)), ...alone].map(({ first }) => first)

  const counts: Committed = { inserted: 0, updated: 0, unchanged: 0, repeated: 0, expired: 0 }
  const chunker = new Chunker(stay, fullChunk)
  const load = (runs: (StagedRun | StoredRun)[]) =>
    loadRuns(redis, name, { series: series.chunks, tail: series.tail, staged: staged.runs }, runs)
  try {
    for await (const stretch of mergeRuns([...others, ...touched], load as (runs: Run[]) => Promise<Points[]>)) {
      counts.updated += stretch.updated
      counts.unchanged += stretch.unchanged
      // What the series itself no longer keeps has been dropped, so all that is too old is new.
      const expired = from === undefined ? 0 : lowerBound(stretch.points.timestamps, from)
      counts.expired += expired
      counts.inserted += stretch.added - stretch.updated - stretch.unchanged - expired
      counts.repeated += stretch.repeated
      await prepare(redis, staged, chunker.push(pointsInRange(stretch.points, { from })))
    }
    await prepare(redis, staged, chunker.end())
    await adopt(redis, staged, [...alone])
    counts.inserted += alone.size * fullChunk
  } catch (error) {
    if (!(error instanceof Gone)) throw error
    // What the very series that was looked at does not have is missing; nobody took it.
    const isSame = error.id !== undefined && (await getSeries(redis, name))?.revision === revision
    if (isSame) unpack(name, { id: error.id!, bytes: null })
    return 'raced'
  }
  if (counts.inserted + counts.updated === 0) {
    await redis.unlink(staged.runs, staged.chunks, staged.summaries)
    return counts
  }
  if (revision === undefined) await putInIndex(redis, name, {})
  const drop = [...touched].map(({ id }) => id)
  const keys = [...Object.values(series), staged.runs, staged.chunks, staged.summaries]
  // What is appended meanwhile does no harm to a change that lies before it.
  const end = tailRun ? tailRun.first - 1 : (info?.last ?? -Infinity)
  const liesBefore = runs.every(({ last }) => last <= end)
  const change = [name, random(9), revision ?? '', liesBefore ? 1 : '', random(6), ...drop]
  const changed = await runScript(redis, 'commitStaged', keys, change)
  if (changed === null) {
    await redis.unlink(staged.chunks, staged.summaries)
    return 'raced'
  }
  // A delete of the same name may have cleared the index between its entry and the series.
  if (revision === undefined) await putInIndex(redis, name, {})
  if (info?.retention !== undefined) {
    const first = runs.reduce((least, run) => Math.min(least, run.first), Infinity)
    await noteDue(redis, name, Math.max(first, from!) + info.retention)
  }
  return counts
}

function storedRuns(summaries: string[]): StoredRun[] {
  return Array.from({ length: summaries.length / 2 }, (_, i) => {
    const { count, first, last } = parseSummary(summaries[2 * i + 1]!)
    return { id: summaries[2 * i]!, number: -1, count, first, last }
  })
}

/** A run has gone since it was listed: another writer was first. */
class Gone extends Error {
  /** The chunk of the series that it was. */
  readonly id: string | undefined
  constructor(id?: string) {
    super()
    this.id = id
  }
}

async function loadRuns(
  redis: Redis,
  name: string,
  keys: { series: string; tail: string; staged: string },
  runs: (StagedRun | StoredRun)[],
): Promise<Points[]> {
  const commands = runs.map((run): Command => {
    if ('field' in run) return ['hgetBuffer', keys.staged, run.field]
    return run.id === tailId ? ['getBuffer', keys.tail] : ['hgetBuffer', keys.series, run.id]
  })
  const replies = await runAll(redis, commands)
  return replies.map((bytes, i) => {
    const run = runs[i]!
    if (bytes === null) throw new Gone('id' in run ? run.id : undefined)
    if ('id' in run) return unpack(name, { id: run.id, bytes: bytes as Buffer })
    try {
      return decodeChunk(bytes as Buffer)
    } catch (error) {
      if (!(error instanceof ChunkError)) throw error
      throw new ChunkError(`what an import holds for the series '${name}' is damaged: ${error.message}`)
    }
  })
}

/** Keeps runs that are chunks as they are, without a way through this process. */
async function adopt(redis: Redis, { runs, chunks, summaries }: StagedKeys, alone: StagedRun[]): Promise<void> {
  for (let at = 0; at < alone.length; at += adopted) {
    const lot = alone.slice(at, at + adopted)
    const change = lot.flatMap((run) => [run.field, String(run.first), summaryOf(run)])
    const reply = await runScript(redis, 'adoptStaged', [runs, chunks, summaries], [preparedTtlMs, ...change])
    if (reply === null) throw new Gone()
  }
}

/** Keeps chunks under the series' hash tag until they are swapped in. */
async function prepare(redis: Redis, staged: { chunks: string; summaries: string }, chunks: Points[]): Promise<void> {
  if (chunks.length === 0) return
  const commands: Command[] = []
  for (const [i, chunk] of chunks.entries()) {
    const { id, summary, bytes } = seal(chunk)
    commands.push(['hset', staged.summaries, id, summary])
    if (i === 0) commands.push(['pexpire', staged.summaries, preparedTtlMs])
    commands.push(['hset', staged.chunks, id, bytes])
    // Right behind the first: this process may not live to send the last.
    if (i === 0) commands.push(['pexpire', staged.chunks, preparedTtlMs])
  }
  await runAll(redis, commands)
}
