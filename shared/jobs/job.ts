import type { Question } from './fingerprint.ts'

export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Why a job has failed: a code of the kind's or of ours, and a sentence. */
export interface JobError {
  code: string
  detail: string
}

/** What is asked for: resolved and validated. */
export interface JobRequest extends Question {
  traceparent: string
  /** The job that this one tries again. */
  retryOf?: string | undefined
}

export interface Job extends JobRequest {
  id: string
  status: JobStatus
  /** Counts the times that the job was queued: what an earlier worker still says is refused. */
  epoch: number
  /** Counts the times that a worker took the job. */
  attempt: number
  /** 0 to 1. */
  progress: number
  /** How many requests ask for it and were not withdrawn. */
  askers: number
  created: number
  started?: number
  finished?: number
  expires?: number
  /** When its result was removed. */
  removed?: number
  error?: JobError
}

/** Whether a job has ended and its result's time is over: it is only remembered. */
export function isExpired(job: Job): boolean {
  return job.expires !== undefined && job.expires <= Date.now()
}

export function isEnded(job: Job): boolean {
  return job.status !== 'queued' && job.status !== 'running'
}

/** The fields of a new job's hash. */
export function serializeJob(request: JobRequest): Record<string, string> {
  const { kind, series, from, to, params, traceparent, retryOf } = request
  return {
    ...{ kind, series: JSON.stringify(series), params: JSON.stringify(params), traceparent },
    ...(from === undefined ? {} : { from: String(from) }),
    ...(to === undefined ? {} : { to: String(to) }),
    ...(retryOf === undefined ? {} : { retryOf }),
  }
}

/** Reads the reply of HGETALL; undefined when there is no such job. */
export function readJob(hash: Record<string, string>): Job | undefined {
  if (hash.id === undefined) return undefined
  const times: Partial<Record<'from' | 'to' | 'started' | 'finished' | 'expires' | 'removed', number>> = {}
  for (const name of ['from', 'to', 'started', 'finished', 'expires', 'removed'] as const) {
    if (hash[name] !== undefined) times[name] = Number(hash[name])
  }
  return {
    id: hash.id,
    kind: hash.kind!,
    series: JSON.parse(hash.series!),
    params: JSON.parse(hash.params!),
    traceparent: hash.traceparent!,
    status: hash.status as JobStatus,
    epoch: Number(hash.epoch),
    attempt: Number(hash.attempt),
    progress: Number(hash.progress),
    askers: Number(hash.askers ?? 1),
    created: Number(hash.created),
    ...times,
    ...(hash.retryOf === undefined ? {} : { retryOf: hash.retryOf }),
    ...(hash.error === undefined ? {} : { error: JSON.parse(hash.error) }),
  }
}

/** Reads a job from the names and values that a script gives, one after the other. */
export function readJobPairs(pairs: string[]): Job | undefined {
  const hash: Record<string, string> = {}
  for (let i = 0; i < pairs.length; i += 2) hash[pairs[i]!] = pairs[i + 1]!
  return readJob(hash)
}

/** How far a job has come. It only ever rises: of two looks at a job the one with the higher stage is the later one. */
export function stageOf({ epoch, status, progress }: Pick<Job, 'epoch' | 'status' | 'progress'>): Stage {
  return [epoch, status === 'queued' ? 0 : status === 'running' ? 1 : 2, progress]
}

export type Stage = [epoch: number, step: number, progress: number]

export function isLater(a: Stage, b: Stage): boolean {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs >= 0 && a[differs]! > b[differs]!
}
