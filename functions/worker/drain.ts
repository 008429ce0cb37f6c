import { setTimeout as pause } from 'node:timers/promises'
import type { Job, Jobs } from '../../shared/jobs/jobs.ts'
import type { Consumer, Queue, Ticket } from '../../shared/jobs/queue.ts'
import type { Sweep } from '../../shared/jobs/sweep.ts'
import type { Watch } from '../../shared/jobs/watch.ts'
import { jobKeys } from '../../shared/keys.ts'
import type { Log } from '../../shared/log.ts'
import { type RedisServer, redisTime } from '../../shared/redis.ts'

/** So long the queue has to be silent before a ready job is claimed without its ticket. */
const silenceMs = 100
/** A job whose next attempt is due within so long is waited for. */
const lingerMs = 5000
/** A poke is answered after so long although jobs are ready: the next one goes to the newest revision. */
const longestHoldMs = 60_000
/** So long a ticket waits for the poke that belongs to it. */
const patienceMs = 5000

export interface Drain {
  /** Works until no job is ready, or for a minute; says how many this worker ran meanwhile. */
  drain(): Promise<number>
  /** Takes no further job. */
  stop(): void
  /** Resolves when the job under way has ended. */
  idle(): Promise<void>
  close(): Promise<void>
}

/**
 * Takes jobs one at a time: those that redis-smq's tickets name, and, where tickets got lost, the oldest ready job.
 * It works while a poke is held only: a worker that nobody counts on may be of an old revision, or about to be stopped.
 * A worker with nothing to do doesn't wait for a ticket: it claims directly when it has just been woken (the consumer,
 * which takes a while to start, comes behind it), and when it hears that a job was queued.
 */
export function makeDrain(
  redis: RedisServer,
  {
    jobs,
    queue,
    watch,
    sweep,
    run,
    log,
    holdMs = longestHoldMs,
  }: {
    jobs: Jobs
    queue: Queue
    watch: Watch
    sweep: Sweep
    run: (job: Job) => Promise<void>
    log: Log
    holdMs?: number
  },
): Drain {
  let stopped = false
  let ran = 0
  let lastTicket = 0
  let turn: Promise<unknown> = Promise.resolve() // what the next job waits for
  let taking = 0
  let consumer: Consumer | undefined
  let starting = false
  let pokes = 0
  let poked = Promise.withResolvers<void>()

  /** Claims and runs one job, after the one under way. Says whether there was one. */
  function next(ticket?: Ticket): Promise<boolean> {
    taking++
    const mine = turn.then(async () => {
      const job = stopped ? undefined : await jobs.claim(ticket)
      if (!job) return false
      await run(job)
      ran++
      return true
    })
    turn = mine.catch(() => {}).finally(() => taking--)
    return mine
  }

  void watch.hear(() => {
    if (pokes > 0 && taking === 0) next().catch(() => {}) // its ticket will come, or a sweep
  })

  function startConsumer(): void {
    if (starting) return
    starting = true
    const take = async (ticket: Ticket) => {
      lastTicket = Date.now()
      if (pokes === 0) await Promise.race([poked.promise, pause(patienceMs, undefined, { ref: false })])
      if (pokes > 0) await next(ticket)
      lastTicket = Date.now()
    }
    queue.consume(take).then(
      (started) => {
        consumer = started
      },
      (error: Error) => {
        log.warn({ reason: error.message }, 'the queue could not be opened')
        starting = false
      },
    )
  }

  /** Waits until no ticket comes any more, at most until `end`. */
  async function settle(end: number): Promise<void> {
    await turn
    const silent = () => Date.now() - lastTicket
    while (consumer?.alive && silent() < silenceMs && !stopped && Date.now() < end) {
      await pause(silenceMs - silent())
      await turn
    }
  }

  /** Milliseconds until the next job is due; undefined when none is ready. */
  async function due(): Promise<number | undefined> {
    const [, score] = await redis.zrange(jobKeys.ready, 0, 0, 'WITHSCORES')
    return score === undefined ? undefined : Math.max(0, Number(score) - (await redisTime(redis, jobKeys.ready)))
  }

  async function work(): Promise<void> {
    const end = Date.now() + holdMs
    if (consumer?.alive)
      lastTicket = Date.now() // the ticket of the job that woke us is on its way
    else await next()
    startConsumer()
    while (!stopped && Date.now() < end) {
      await sweep.run()
      await settle(end)
      if (await next()) continue
      const inMs = await due()
      if (inMs === undefined || inMs > lingerMs) break
      await pause(Math.min(inMs + 1, silenceMs))
    }
  }

  return {
    async drain() {
      const before = ran
      pokes++
      poked.resolve()
      try {
        await work()
      } finally {
        pokes--
        if (pokes === 0) poked = Promise.withResolvers()
      }
      return ran - before
    },
    stop() {
      stopped = true
    },
    async idle() {
      await turn
    },
    async close() {
      stopped = true
      await consumer?.close()
    },
  }
}
