import type { Request } from '../../shared/http/http.ts'
import { type LinkBases, link } from '../../shared/http/links.ts'
import type { Job } from '../../shared/jobs/jobs.ts'
import { formatTime } from '../../shared/time.ts'

const timeOrNull = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms))

/** A job as answers show it, its links absolute. */
export function presentJob(job: Job, request: Request, bases: LinkBases): object {
  const { id, kind, series, params, status, progress, attempt, askers, retryOf } = job
  const { created, started, finished, expires, error } = job
  return {
    ...{ id, kind, series, from: timeOrNull(job.from), to: timeOrNull(job.to), params, status, progress },
    ...{ attempt, askers },
    ...(retryOf === undefined ? {} : { retryOf }),
    created: formatTime(created),
    ...(started === undefined ? {} : { started: formatTime(started) }),
    ...(finished === undefined ? {} : { finished: formatTime(finished) }),
    ...(expires === undefined ? {} : { expires: formatTime(expires) }),
    ...(error === undefined ? {} : { error }),
    links: {
      self: link(bases, request.raw, 'jobs', `/jobs/${id}`),
      events: link(bases, request.raw, 'jobs', `/jobs/${id}/events`),
      result: link(bases, request.raw, 'results', `/results/${id}`),
    },
  }
}
