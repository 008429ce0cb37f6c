import { v7 as uuidv7 } from 'uuid'
import { jobKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScript } from '../redis.ts'

export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Why a job has failed: a code of the kind's or of ours, and a sentence. */
export interface JobError {
  code: string
  detail: string
}

/** What is asked for: resolved and validated. Times are Unix milliseconds. */
export interface JobRequest {
  kind: string
  series: string[]
  from?: number | undefined
  to?: number | undefined
  params: Record<string, unknown>
  traceparent: string
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
  created: number
  started?: number
  finished?: number
  expires?: number
  error?: JobError
}

export interface JobSettings {
  JOB_LEASE_MS: number
  JOB_ATTEMPTS: number
  JOB_BACKOFF_MS: number
  RESULT_TTL_MS: number
  MAX_QUEUED_JOBS: number
}

export type Claim = Pick<Job, 'id' | 'epoch'>

export interface JobFilter {
  status?: JobStatus | undefined
  kind?: string | undefined
  series?: string | undefined
}

/**
 * The truth about jobs, in Redis. Each method that changes a job is one atomic script of redis/scripts/; a worker's
 * methods say false when the job is no longer its own, and then nothing was changed.
 */
export interface Jobs {
  /** A second call with the same id makes no second job. */
  submit(request: JobRequest, id?: string): Promise<Job>
  get(id: string): Promise<Job | undefined>
  /**
   * Newest first, those behind the id `after`. With `next` more may follow behind that id: a page is short where few of
   * many jobs fit.
   */
  list(filter: JobFilter, limit: number, after?: string): Promise<{ jobs: Job[]; next?: string }>
  /** Takes a ticket's job, or without a ticket the oldest that is ready. */
  claim(ticket?: { job: string; epoch: number }): Promise<Job | undefined>
  beat(claim: Claim, progress: number): Promise<boolean>
  succeed(claim: Claim, result: Record<string, string | Buffer>): Promise<boolean>
  /** Ends a job that no further attempt can mend. */
  fail(claim: Claim, error: JobError): Promise<boolean>
  /** Gives a job back: after a fault, a lease that ran out (only then), or because the worker stops. */
  release(
    claim: { id: string; epoch?: number },
    why: 'fault' | 'lease' | 'stop',
    error: JobError,
  ): Promise<'queued' | 'failed' | undefined>
}

/** Ids sort by time. */
export const newJobId = (): string => uuidv7()

/** Jobs read at a time by a list, and at most in one call: filters look at each job. */
const listBatch = 200
const maxListed = 5000

export function openJobs(redis: Redis, settings: JobSettings): Jobs {
  const { ready, leases, all, expiry, changes } = jobKeys

  async function end(
    claim: Claim,
    status: JobStatus,
    error: string,
    result: Record<string, string | Buffer>,
  ): Promise<boolean> {
    const keys = [jobKeys.job(claim.id), jobKeys.result(claim.id), leases, expiry]
    const args = [claim.id, claim.epoch, status, settings.RESULT_TTL_MS, changes, error]
    return (await runScript(redis, 'completeJob', keys, [...args, ...Object.entries(result).flat()])) === 1
  }

  return {
    async submit(request, id = newJobId()) {
      const fields = Object.entries(serialize(request)).flat()
      const args = [id, settings.MAX_QUEUED_JOBS, changes, ...fields]
      const created = await runScript(redis, 'submitJob', [jobKeys.job(id), all, ready], args)
      if (created === null)
        throw new Problem('queue-full', `${settings.MAX_QUEUED_JOBS} jobs are waiting already; try again later.`)
      return { ...request, id, created: Number(created), status: 'queued', epoch: 1, attempt: 0, progress: 0 }
    },

    async get(id) {
      return readJob(await redis.hgetall(jobKeys.job(id)))
    },

    async list(filter, limit, after) {
      const listed: Job[] = []
      let last = after
      for (let seen = 0; seen < maxListed; seen += listBatch) {
        const ids = await redis.zrevrangebylex(all, last === undefined ? '+' : `(${last}`, '-', 'LIMIT', 0, listBatch)
        const jobs = await Promise.all(ids.map(async (id) => readJob(await redis.hgetall(jobKeys.job(id)))))
        for (const job of jobs) {
          if (!job || isExpired(job) || !fits(job, filter)) continue
          if (listed.length === limit) return { jobs: listed, next: listed.at(-1)!.id }
          listed.push(job)
        }
        if (ids.length < listBatch) return { jobs: listed }
        last = ids.at(-1)!
      }
      return { jobs: listed, next: last! }
    },

    async claim(ticket) {
      const args = [jobKeys.jobPrefix, ticket?.job ?? '', ticket?.epoch ?? '', settings.JOB_LEASE_MS, changes]
      const pairs = (await runScript(redis, 'claimJob', [ready, leases, jobKeys.claim(uuidv7())], args)) as
        | string[]
        | null
      if (pairs === null) return undefined
      const hash: Record<string, string> = {}
      for (let i = 0; i < pairs.length; i += 2) hash[pairs[i]!] = pairs[i + 1]!
      return readJob(hash)
    },

    async beat({ id, epoch }, progress) {
      const args = [id, epoch, settings.JOB_LEASE_MS, progress, changes]
      return (await runScript(redis, 'beatJob', [jobKeys.job(id), leases], args)) === 1
    },

    succeed: (claim, result) => end(claim, 'succeeded', '', result),

    fail: (claim, error) => end(claim, 'failed', JSON.stringify(error), {}),

    async release({ id, epoch }, why, error) {
      const { JOB_ATTEMPTS, JOB_BACKOFF_MS, RESULT_TTL_MS } = settings
      const args = [id, epoch ?? '', why, JOB_ATTEMPTS, JOB_BACKOFF_MS, JSON.stringify(error), RESULT_TTL_MS, changes]
      const outcome = await runScript(redis, 'releaseJob', [jobKeys.job(id), ready, leases, expiry], args)
      return (outcome ?? undefined) as 'queued' | 'failed' | undefined
    },
  }
}

/** Whether a job has ended and its result's time is over: it is only remembered. */
export function isExpired(job: Job): boolean {
  return job.expires !== undefined && job.expires <= Date.now()
}

export function isEnded(job: Job): boolean {
  return job.status !== 'queued' && job.status !== 'running'
}

function fits(job: Job, { status, kind, series }: JobFilter): boolean {
  return (
    (status === undefined || job.status === status) &&
    (kind === undefined || job.kind === kind) &&
    (series === undefined || job.series.includes(series))
  )
}

function serialize(request: JobRequest): Record<string, string> {
  const { kind, series, from, to, params, traceparent } = request
  return {
    ...{ kind, series: JSON.stringify(series), params: JSON.stringify(params), traceparent },
    ...(from === undefined ? {} : { from: String(from) }),
    ...(to === undefined ? {} : { to: String(to) }),
  }
}

function readJob(hash: Record<string, string>): Job | undefined {
  if (hash.id === undefined) return undefined
  const times: Partial<Record<'from' | 'to' | 'started' | 'finished' | 'expires', number>> = {}
  for (const name of ['from', 'to', 'started', 'finished', 'expires'] as const) {
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
    created: Number(hash.created),
    ...times,
    ...(hash.error === undefined ? {} : { error: JSON.parse(hash.error) }),
  }
}
