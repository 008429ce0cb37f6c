import type { LinkBases } from '../../shared/http/links.ts'
import { maxWaitS } from '../../shared/http/waiting.ts'
import { isExpired, type Job } from '../../shared/jobs/jobs.ts'
import type { JobServices } from '../../shared/jobs/open.ts'
import { Problem } from '../../shared/problems.ts'
import { formatTime } from '../../shared/time.ts'

export interface JobsServices extends JobServices {
  bases: LinkBases & { EVENT_BEAT_MS: number; EVENT_STREAM_MS: number }
  /** Aborted when the process is told to stop. */
  stopping: AbortSignal
}

export const waitQuery = {
  type: 'integer',
  minimum: 0,
  description: `Seconds to wait for the end of the job, at most ${maxWaitS}`,
}

/** The job, if there is one that has not expired; else throws Problem. */
export function remembered(id: string, job: Job | undefined): Job {
  if (!job) throw new Problem('unknown-job', `There is no job '${id}'.`)
  if (isExpired(job)) throw new Problem('expired', `The job '${id}' expired at ${formatTime(job.expires!)}.`)
  return job
}
