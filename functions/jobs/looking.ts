import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import type { Answer, Route } from '../../shared/http/http.ts'
import { applied, waitSeconds } from '../../shared/http/waiting.ts'
import { isEnded, type JobFilter } from '../../shared/jobs/jobs.ts'
import { jobListSchema, jobSchema, jobStatusSchema } from '../../shared/schemas/jobs.ts'
import { presentJob } from './present.ts'
import { type JobsServices, remembered, waitQuery } from './services.ts'

/** What tells of jobs. */
export const lookRoutes: Route<JobsServices>[] = [
  {
    method: 'GET',
    path: '/jobs',
    scope: 'read',
    summary: 'List jobs, newest first',
    query: {
      status: { ...jobStatusSchema, description: 'Only jobs of this status' },
      kind: { type: 'string', description: 'Only jobs of this kind' },
      series: { type: 'string', description: 'Only jobs on this series' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Most jobs of a page' },
      cursor: { type: 'string', description: '`next` of the page before' },
    },
    answers: { 200: { description: 'Jobs', schema: jobListSchema } },
    async handle(request, { jobs, bases, sweep }): Promise<Answer> {
      const { limit, cursor, status, kind, series } = request.query as unknown as JobFilter & {
        limit: number
        cursor?: string
      }
      const filter = { status, kind, series }
      void sweep.run()
      const page = await jobs.list(filter, limit, readCursor<string>(filter, cursor, 'string'))
      const next = page.next === undefined ? undefined : makeCursor(filter, page.next)
      return {
        body: { jobs: page.jobs.map((job) => presentJob(job, request, bases)), next: next ?? null },
        headers: nextLink(request, bases, 'jobs', next),
      }
    },
  },
  {
    method: 'GET',
    path: '/jobs/{id}',
    scope: 'read',
    summary: 'The state of a job; `wait` for its end',
    query: { wait: waitQuery },
    answers: { 200: { description: 'The job', schema: jobSchema } },
    async handle(request, { jobs, waiter, sweep, bases }): Promise<Answer> {
      const id = request.params.id!
      const seconds = waitSeconds(request)
      void sweep.run()
      const job = seconds === undefined ? await jobs.get(id) : await waiter.wait(id, seconds * 1000, request.gone)
      const known = remembered(id, job)
      const retry: Record<string, string> = isEnded(known) ? {} : { 'retry-after': '1' }
      return {
        body: presentJob(known, request, bases),
        headers: { 'cache-control': 'no-store', ...retry, ...applied(seconds) },
      }
    },
  },
]
