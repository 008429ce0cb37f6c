import type { Answer, Route } from '../../shared/http/http.ts'
import { Problem } from '../../shared/problems.ts'
import { jobSchema } from '../../shared/schemas/jobs.ts'
import { presentJob } from './present.ts'
import { type JobsServices, remembered } from './services.ts'

/** What ends jobs before their time. */
export const cancelRoutes: Route<JobsServices>[] = [
  {
    method: 'DELETE',
    path: '/jobs/{id}',
    scope: 'write',
    summary: 'Cancel a job',
    description:
      'Takes back one request for the job that was sent with the same key, and cancels it once nobody asks for it any more: a queued job never runs, a running one stops within a second. A job that was cancelled before is answered alike; one that has succeeded or failed with 409.',
    query: { all: { type: 'boolean', default: false, description: 'Cancels the job whoever else asks for it' } },
    answers: {
      200: { description: 'The job: cancelled, or as it goes on for the others who ask for it', schema: jobSchema },
    },
    async handle(request, { jobs, bases }): Promise<Answer> {
      const id = request.params.id!
      const found = await jobs.cancel(id, request.key?.name ?? '', request.query.all === true)
      const job = remembered(id, found?.job)
      if (found!.outcome === 'ended') {
        const more = job.status === 'succeeded' ? ' DELETE /results/{id} removes its result.' : ''
        throw new Problem('job-ended', `The job '${id}' has ${job.status} already.${more}`)
      }
      if (found!.outcome === 'stranger') {
        throw new Problem(
          'not-asked',
          `This key has not asked for the job '${id}'; 'all=true' cancels it for everybody.`,
        )
      }
      return { body: presentJob(job, request, bases), headers: { 'cache-control': 'no-store' } }
    },
  },
]
