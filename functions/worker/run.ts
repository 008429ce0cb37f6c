import { setTimeout as pause } from 'node:timers/promises'
import type { Job, Jobs } from '../../shared/jobs/jobs.ts'
import { type Provenance, serializeResult } from '../../shared/jobs/results.ts'
import type { Watch } from '../../shared/jobs/watch.ts'
import type { Log } from '../../shared/log.ts'
import { isUnavailable } from '../../shared/redis.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import { formatTime } from '../../shared/time.ts'
import { version } from '../../shared/version.ts'
import { AttemptError, type Children } from './children.ts'
import { holdJob } from './hold.ts'
import { readSeries } from './read.ts'

export interface RunSettings {
  JOB_BEAT_MS: number
  JOB_TIMEOUT_MS: number
  JOB_MEMORY_BYTES: number
  MAX_JOB_POINTS: number
}

export interface Runner {
  jobs: Jobs
  watch: Watch
  store: SeriesStore
  children: Children
  settings: RunSettings
  log: Log
}

/**
 * One attempt of a claimed job, from the parent's side: reads the series, has the child draw, and commits what came
 * of it. It holds the lease all the while and gives up when the job is no longer its own: cancelled, or another's. With
 * `stop` aborted the job is given back.
 */
export async function runAttempt(job: Job, stop: AbortSignal, runner: Runner): Promise<void> {
  const { jobs, settings } = runner
  const log = runner.log.child({ job: job.id, attempt: job.attempt, traceparent: job.traceparent })
  const late = new AbortController()
  const timer = setTimeout(() => {
    late.abort(new AttemptError('timeout', `The attempt took longer than ${settings.JOB_TIMEOUT_MS} ms.`, true))
  }, settings.JOB_TIMEOUT_MS)
  log.info('a job has started')
  const hold = holdJob(job, runner)
  const over = AbortSignal.any([stop, hold.lost, late.signal])
  try {
    const { result, revisions } = await makeResult(job, over, runner, hold.progress)
    const committed = await persist(() => jobs.succeed(job, result, revisions), over)
    log.info({ outcome: committed ? 'succeeded' : 'refused' }, 'a job has run')
  } catch (error) {
    if (hold.lost.aborted) log.warn('the job was cancelled, or its lease was lost; the attempt was given up')
    else await giveUp(job, error as Error, stop.aborted, runner, log)
  } finally {
    hold.release()
    clearTimeout(timer)
  }
}

async function giveUp(job: Job, error: Error, stopped: boolean, { jobs, settings }: Runner, log: Log): Promise<void> {
  const known = error instanceof AttemptError
  const cause = known
    ? { code: error.code, detail: error.message }
    : { code: 'fault', detail: 'The worker made a mistake; it is in its log.' }
  if (!known) log.error({ err: error }, 'an attempt met a fault')
  const soon = AbortSignal.timeout(settings.JOB_BEAT_MS)
  try {
    if (stopped) await persist(() => jobs.release(job, 'stop', cause), soon)
    else if (known && !error.retry) await persist(() => jobs.fail(job, cause), soon)
    else await persist(() => jobs.release(job, 'fault', cause), soon)
    log.warn({ cause, stopped }, 'an attempt has failed')
  } catch (failure) {
    log.error({ err: failure }, 'a job could not be given back; its lease will run out')
  }
}

/** The part of an attempt's progress that reading makes; the child makes the rest. */
const readPart = 0.25

async function makeResult(
  job: Job,
  over: AbortSignal,
  { store, children, settings }: Runner,
  progress: (done: number) => void,
) {
  const started = performance.now()
  const reading = { over, progress: (done: number) => progress(done * readPart) }
  const read = await persist(() => readSeries(job, store, settings.MAX_JOB_POINTS, reading), over)
  const readMs = performance.now() - started
  const input = { series: read.inputs, params: job.params, from: job.from, to: job.to }
  const drawn = await children.ask(
    { kind: job.kind, input },
    {
      memoryBytes: settings.JOB_MEMORY_BYTES,
      signal: over,
      progress: (done) => progress(readPart + done * (1 - readPart)),
    },
  )
  const { forms, versions, timings } = drawn
  const round = (ms: number) => Math.round(ms * 10) / 10
  const provenance: Provenance = {
    kind: job.kind,
    params: job.params,
    series: read.provenance,
    versions: { kymograph: version, ...versions },
    attempt: job.attempt,
    created: formatTime(job.created),
    started: formatTime(job.started!),
    finished: formatTime(Date.now()),
    timings: { read: round(readMs), analyse: round(timings.analyse), render: round(timings.render) },
  }
  return { result: serializeResult(forms, provenance), revisions: read.provenance.map(({ revision }) => revision) }
}

const retryMs = 200

/** Does it again while Redis can't be reached, as long as the attempt is wanted. */
async function persist<T>(work: () => Promise<T>, over: AbortSignal): Promise<T> {
  while (true) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || over.aborted) throw error
      await pause(retryMs)
    }
  }
}
