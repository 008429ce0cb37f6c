import { stagedKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import type { Redis } from '../redis.ts'
import { chunkBytes, encodeChunk } from './codec.ts'
import { sortPoints } from './merge.ts'
import { type Points, slicePoints } from './points.ts'
import { fullChunk } from './rewrite.ts'
import type { Run } from './runs.ts'
import { formatSummary, parseSummary, summarize } from './summary.ts'

/** Points that are held, over all series of an import, before they go to Redis: 16 bytes each. */
const heldPoints = 100_000

/** Bytes of the commands that go to Redis together: their chunks, and about as much as stands beside each. */
const lotBytes = 524_288
const largest = chunkBytes(fullChunk)
const commandBytes = 200

/** Commands that go to Redis together. */
const pipelined = 500

/** Points of one series on their way. */
export interface StagedColumn {
  add(timestamp: number, value: number): void
}

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
  const columns = new Map<string, Growing>()
  const sent = new Set<string>()
  const held = { points: 0 }
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

  /** The commands that send what is held, some at a time; what fills no run stays, unless `whole`. */
  function* lots(whole: boolean): Generator<ReturnType<Redis['pipeline']>> {
    let commands = redis.pipeline()
    let [bytes, used] = [0, 0]
    let memory = lotMemory()
    for (const [name, column] of columns) {
      if (column.count < (whole ? 1 : fullChunk)) continue
      const key = stagedKeys(name, id, '').runs
      const before = column.count
      const points = column.sorted()
      repeated += before - points.timestamps.length
      const count = points.timestamps.length
      const end = whole ? count : count - (count % fullChunk)
      let expires = false
      for (let at = 0; at < end; at += fullChunk) {
        const run = slicePoints(points, at, Math.min(end, at + fullChunk))
        const size = chunkBytes(run.timestamps.length)
        commands.hset(key, formatRun(number, run), encodeChunk(run, memory.subarray(used, used + size)))
        // In each lot anew, right behind its first run: this process may not live to send another.
        if (!expires) commands.pexpire(key, ttlMs)
        expires = true
        used += size
        bytes += size + commandBytes
        if (bytes < lotBytes - largest) continue
        yield commands
        commands = redis.pipeline()
        memory = lotMemory()
        bytes = used = 0
        expires = false
      }
      column.keepFrom(points, end)
      number++
      sent.add(name)
    }
    yield commands
  }

  /** Sends while the next rows are read, but no more than one lot at a time. */
  async function flush(whole: boolean): Promise<void> {
    for (const commands of lots(whole)) {
      await sending
      sending = runAll(commands).then(() => {})
      sending.catch(() => {}) // it is told where it is awaited
    }
    // Of very many series none may have filled a run.
    if (!whole && held.points > heldPoints / 2) await flush(true)
  }

  return {
    id,
    repeated: () => repeated,
    names: () => [...columns.keys()],
    column(name) {
      let column = columns.get(name)
      if (!column) {
        column = new Growing(held)
        columns.set(name, column)
      }
      return column
    },
    sendIfFull: () => (held.points >= heldPoints ? flush(false) : undefined),
    async finish() {
      await flush(true)
      await sending
      const names = [...sent]
      for (let at = 0; at < names.length; at += pipelined) {
        const commands = redis.pipeline()
        for (const name of names.slice(at, at + pipelined)) commands.pexpire(stagedKeys(name, id, '').runs, ttlMs)
        const kept = await runAll(commands)
        if (kept.includes(0)) {
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
        const commands = redis.pipeline()
        for (const name of names.slice(at, at + pipelined)) commands.unlink(stagedKeys(name, id, '').runs)
        await runAll(commands)
      }
    },
  }
}

async function runAll(commands: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const replies = (await commands.exec()) ?? []
  return replies.map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}

/** Columns that grow; `held` counts the points of all of them. */
class Growing implements StagedColumn {
  count = 0
  readonly #held: { points: number }
  #timestamps = new Float64Array(16)
  #values = new Float64Array(16)

  constructor(held: { points: number }) {
    this.#held = held
  }

  add(timestamp: number, value: number): void {
    if (this.count === this.#timestamps.length) {
      this.#timestamps = doubled(this.#timestamps)
      this.#values = doubled(this.#values)
    }
    this.#timestamps[this.count] = timestamp
    this.#values[this.count++] = value
    this.#held.points++
  }

  /** All points in time order, each time once: views, good until the next is added. */
  sorted(): Points {
    return sortPoints(slicePoints({ timestamps: this.#timestamps, values: this.#values }, 0, this.count))
  }

  /** Keeps those of its sorted points from `start` on. */
  keepFrom({ timestamps, values }: Points, start: number): void {
    this.#held.points -= this.count
    this.count = timestamps.length - start
    this.#held.points += this.count
    this.#timestamps.set(timestamps.subarray(start))
    this.#values.set(values.subarray(start))
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}

/** The field of a staged run: its order among the runs of an import, then its summary. */
function formatRun(number: number, points: Points): string {
  return `${number} ${formatSummary(summarize(points))}`
}

export interface StagedRun extends Run {
  field: string
  count: number
  /** What is kept of it beside a chunk. */
  summary: string
}

export function parseRun(field: string): StagedRun {
  const space = field.indexOf(' ')
  const summary = field.slice(space + 1)
  const { count, first, last } = parseSummary(summary)
  return { field, number: Number(field.slice(0, space)), first, last, count, summary }
}
