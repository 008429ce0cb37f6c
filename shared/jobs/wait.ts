import { setTimeout as pause } from 'node:timers/promises'
import { jobKeys } from '../keys.ts'
import { type Redis, subscriber } from '../redis.ts'
import { isEnded, type Job, type Jobs } from './jobs.ts'

/** A look at the job's state at least so often: a message on the channel may get lost. */
const lookMs = 1000

export interface Waiter {
  /** Resolves with the job once it has ended, or as it is after `ms`, or when the signal says that nobody waits. */
  wait(id: string, ms: number, gone: AbortSignal): Promise<Job | undefined>
  close(): void
}

/** Waits for jobs to end: one subscription for the whole process, however many wait. `look` runs at each look. */
export function makeWaiter(redis: Redis, jobs: Jobs, look: () => void): Waiter {
  const waiting = new Map<string, Set<() => void>>()
  let subscription: Redis | undefined

  function subscribe(): void {
    if (subscription) return
    subscription = subscriber(redis)
    subscription.on('message', (_channel, id: string) => {
      for (const wake of waiting.get(id) ?? []) wake()
    })
    subscription.subscribe(jobKeys.changes).catch(() => {}) // the looks go on without it
  }

  /** Calls `wake` at each change of the job, until the returned function is called. */
  function listen(id: string, wake: () => void): () => void {
    const wakers = waiting.get(id) ?? new Set()
    waiting.set(id, wakers.add(wake))
    return () => {
      wakers.delete(wake)
      if (wakers.size === 0 && waiting.get(id) === wakers) waiting.delete(id)
    }
  }

  return {
    async wait(id, ms, gone) {
      const until = Date.now() + ms
      subscribe()
      let wake = () => {}
      const quiet = listen(id, () => wake())
      try {
        while (true) {
          // Listening starts before the look, so that no change falls between them.
          const changed = new Promise<void>((resolve) => {
            wake = resolve
          })
          const job = await jobs.get(id)
          const left = until - Date.now()
          if (!job || isEnded(job) || left <= 0 || gone.aborted) return job
          look()
          await within(changed, Math.min(left, lookMs), gone)
        }
      } finally {
        quiet()
      }
    },
    close: () => subscription?.disconnect(),
  }
}

/** Waits for a change, at most so long, and no longer than somebody is there. */
async function within(changed: Promise<void>, ms: number, gone: AbortSignal): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, gone])
  await Promise.race([changed, pause(ms, undefined, { signal }).catch(() => {})])
  over.abort()
}
