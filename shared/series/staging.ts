import { stagedKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Command, type Redis, runAll } from '../redis.ts'
import { encodeChunk, maxChunkBytes } from './codec.ts'
import { type Points, slicePoints } from './points.ts'
import { fullChunk } from './rewrite.ts'
import type { Run } from './runs.ts'
import { GrowingColumn, type Held, type StagedColumn } from './staged-column.ts'
import { formatSummary, summarize } from './summary.ts'

export type { StagedColumn } from './staged-column.ts'

/**
 * Points that are held, over all series of an import, before they go to Redis, 16 bytes each: so many that dozens of
 * series, whose rows take turns, fill their runs.
 */
const heldPoints = 400_000
/** The same of series whose points are not in time order: they are sorted, which takes memory too. */
const looseHeld = 100_000

/** Bytes of the commands that go to Redis together: their chunks, and about as much as stands beside each. */
const lotBytes = 1_048_576
const largest = maxChunkBytes(fullChunk)
const commandBytes = 200
/** Full runs that are sent together: as many as surely fit. */
const lotRuns = Math.floor(lotBytes / (largest + commandBytes)) - 1

/** Commands that go to Redis together. */
const pipelined = 500

/** Keeps the points of an import in Redis, out of everybody's sight, until all of them are known to be good. */
export interface Staging {
  readonly id: string
  /** The series that have points. */
  names(): string[]
  /** Where the points of a series go; it is asked for once it has one. */
  column(name: string): StagedColumn
  /** Sends points to Redis, where enough are held; the promise is to be awaited before more are added. */
  sendIfFull(): Promise<void> | undefined
  /** Points that were replaced before they went to Redis, by another of the same time. */
  repeated(): number
  /** Sends what is still held. Throws Problem 'storage-unavailable' when something has expired meanwhile. */
  finish(): Promise<void>
  /** Forgets all of it. */
  drop(): Promise<void>
}

export function openStaging(redis: Redis, id: string, ttlMs: number): Staging {
  const columns = new Map<string, GrowingColumn>()
  const held: Held = { points: 0, loose: 0, full: [] }
  let [number, repeated] = [0, 0]
  let sending: Promise<void> = Promise.resolve()
  // Two lots are there at a time, one that is being sent and one that is being made. Their memory is used again and
  // again: what is outside of the heap is collected late.
  const memories: Buffer[] = []
  let turn = 0
  const lotMemory = () => {
    turn = 1 - turn
    memories[turn] ??= Buffer.allocUnsafeSlow(lotBytes)
    return memories[turn]!
  }

  /** The commands that send what columns hold, some at a time; what fills no run stays, unless `whole`. */
  function* lots(those: Iterable<GrowingColumn>, whole: boolean): Generator<Command[]> {
    let commands: Command[] = []
    let [bytes, used] = [0, 0]
    let memory = lotMemory()
    for (const column of those) {
      if (column.count < (whole ? 1 : fullChunk)) continue
      const key = stagedKeys(column.name, id, '').runs
      const before = column.count
      const points = column.sorted()
      repeated += before - points.timestamps.length
      const count = points.timestamps.length
      const end = whole ? count : count - (count % fullChunk)
      let runs: (string | Buffer)[] = []
      const put = () => {
        commands.push(['hset', key, ...runs])
        column.sent += runs.length / 2
        // Right behind the runs: this process may not live to send another lot.
        if (column.keptUntil >= Date.now() + ttlMs / 2) return
        column.keptUntil = Date.now() + ttlMs
        commands.push(['pexpire', key, ttlMs])
      }
      for (let at = 0; at < end; at += fullChunk) {
        const run = slicePoints(points, at, Math.min(end, at + fullChunk))
        const chunk = encodeChunk(run, memory.subarray(used, used + largest))
        runs.push(formatRun(number, run), chunk)
        used += chunk.length
        bytes += chunk.length + commandBytes
        if (bytes < lotBytes - largest) continue
        put()
        yield commands
        commands = []
        runs = []
        memory = lotMemory()
        bytes = used = 0
      }
      if (runs.length > 0) put()
      column.keepFrom(points, end)
      number++
    }
    yield commands
  }

  /** Sends while the next rows are read, but no more than one lot at a time. */
  async function flush(those: Iterable<GrowingColumn>, whole: boolean): Promise<void> {
    for (const commands of lots(those, whole)) {
      await sending
      sending = runAll(redis, commands).then(() => {})
      sending.catch(() => {}) // it is told where it is awaited
    }
  }

  async function sendFull(): Promise<void> {
    await flush(new Set(held.full.splice(0)), false)
  }

  /** Full runs first; where that is too little, of very many series, or of points in no order, all of it. */
  async function sendAll(): Promise<void> {
    held.full.length = 0
    await flush(columns.values(), false)
    if (held.points > heldPoints / 2 || held.loose > looseHeld / 2) await flush(columns.values(), true)
  }

  return {
    id,
    repeated: () => repeated,
    names: () => [...columns.keys()],
    column(name) {
      let column = columns.get(name)
      if (!column) {
        column = new GrowingColumn(name, held)
        columns.set(name, column)
      }
      return column
    },
    sendIfFull() {
      if (held.points >= heldPoints || held.loose >= looseHeld) return sendAll()
      return held.full.length >= lotRuns ? sendFull() : undefined
    },
    async finish() {
      held.full.length = 0
      await flush(columns.values(), true)
      await sending
      const sent = [...columns.values()].filter((column) => column.sent > 0)
      for (let at = 0; at < sent.length; at += pipelined) {
        const those = sent.slice(at, at + pipelined)
        const commands = those.flatMap(({ name }): Command[] => {
          const key = stagedKeys(name, id, '').runs
          return [
            ['pexpire', key, ttlMs],
            ['hlen', key],
          ]
        })
        const replies = await runAll(redis, commands)
        // A column that has expired may have been begun anew by later rows.
        if (those.some((column, i) => replies[2 * i + 1] !== column.sent)) {
          throw new Problem(
            'storage-unavailable',
            `The import took longer than ${ttlMs} ms (IMPORT_TTL_MS) and part of it has expired; nothing was written. Send it in parts.`,
          )
        }
      }
    },
    async drop() {
      await sending.catch(() => {})
      const names = [...columns.keys()]
      for (let at = 0; at < names.length; at += pipelined) {
        const those = names.slice(at, at + pipelined)
        await runAll(
          redis,
          those.map((name) => ['unlink', stagedKeys(name, id, '').runs]),
        )
      }
    },
  }
}

/** The field of a staged run: its order among the runs of an import, then its summary. */
function formatRun(number: number, points: Points): string {
  return `${number} ${formatSummary(summarize(points))}`
}

export interface StagedRun extends Run {
  field: string
}

export function parseRun(field: string): StagedRun {
  let at = 0
  const next = () => {
    const end = field.indexOf(' ', at)
    const number = Number(field.slice(at, end))
    at = end + 1
    return number
  }
  return { field, number: next(), count: next(), first: next(), last: next() }
}

/** What is kept of a staged run beside a chunk. */
export function summaryOf({ field }: StagedRun): string {
  return field.slice(field.indexOf(' ') + 1)
}
