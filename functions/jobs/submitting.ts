import { type Answer, header, type Request, type Route } from '../../shared/http/http.ts'
import { link } from '../../shared/http/links.ts'
import { Notes } from '../../shared/http/notes.ts'
import { applied, maxWaitS, waitSeconds } from '../../shared/http/waiting.ts'
import { isEnded, isExpired, type Job, newJobId } from '../../shared/jobs/jobs.ts'
import { resultFormats } from '../../shared/jobs/results.ts'
import { submitJob } from '../../shared/jobs/submit.ts'
import { Problem } from '../../shared/problems.ts'
import { jobRequestSchema, jobSchema } from '../../shared/schemas/jobs.ts'
import { presentJob } from './present.ts'
import { type JobsServices, waitQuery } from './services.ts'
import { type ReadRequest, readJobRequest, readRetry } from './submit.ts'

/** Whether the caller wants a run although there may be a result, by `Cache-Control: no-cache`. */
const wantsFresh = (request: Request) => /(?:^|[,\s])no-cache\s*(?:,|$)/i.test(header(request, 'cache-control') ?? '')

/** The job of a request; that of the first request when it is sent again under its Idempotency-Key. */
async function submitOnce(
  request: Request,
  services: JobsServices,
  read: () => Promise<ReadRequest>,
  fresh: boolean,
): Promise<Job> {
  const { reference, done, refer } = request.once
  const known = reference === undefined ? undefined : await services.jobs.get(reference)
  if (known && !isExpired(known)) return known
  if (done) throw new Problem('expired', `The job '${reference}' of this Idempotency-Key has expired.`)
  const { asked, revisions } = await read()
  const id = reference ?? newJobId()
  await refer(id)
  const { job } = await submitJob(asked, { id, revisions, asker: request.key?.name ?? '', fresh }, services)
  if (job.id !== id) await refer(job.id)
  return job
}

function resultAnswer(job: Job, request: Request, { results, bases }: JobsServices): Promise<Answer> {
  return results.answer(job.id, request.format, (suffix) =>
    link(bases, request.raw, 'results', `/results/${job.id}.${suffix}`),
  )
}

/** The answer to a request that has submitted a job: waits as long as the caller wants to, and gives job or result. */
async function answerSubmitted(
  submitted: Job,
  request: Request,
  services: JobsServices,
  noted: Record<string, string> = {},
): Promise<Answer> {
  const { waiter, bases } = services
  const isForm = request.format !== 'json'
  const seconds = waitSeconds(request) ?? (isForm ? maxWaitS : undefined)
  const waits = seconds !== undefined && !isEnded(submitted)
  const job = (waits ? await waiter.wait(submitted.id, seconds * 1000, request.gone) : undefined) ?? submitted
  const location = link(bases, request.raw, 'jobs', `/jobs/${job.id}`)
  const headers = { location, ...applied(seconds), ...noted }
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
}

const answers = {
  200: {
    description: 'The job has ended: the job, or with another `Accept` than JSON its result',
    schema: jobSchema,
  },
  202: { description: 'The job waits or runs', schema: jobSchema },
}

/** What makes jobs. */
export const submitRoutes: Route<JobsServices>[] = [
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
    answers,
    async handle(request, services): Promise<Answer> {
      const notes = new Notes()
      const read = () => readJobRequest(request, services.store, notes)
      const job = await submitOnce(request, services, read, wantsFresh(request))
      return answerSubmitted(job, request, services, notes.header())
    },
  },
  {
    method: 'POST',
    path: '/jobs/{id}/retry',
    scope: 'write',
    summary: 'Run a failed or cancelled job once more',
    description:
      'It is a new job, with `retryOf`, for the same question about the series as they are now; the old one stays as it is. Waits, and answers in the forms of the result, as `POST /jobs` does.',
    query: { wait: waitQuery },
    formats: resultFormats,
    formatScope: 'read',
    repetition: 'again',
    answers,
    async handle(request, services): Promise<Answer> {
      const read = () => readRetry(request, services)
      return answerSubmitted(await submitOnce(request, services, read, true), request, services)
    },
  },
]
