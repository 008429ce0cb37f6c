import type { Log } from '../log.ts'
import type { Ask, Job, JobRequest, Jobs, Submitted } from './jobs.ts'
import type { Poker } from './poke.ts'
import type { Queue } from './queue.ts'
import type { Sweep } from './sweep.ts'

export interface SubmitServices {
  jobs: Jobs
  queue: Queue
  poker: Poker | undefined
  sweep: Sweep
  log: Log
}

/**
 * Submits a job, or finds or joins the one that answers the same question; a new one is told to the worker, behind the
 * caller's back. Throws Problem 'queue-full'.
 */
export async function submitJob(request: JobRequest, ask: Ask, services: SubmitServices): Promise<Submitted> {
  const submitted = await services.jobs.submit(request, ask)
  if (submitted.how === 'new') void dispatch(submitted.job, services)
  else void services.sweep.run()
  return submitted
}

/**
 * Wakes a worker and sends the ticket; what fails here is found by a sweep. The poke comes first, since the first ticket
 * of a process waits until redis-smq is loaded.
 */
async function dispatch(job: Job, { queue, poker, sweep, log }: SubmitServices): Promise<void> {
  const lost = (error: Error) => log.warn({ job: job.id, reason: error.message }, 'a ticket or a poke was lost')
  await poker?.poke().catch(lost)
  await queue.send([{ job: job.id, epoch: job.epoch }]).catch(lost)
  await sweep.run()
}
