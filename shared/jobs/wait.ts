import { isEnded, type Job, type Jobs } from './jobs.ts'
import type { Watch } from './watch.ts'

export interface Waiter {
  /** Resolves with the job once it has ended, or as it is after `ms`, or when the signal says that nobody waits. */
  wait(id: string, ms: number, gone: AbortSignal): Promise<Job | undefined>
  /** Lets everybody go who waits, with the jobs as they are. */
  stop(): void
}

/** Waits for jobs to end. */
export function makeWaiter(jobs: Jobs, watch: Watch): Waiter {
  const waiting = new Set<() => void>()
  let stopped = false

  return {
    async wait(id, ms, gone) {
      const over = Promise.withResolvers<void>()
      const end = () => over.resolve()
      // Following starts before the look, so that no change falls between them.
      const leave = await watch.follow(id, (job) => {
        if (!job || isEnded(job)) end()
      })
      const timer = setTimeout(end, ms)
      gone.addEventListener('abort', end)
      waiting.add(end)
      try {
        const job = await jobs.get(id)
        if (!job || isEnded(job) || ms <= 0 || gone.aborted || stopped) return job
        await over.promise
        return await jobs.get(id)
      } finally {
        leave()
        clearTimeout(timer)
        gone.removeEventListener('abort', end)
        waiting.delete(end)
      }
    },
    stop() {
      stopped = true
      for (const end of waiting) end()
    },
  }
}
