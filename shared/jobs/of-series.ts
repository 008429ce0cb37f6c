import { jobKeys } from '../keys.ts'
import { type Redis, runAll } from '../redis.ts'
import type { JobStatus, Jobs } from './jobs.ts'

/** Jobs that are looked at with one round trip. */
const batch = 1000

/**
 * Removes whatever was made of a series that has been deleted: jobs on it that wait or run fail with `series-deleted`,
 * results of others are removed. Says how many there were. All jobs are looked at, a thousand in one round trip.
 */
export async function removeJobsOfSeries(redis: Redis, jobs: Jobs, name: string): Promise<number> {
  const error = { code: 'series-deleted', detail: `The series '${name}' was deleted with its results.` }
  let removed = 0
  let after = '-'
  while (true) {
    const ids = await redis.zrangebylex(jobKeys.all, after, '+', 'LIMIT', 0, batch)
    if (ids.length === 0) return removed
    after = `(${ids.at(-1)}`
    const found = await runAll(
      redis,
      ids.map((id) => ['hmget', jobKeys.job(id), 'series', 'status']),
    )
    for (const [i, state] of found.entries()) {
      const [series, status] = state as [string | null, JobStatus | null]
      if (series === null || !JSON.parse(series).includes(name)) continue
      const isOpen = status === 'queued' || status === 'running'
      const ended = isOpen && (await jobs.abandon(ids[i]!, error))
      // It may have ended well just before.
      if (ended || (await jobs.removeResult(ids[i]!))) removed++
    }
  }
}
