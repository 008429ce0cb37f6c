import { stagedKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import type { Redis } from '../redis.ts'
import { encodeChunk } from './codec.ts'
import { sortPoints } from './merge.ts'
import { type Points, slicePoints } from './points.ts'
import { fullChunk } from './rewrite.ts'
import type { Run } from './runs.ts'

/** Points that are held, over all series of an import, before they go to Redis: 16 bytes each. */
const heldPoints = 100_000

/** Commands that go to Redis together. */
const pipelined = 500

/** Keeps the points of an import in Redis, out of everybody's sight, until all of them are known to be good. */
export interface Staging {
  readonly id: string
  /** The series that have points. */
  names(): string[]
  /** Takes a point; waits for Redis now and then, when it gives a promise. */
  add(name: string, timestamp: number, value: number): Promise<void> | undefined
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
  let [held, number, repeated] = [0, 0, 0]

  async function flush(): Promise<void> {
    let commands = redis.pipeline()
    for (const [name, growing] of columns) {
      if (growing.count === 0) continue
      const key = stagedKeys(name, id, '').runs
      repeated += growing.count
      const points = sortPoints(growing.take())
      repeated -= points.timestamps.length
      for (let at = 0; at < points.timestamps.length; at += fullChunk) {
        const run = slicePoints(points, at, at + fullChunk)
        commands.hset(key, formatRun(number, run), encodeChunk(run))
        if (commands.length >= pipelined) {
          await runAll(commands)
          commands = redis.pipeline()
        }
      }
      commands.pexpire(key, ttlMs)
      number++
      sent.add(name)
    }
    await runAll(commands)
    held = 0
  }

  return {
    id,
    repeated: () => repeated,
    names: () => [...columns.keys()],
    add(name, timestamp, value) {
      let growing = columns.get(name)
      if (!growing) {
        growing = new Growing()
        columns.set(name, growing)
      }
      growing.add(timestamp, value)
      return ++held >= heldPoints ? flush() : undefined
    },
    async finish() {
      await flush()
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

/** Columns that grow. */
class Growing {
  count = 0
  #timestamps = new Float64Array(16)
  #values = new Float64Array(16)

  add(timestamp: number, value: number): void {
    if (this.count === this.#timestamps.length) {
      this.#timestamps = doubled(this.#timestamps)
      this.#values = doubled(this.#values)
    }
    this.#timestamps[this.count] = timestamp
    this.#values[this.count++] = value
  }

  take(): Points {
    const points = { timestamps: this.#timestamps.slice(0, this.count), values: this.#values.slice(0, this.count) }
    this.count = 0
    return points
  }
}

function doubled(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}

/** The field of a staged run; its order among the runs of an import, first and last time, and count. */
function formatRun(number: number, { timestamps }: Points): string {
  return [number, timestamps[0], timestamps.at(-1), timestamps.length].join(' ')
}

export interface StagedRun extends Run {
  field: string
}

export function parseRun(field: string): StagedRun {
  const [number, first, last] = field.split(' ').map(Number) as [number, number, number]
  return { field, number, first, last }
}
