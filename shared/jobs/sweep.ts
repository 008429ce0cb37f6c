import { jobKeys } from '../keys.ts'
import type { Log } from '../log.ts'
import { type RedisServer, redisTime } from '../redis.ts'
import type { Jobs } from './jobs.ts'
import type { Poker } from './poke.ts'
import type { Queue, Ticket } from './queue.ts'

/** At most this many jobs are looked at in one sweep: the next one takes the rest. */
const batch = 1000

export interface Sweep {
  /** Looks for what got lost, unless somebody did so a moment ago. Never throws: the next sweep tries again. */
  run(): Promise<void>
}

/**
 * Finds whatever got lost: a worker (its lease has run out), a ticket (fewer wait than jobs are ready), a poke.
 * Runs on submits and status reads, in each worker, and by the clock; once per SWEEP_MS over all of them.
 */
export function makeSweep(
  redis: RedisServer,
  {
    jobs,
    queue,
    poker,
    log,
    everyMs,
  }: { jobs: Jobs; queue: Queue; poker?: Poker | undefined; log: Log; everyMs: number },
): Sweep {
  let next = 0

  async function sweep(): Promise<void> {
    // Not asked again before it could be due: most status reads cost no round trip.
    if (Date.now() < next) return
    next = Date.now() + everyMs
    if ((await redis.set(jobKeys.swept, '1', 'PX', everyMs, 'NX')) === null) return
    const now = await redisTime(redis, jobKeys.leases)
    await releaseLost(now)
    await forgetExpired(now)
    await resendTickets(now)
    await poker?.poke()
  }

  async function releaseLost(now: number): Promise<void> {
    for (const id of await redis.zrangebyscore(jobKeys.leases, '-inf', now, 'LIMIT', 0, batch)) {
      const error = { code: 'worker-lost', detail: 'The worker that ran the job was not heard of again.' }
      const outcome = await jobs.release({ id }, 'lease', error)
      if (outcome) log.warn({ job: id, outcome }, 'a worker was lost')
    }
  }

  async function forgetExpired(now: number): Promise<void> {
    const ids = await redis.zrangebyscore(jobKeys.expiry, '-inf', now, 'LIMIT', 0, batch)
    if (ids.length > 0)
      await redis
        .multi()
        .zrem(jobKeys.all, ...ids)
        .zrem(jobKeys.expiry, ...ids)
        .exec()
  }

  async function resendTickets(now: number): Promise<void> {
    const ready = await redis.zcount(jobKeys.ready, '-inf', now)
    if (ready === 0) return
    const missing = ready - (await queue.pending())
    if (missing <= 0) return
    const ids = await redis.zrangebyscore(jobKeys.ready, '-inf', now, 'LIMIT', 0, Math.min(missing, batch))
    const epochs = await Promise.all(ids.map((id) => redis.hget(jobKeys.job(id), 'epoch')))
    const tickets: Ticket[] = ids.map((job, i) => ({ job, epoch: Number(epochs[i]) }))
    await queue.send(tickets)
  }

  return {
    run: () => sweep().catch((error: Error) => log.warn({ reason: error.message }, 'a sweep failed')),
  }
}
