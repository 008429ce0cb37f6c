import { eventStream, type ServerEvent } from '../../shared/http/events.ts'
import { type Answer, header, type Route } from '../../shared/http/http.ts'
import { isEnded, isLater, type Job, type Stage, stageOf } from '../../shared/jobs/jobs.ts'
import type { Watch } from '../../shared/jobs/watch.ts'
import { presentJob } from './present.ts'
import { type JobsServices, remembered } from './services.ts'

/** The id of an event is the stage that it tells of, so that a stream is resumed by comparing. */
const idOf = (stage: Stage) => stage.join('-')

function readId(id: string | undefined): Stage | undefined {
  const parts = /^(\d+)-([012])-(\d(?:\.\d+)?)$/.exec(id ?? '')
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined
}

const isStep = (a: Stage | undefined, b: Stage) => a === undefined || a[0] !== b[0] || a[1] !== b[1]

/**
 * Each stage of a job behind `last`, from the present one on, until it has ended or `over` is aborted. Progress that the
 * caller is too slow for is left out; a change of status never is.
 */
async function* stagesOf(
  id: string,
  look: () => Promise<Job | undefined>,
  { watch, last, over }: { watch: Watch; last: Stage | undefined; over: AbortSignal },
): AsyncGenerator<{ job: Job; isStep: boolean }> {
  const waiting: { job: Job; isStep: boolean }[] = []
  let seen = last
  let isOver = false
  let wake = () => {}
  const end = () => {
    isOver = true
    wake()
  }
  const take = (job: Job | undefined) => {
    if (!job) return end()
    const stage = stageOf(job)
    if (seen && !isLater(stage, seen)) return
    if (!isStep(seen, stage) && waiting.length > 0 && !waiting.at(-1)!.isStep) waiting.pop()
    waiting.push({ job, isStep: isStep(seen, stage) })
    seen = stage
    wake()
  }
  // Following starts before the look, so that no change falls between them.
  const leave = await watch.follow(id, take)
  over.addEventListener('abort', end)
  try {
    take(await look())
    while (!over.aborted) {
      const next = waiting.shift()
      if (next) yield next
      if (next ? isEnded(next.job) : isOver) return
      if (next || waiting.length > 0) continue
      await new Promise<void>((resolve) => {
        wake = resolve
        if (waiting.length > 0 || isOver) resolve()
      })
    }
  } finally {
    leave()
    over.removeEventListener('abort', end)
  }
}

/** What follows a job. */
export const eventRoutes: Route<JobsServices>[] = [
  {
    method: 'GET',
    path: '/jobs/{id}/events',
    scope: 'read',
    summary: 'Follow a job: server-sent events of each change',
    description:
      'The first event is the job as it is; then comes a `status` event for each change of its status and a `progress` event for each of its progress, with the job as `data`, until it has ended. The stream beats each 15 s and closes by itself after 240 s; with `Last-Event-ID` it goes on where it was. A job that has ended, and whose end was told, is answered 204: no more will come.',
    direct: true,
    formats: { sse: 'text/event-stream' },
    answers: {
      200: { description: 'Events', schema: { type: 'string' } },
      204: { description: 'The end of the job was told before' },
    },
    async handle(request, { jobs, watch, sweep, stopping, bases }): Promise<Answer> {
      const id = request.params.id!
      void sweep.run()
      const job = remembered(id, await jobs.get(id))
      const last = readId(header(request, 'last-event-id'))
      const headers = { 'cache-control': 'no-store' }
      if (last && isEnded(job) && !isLater(stageOf(job), last)) return { status: 204, headers }

      async function* events(over: AbortSignal): AsyncGenerator<ServerEvent> {
        // Redis may be away for a moment: what was seen of the job a moment ago will do.
        const look = () => jobs.get(id).catch(() => job)
        for await (const { job, isStep } of stagesOf(id, look, { watch, last, over })) {
          const event = isStep ? 'status' : 'progress'
          yield { event, id: idOf(stageOf(job)), data: presentJob(job, request, bases) }
        }
      }
      return { headers, body: eventStream(events, { gone: request.gone, stopping, settings: bases }) }
    },
  },
]
