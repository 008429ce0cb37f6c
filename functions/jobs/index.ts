import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import { type Answer, header, type Request, type Route } from '../../shared/http/http.ts'
import { type LinkBases, link } from '../../shared/http/links.ts'
import { Notes } from '../../shared/http/notes.ts'
import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { isEnded, isExpired, type Job, type JobFilter, type Jobs, newJobId, openJobs } from '../../shared/jobs/jobs.ts'
import { makePoker, type Poker } from '../../shared/jobs/poke.ts'
import { openQueue, type Queue } from '../../shared/jobs/queue.ts'
import { openResults, type Results, resultFormats } from '../../shared/jobs/results.ts'
import { submitJob } from '../../shared/jobs/submit.ts'
import { makeSweep, type Sweep } from '../../shared/jobs/sweep.ts'
import { makeWaiter, type Waiter } from '../../shared/jobs/wait.ts'
import type { Log } from '../../shared/log.ts'
import { Problem } from '../../shared/problems.ts'
import { connect } from '../../shared/redis.ts'
import { jobListSchema, jobRequestSchema, jobSchema, jobStatusSchema } from '../../shared/schemas/jobs.ts'
import { segments } from '../../shared/segments.ts'
import { openStore, type SeriesStore } from '../../shared/series/store.ts'
import { formatTime } from '../../shared/time.ts'
import { kindRoutes } from './kinds.ts'
import { presentJob } from './present.ts'
import { readJobRequest } from './submit.ts'

export interface JobsServices {
  store: SeriesStore
  jobs: Jobs
  results: Results
  queue: Queue
  poker: Poker | undefined
  sweep: Sweep
  waiter: Waiter
  bases: LinkBases
  log: Log
}

const maxWaitS = 60

/** The seconds that a caller is ready to wait, by `Prefer: wait=N` or `?wait=N`. */
function waitSeconds(request: Request): number | undefined {
  const preferred = /(?:^|[,;\s])wait\s*=\s*"?(\d+)/i.exec(header(request, 'prefer') ?? '')?.[1]
  const asked = preferred ?? request.query.wait
  return asked === undefined ? undefined : Math.min(Number(asked), maxWaitS)
}

const applied = (seconds: number | undefined): Record<string, string> =>
  seconds === undefined ? {} : { 'preference-applied': `wait=${seconds}` }

const waitQuery = {
  type: 'integer',
  minimum: 0,
  description: `Seconds to wait for the end of the job, at most ${maxWaitS}`,
}

/** Whether the caller wants a run although there may be a result, by `Cache-Control: no-cache`. */
const wantsFresh = (request: Request) => /(?:^|[,\s])no-cache\s*(?:,|$)/i.test(header(request, 'cache-control') ?? '')

/** The job of a request; that of the first request when it is sent again under its Idempotency-Key. */
async function submitOnce(request: Request, notes: Notes, services: JobsServices): Promise<Job> {
  const { jobs, store } = services
  const { reference, done, refer } = request.once
  const known = reference === undefined ? undefined : await jobs.get(reference)
  if (known && !isExpired(known)) return known
  if (done) throw new Problem('expired', `The job '${reference}' of this Idempotency-Key has expired.`)
  const { asked, revisions } = await readJobRequest(request, store, notes)
  const id = reference ?? newJobId()
  await refer(id)
  const ask = { id, revisions, asker: request.caller ?? '', fresh: wantsFresh(request) }
  const { job } = await submitJob(asked, ask, services)
  if (job.id !== id) await refer(job.id)
  return job
}

function resultAnswer(job: Job, request: Request, { results, bases }: JobsServices): Promise<Answer> {
  return results.answer(job.id, request.format, (suffix) =>
    link(bases, request.raw, 'results', `/results/${job.id}.${suffix}`),
  )
}

const jobRoutes: Route<JobsServices>[] = [
  {
    method: 'POST',
    path: '/jobs',
    scope: 'write',
    summary: 'Submit a job',
    description:
      'Validated at once. A question that was asked before about the same revisions of the series is not run again: its result answers at once, a job under way is joined (the answer has its id); `Cache-Control: no-cache` runs it in any case. With `Prefer: wait=N` the answer waits up to N s. With an `Accept` that names another form of the result than JSON, such as `image/png` or `text/plain`, it is that form, which needs the scope `read` too, and waits up to 60 s unless told otherwise.',
    query: { wait: waitQuery },
    body: { types: { 'application/json': jobRequestSchema } },
    formats: resultFormats,
    formatScope: 'read',
    repetition: 'again',
    answers: {
      200: {
        description: 'The job has ended: the job, or with another `Accept` than JSON its result',
        schema: jobSchema,
      },
      202: { description: 'The job waits or runs', schema: jobSchema },
    },
    async handle(request, services): Promise<Answer> {
      const { waiter, bases } = services
      const isForm = request.format !== 'json'
      const seconds = waitSeconds(request) ?? (isForm ? maxWaitS : undefined)
      const notes = new Notes()
      let job = await submitOnce(request, notes, services)
      if (seconds !== undefined) job = (await waiter.wait(job.id, seconds * 1000, request.gone)) ?? job
      const headers = {
        location: link(bases, request.raw, 'jobs', `/jobs/${job.id}`),
        ...applied(seconds),
        ...notes.header(),
      }
      if (isEnded(job)) {
        if (!isForm) return { type: 'application/json', body: presentJob(job, request, bases), headers }
        const { etag: _, ...answer } = await resultAnswer(job, request, services)
        return { ...answer, headers: { ...answer.headers, ...headers, 'cache-control': 'no-store' } }
      }
      return {
        status: 202,
        type: 'application/json',
        body: presentJob(job, request, bases),
        headers: { ...headers, 'retry-after': '1' },
      }
    },
  },
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
      if (!job) throw new Problem('unknown-job', `There is no job '${id}'.`)
      if (isExpired(job)) throw new Problem('expired', `The job '${id}' expired at ${formatTime(job.expires!)}.`)
      const retry: Record<string, string> = isEnded(job) ? {} : { 'retry-after': '1' }
      return {
        body: presentJob(job, request, bases),
        headers: { 'cache-control': 'no-store', ...retry, ...applied(seconds) },
      }
    },
  },
]

/** The function that takes jobs and tells of them. */
export const jobs: FunctionDefinition<JobsServices> = {
  name: 'jobs',
  segments: segments.jobs,
  routes: [...jobRoutes, ...kindRoutes],
  async open(config, log) {
    const points = connect(config.REDIS_URL, log)
    const redis = connect(config.QUEUE_REDIS_URL, log)
    const jobs = openJobs(redis, config)
    const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
    const poker = makePoker(redis, config, log)
    // Who wakes this function is likely to bring a job: a worker that sleeps wakes meanwhile.
    poker?.wake().catch(() => {})
    const sweep = makeSweep(redis, { jobs, queue, poker, log, everyMs: config.SWEEP_MS })
    const waiter = makeWaiter(redis, jobs, () => void sweep.run())
    return {
      ...{
        store: openStore(points),
        jobs,
        results: openResults(redis, jobs),
        queue,
        poker,
        sweep,
        waiter,
        bases: config,
        log,
      },
      onces: openOnces(redis, config),
      async ready() {
        await Promise.all([points.ping(), redis.ping()])
      },
      async close() {
        poker?.close()
        waiter.close()
        await queue.close()
        points.disconnect()
        redis.disconnect()
      },
    }
  },
}
