import { setTimeout as pause } from 'node:timers/promises'
import { jobKeys } from '../keys.ts'
import { type RedisServer, subscriber } from '../redis.ts'
import { type Job, type Jobs, readJobPairs } from './jobs.ts'

/** The first follower waits so long for the subscription; looks make up for what is told before it is there. */
const subscribeMs = 1000

/** Tells of changes of jobs: one subscription for the whole process, however many follow. */
export interface Watch {
  /**
   * Calls `tell` with the job at each change, until the returned function is called. What is told may come late, or
   * twice, but in order; a look every `lookMs` makes up for messages that got lost. Undefined when the job is gone.
   */
  follow(id: string, tell: (job: Job | undefined) => void): Promise<() => void>
  /** Calls `tell` whenever a job is queued, as far as that is heard. */
  hear(tell: () => void): Promise<void>
  close(): void
}

interface Followed {
  tellers: Set<(job: Job | undefined) => void>
  timer: NodeJS.Timeout
}

/** `looked` is called at each look: somebody waits for a job. */
export function watchJobs(
  redis: RedisServer,
  jobs: Jobs,
  { lookMs, looked = () => {} }: { lookMs: number; looked?: () => void },
): Watch {
  const followed = new Map<string, Followed>()
  const hearers = new Set<() => void>()
  let subscription: RedisServer | undefined
  let subscribed: Promise<unknown> | undefined

  function subscribe(): Promise<unknown> {
    if (subscribed) return subscribed
    subscription = subscriber(redis)
    subscription.on('message', (_channel, text: string) => {
      const job = readMessage(text)
      if (job) tellAll(job.id, job)
      if (job?.status === 'queued') for (const tell of hearers) tell()
    })
    subscribed = subscription.subscribe(jobKeys.changes).catch(() => {}) // the looks go on without it
    return subscribed
  }

  function tellAll(id: string, job: Job | undefined): void {
    for (const tell of [...(followed.get(id)?.tellers ?? [])]) tell(job)
  }

  async function look(id: string): Promise<void> {
    looked()
    await jobs.get(id).then(
      (job) => tellAll(id, job),
      () => {}, // while Redis is away nothing changes
    )
  }

  return {
    async follow(id, tell) {
      const known = followed.get(id)
      const entry = known ?? { tellers: new Set(), timer: setInterval(() => void look(id), lookMs) }
      followed.set(id, entry)
      entry.tellers.add(tell)
      await Promise.race([subscribe(), pause(subscribeMs, undefined, { ref: false })])
      return () => {
        if (!entry.tellers.delete(tell) || entry.tellers.size > 0) return
        clearInterval(entry.timer)
        if (followed.get(id) === entry) followed.delete(id)
      }
    },
    async hear(tell) {
      hearers.add(tell)
      await subscribe()
    },
    close: () => subscription?.disconnect(),
  }
}

/** Undefined for what an earlier version told. */
function readMessage(text: string): Job | undefined {
  try {
    const pairs: unknown = JSON.parse(text)
    return Array.isArray(pairs) ? readJobPairs(pairs) : undefined
  } catch {
    return undefined
  }
}
