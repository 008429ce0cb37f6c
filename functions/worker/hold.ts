import { setTimeout as pause } from 'node:timers/promises'
import type { Job } from '../../shared/jobs/jobs.ts'
import type { Runner } from './run.ts'

/** Progress is told at most so often. */
const tellMs = 100

/** A job that a worker has: its lease is renewed until it is released. */
export interface Hold {
  /** Aborted when the job is no longer this worker's: cancelled, or another's after its lease had run out. */
  lost: AbortSignal
  /** Tells how much of the job is done, 0 to 1. */
  progress(done: number): void
  release(): void
}

/**
 * Holds a job: beats, tells of its progress, and hears when it is cancelled, by a message, or, should that get lost, by
 * the look at the job that the watch takes.
 */
export function holdJob(job: Job, { jobs, watch, settings }: Runner): Hold {
  const lost = new AbortController()
  let progress = 0
  let told = 0
  let telling = false
  let released = false

  async function beat(): Promise<void> {
    told = progress
    // While Redis is away nobody else can take the job either.
    const held = await jobs.beat(job, progress).catch(() => true)
    if (!held) lost.abort()
  }

  async function tell(): Promise<void> {
    if (telling) return
    telling = true
    while (told < progress && !released && !lost.signal.aborted) {
      await beat()
      await pause(tellMs, undefined, { ref: false })
    }
    telling = false
  }

  const beats = setInterval(() => void beat(), settings.JOB_BEAT_MS)
  const following = watch.follow(job.id, (seen) => {
    // What was told before the claim may come late; an earlier epoch says nothing.
    const isOurs = seen?.status === 'running' && seen.epoch === job.epoch
    const isEarlier = seen && (seen.epoch < job.epoch || (seen.epoch === job.epoch && seen.status === 'queued'))
    if (!isOurs && !isEarlier) lost.abort()
  })
  return {
    lost: lost.signal,
    progress(done) {
      progress = Math.max(progress, Math.min(done, 1))
      void tell()
    },
    release() {
      released = true
      clearInterval(beats)
      void following.then((leave) => leave())
    },
  }
}
