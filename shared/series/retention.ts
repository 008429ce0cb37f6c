import { retainedKey, retainedSweptKey, seriesKeys } from '../keys.ts'
import type { Log } from '../log.ts'
import { type Redis, redisTime } from '../redis.ts'
import { changeChunks, liesBefore, readTouched } from './chunks.ts'
import type { SeriesInfo } from './metadata.ts'
import { cutOut } from './rewrite.ts'

/** The first time that a series still keeps, by the clock of Redis; undefined when it keeps all. */
export async function keptFrom(redis: Redis, { name, retention }: SeriesInfo): Promise<number | undefined> {
  return retention === undefined ? undefined : (await redisTime(redis, seriesKeys(name).meta)) - retention
}

/** Whether a series still holds points that it no longer keeps. */
export function hasExpired({ first }: SeriesInfo, from: number | undefined): boolean {
  return from !== undefined && first !== undefined && first < from
}

/**
 * Takes the points before `from` out of a series, whole chunks unread; its revision rises. Does nothing when somebody else has,
 * when the series has another retention than `info`, or when a change came between: then whoever asked has to look again.
 */
export async function dropExpired(redis: Redis, { name, retention }: SeriesInfo, from: number): Promise<void> {
  const spans = [{ first: -Infinity, last: from - 1, dropping: true }]
  const found = await readTouched(redis, name, spans)
  if (!found || found.info.retention !== retention || !hasExpired(found.info, from)) return
  const { drop, add } = cutOut(found.chunks, { to: from })
  await changeChunks(redis, name, found.info.revision, { drop, add }, [], { liesBefore: liesBefore(found, spans) })
}

/** Notes when a sweep has to look at a series: not later than it was noted before. */
export async function noteDue(redis: Redis, name: string, due: number): Promise<void> {
  await redis.zadd(retainedKey, 'LT', due, name)
}

/** Series that are asked for at a time. */
const batch = 1000
/** A series is looked at once a day at the least, also where a sweep ended, or lost Redis, while it looked. */
const maxPauseMs = 86_400_000
/** A series that could not be looked at is tried again so much later, if Redis can be told. */
const failedPauseMs = 60_000

type Look = (name: string) => Promise<SeriesInfo | undefined>

/** Drops what series no longer keep, of those that are due: `look` reads one, and drops what has expired. */
async function sweep(redis: Redis, look: Look, log: Log): Promise<void> {
  const now = await redisTime(redis, retainedKey)
  let names: string[]
  do {
    names = await redis.zrangebyscore(retainedKey, '-inf', now, 'LIMIT', 0, batch)
    for (const name of names) {
      try {
        await sweepOne(redis, look, name, now)
      } catch (error) {
        log.warn({ series: name, reason: (error as Error).message }, 'a sweep of retention failed')
        // The others do not wait for it. When it is Redis that is away, this fails too, and ends the sweep.
        await noteDue(redis, name, now + failedPauseMs)
      }
    }
  } while (names.length === batch)
}

async function sweepOne(redis: Redis, look: Look, name: string, now: number): Promise<void> {
  // Put off first, and then only brought forward: what somebody notes while it is looked at stays noted.
  await redis.zadd(retainedKey, now + maxPauseMs, name)
  const info = await look(name)
  if (info?.retention !== undefined) {
    // One that expires all the time is looked at by the next sweep.
    await noteDue(redis, name, Math.max((info.first ?? now) + info.retention + 1, now + 1))
    return
  }
  await redis.zrem(retainedKey, name)
  // Somebody may have given it a retention meanwhile.
  if ((await look(name))?.retention !== undefined) await noteDue(redis, name, now)
}

/**
 * Sweeps by the clock until it is stopped, once per `everyMs` over all functions. What fails is tried again later. Nothing
 * depends on it but memory: reads, and writes that are no appends, drop what has expired of their series.
 */
export function sweepByTheClock(
  redis: Redis,
  look: Look,
  { everyMs, log }: { everyMs: number; log: Log },
): { stop(): void } {
  let sweeping = false
  const clock = setInterval(async () => {
    if (sweeping) return
    sweeping = true
    try {
      if ((await redis.set(retainedSweptKey, '1', 'PX', everyMs, 'NX')) !== null) await sweep(redis, look, log)
    } catch (error) {
      log.warn({ reason: (error as Error).message }, 'a sweep of retention failed')
    }
    sweeping = false
  }, everyMs)
  return { stop: () => clearInterval(clock) }
}
