import { v7 as uuidv7 } from 'uuid'
import { jobKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScript } from '../redis.ts'
import { fingerprint } from './fingerprint.ts'
import {
  isExpired,
  type Job,
  type JobError,
  type JobRequest,
  type JobStatus,
  readJob,
  readJobPairs,
  serializeJob,
} from './job.ts'

export * from './job.ts'

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
  /** Only jobs whose result is there. */
  hasResult?: boolean
}

/** One request for a job. */
export interface Ask {
  /** That of each series as it was found: it is part of the question. */
  revisions: string[]
  /** Of the request, and of the job if it makes one: a second call with the same id makes no second job. */
  id?: string
  /** Name of the API key that asks; empty without one. */
  asker?: string
  /** Runs a job of its own whatever there is. */
  fresh?: boolean
}

/** `new`: it was made; `joined`: another request had made it, and it is under way; `known`: it has a result. */
export interface Submitted {
  how: 'new' | 'joined' | 'known'
  job: Job
}

/**
 * `cancelled`: it is, by this call or an earlier one; `withdrawn`: others still ask for it; `ended`: it was too late;
 * `stranger`: the asker never asked for it.
 */
export interface Cancelled {
  outcome: 'cancelled' | 'withdrawn' | 'ended' | 'stranger'
  job: Job
}

/**
 * The truth about jobs, in Redis. Each method that changes a job is one atomic script of redis/scripts/; a worker's
 * methods say false when the job is no longer its own, and then nothing was changed.
 */
export interface Jobs {
  /**
   * One question, one answer: finds the result of an equal question about the same revisions, or joins the job under
   * way, or makes one. Throws Problem 'queue-full'.
   */
  submit(request: JobRequest, ask: Ask): Promise<Submitted>
  get(id: string): Promise<Job | undefined>
  /**
   * Newest first, those behind the id `after`. With `next` more may follow behind that id: a page is short where few of
   * many jobs fit.
   */
  list(filter: JobFilter, limit: number, after?: string): Promise<{ jobs: Job[]; next?: string }>
  /** Takes a ticket's job, or without a ticket the oldest that is ready. */
  claim(ticket?: { job: string; epoch: number }): Promise<Job | undefined>
  beat(claim: Claim, progress: number): Promise<boolean>
  /** `revisions` are those that were read: the result is the answer to a question about these. */
  succeed(job: Job, result: Record<string, string | Buffer>, revisions: string[]): Promise<boolean>
  /** Ends a job that no further attempt can mend. */
  fail(claim: Claim, error: JobError): Promise<boolean>
  /** Gives a job back: after a fault, a lease that ran out (only then), or because the worker stops. */
  release(
    claim: { id: string; epoch?: number },
    why: 'fault' | 'lease' | 'stop',
    error: JobError,
  ): Promise<'queued' | 'failed' | undefined>
  /** Whether the job is still this worker's: neither cancelled nor given to another. */
  holds(claim: Claim): Promise<boolean>
  /**
   * Takes back one request of the asker's for a job, or with `all` everybody's; a job for which nobody asks any more is
   * cancelled, one that ended before stays. Undefined when there is no such job.
   */
  cancel(id: string, asker: string, all: boolean): Promise<Cancelled | undefined>
  /** Fails a job that waits or runs, whoever has it. False when it had ended before. */
  abandon(id: string, error: JobError): Promise<boolean>
  /** Removes a job's result: it answers no more. False when there is none. */
  removeResult(id: string): Promise<boolean>
}

/** Ids sort by time. */
export const newJobId = (): string => uuidv7()

/** The part of its time that a result must still have to answer another question: who asks will want to read it. */
const leastLeft = 0.01

/** Jobs read at a time by a list, and at most in one call: filters look at each job. */
const listBatch = 200
const maxListed = 5000

export function openJobs(redis: Redis, settings: JobSettings): Jobs {
  const { ready, leases, all: ids, expiry, changes } = jobKeys

  async function end(
    { id, epoch }: Claim,
    status: JobStatus,
    {
      answers = '',
      error = '',
      result = {},
    }: { answers?: string; error?: string; result?: Record<string, string | Buffer> },
  ): Promise<boolean> {
    const keys = [jobKeys.job(id), jobKeys.result(id), jobKeys.asks(id), leases, expiry]
    const args = [id, epoch, status, settings.RESULT_TTL_MS, changes, jobKeys.answerPrefix, answers, error]
    return (await runScript(redis, 'completeJob', keys, [...args, ...Object.entries(result).flat()])) === 1
  }

  async function takeBack(
    id: string,
    { asker, all, error = '' }: { asker: string; all: boolean; error?: string },
  ): Promise<Cancelled | undefined> {
    const keys = [jobKeys.job(id), ready, leases, expiry, jobKeys.asks(id)]
    const args = [id, uuidv7(), asker, all ? 1 : 0, settings.RESULT_TTL_MS, changes, jobKeys.answerPrefix, error]
    const reply = await runScript(redis, 'cancelJob', keys, args)
    if (reply === null) return undefined
    const [outcome, pairs] = reply as [Cancelled['outcome'], string[]]
    return { outcome, job: readJobPairs(pairs)! }
  }

  return {
    async submit(request, { revisions, id = newJobId(), asker = '', fresh = false }) {
      const { MAX_QUEUED_JOBS, RESULT_TTL_MS } = settings
      const question = fingerprint(request, revisions)
      const { jobPrefix, resultPrefix, asksPrefix } = jobKeys
      const fields = { ...serializeJob(request), fingerprint: question }
      const leastLeftMs = Math.floor(RESULT_TTL_MS * leastLeft)
      const prefixes = [jobPrefix, resultPrefix, asksPrefix]
      const args = [id, ...prefixes, asker, fresh ? 1 : 0, MAX_QUEUED_JOBS, leastLeftMs, changes]
      const keys = [jobKeys.job(id), ids, ready, jobKeys.answer(question)]
      const reply = await runScript(redis, 'submitJob', keys, [...args, ...Object.entries(fields).flat()])
      if (reply === null)
        throw new Problem('queue-full', `${MAX_QUEUED_JOBS} jobs are waiting already; try again later.`)
      const [how, pairs] = reply as [Submitted['how'], string[]]
      return { how, job: readJobPairs(pairs)! }
    },

    async get(id) {
      return readJob(await redis.hgetall(jobKeys.job(id)))
    },

    async list(filter, limit, after) {
      const listed: Job[] = []
      let last = after
      for (let seen = 0; seen < maxListed; seen += listBatch) {
        const found = await redis.zrevrangebylex(ids, last === undefined ? '+' : `(${last}`, '-', 'LIMIT', 0, listBatch)
        const jobs = await Promise.all(found.map(async (id) => readJob(await redis.hgetall(jobKeys.job(id)))))
        for (const job of jobs) {
          if (!job || isExpired(job) || !fits(job, filter)) continue
          if (listed.length === limit) return { jobs: listed, next: listed.at(-1)!.id }
          listed.push(job)
        }
        if (found.length < listBatch) return { jobs: listed }
        last = found.at(-1)!
      }
      return { jobs: listed, next: last! }
    },

    async claim(ticket) {
      const args = [jobKeys.jobPrefix, ticket?.job ?? '', ticket?.epoch ?? '', settings.JOB_LEASE_MS, changes]
      const pairs = (await runScript(redis, 'claimJob', [ready, leases, jobKeys.claim(uuidv7())], args)) as
        | string[]
        | null
      return pairs === null ? undefined : readJobPairs(pairs)
    },

    async beat({ id, epoch }, progress) {
      const args = [id, epoch, settings.JOB_LEASE_MS, progress, changes]
      return (await runScript(redis, 'beatJob', [jobKeys.job(id), leases], args)) === 1
    },

    succeed: (job, result, revisions) => end(job, 'succeeded', { answers: fingerprint(job, revisions), result }),

    fail: (claim, error) => end(claim, 'failed', { error: JSON.stringify(error) }),

    async release({ id, epoch }, why, error) {
      const { JOB_ATTEMPTS, JOB_BACKOFF_MS, RESULT_TTL_MS } = settings
      const limits = [JOB_ATTEMPTS, JOB_BACKOFF_MS, JSON.stringify(error), RESULT_TTL_MS]
      const args = [id, epoch ?? '', why, ...limits, changes, jobKeys.answerPrefix]
      const keys = [jobKeys.job(id), ready, leases, expiry, jobKeys.asks(id)]
      const outcome = await runScript(redis, 'releaseJob', keys, args)
      return (outcome ?? undefined) as 'queued' | 'failed' | undefined
    },

    async holds({ id, epoch }) {
      const state = await redis.hmget(jobKeys.job(id), 'status', 'epoch')
      return state[0] === 'running' && state[1] === String(epoch)
    },

    cancel: (id, asker, all) => takeBack(id, { asker, all }),

    async abandon(id, error) {
      const found = await takeBack(id, { asker: '', all: true, error: JSON.stringify(error) })
      return found?.outcome === 'cancelled'
    },

    async removeResult(id) {
      const keys = [jobKeys.job(id), jobKeys.result(id)]
      return (await runScript(redis, 'removeResult', keys, [id, uuidv7(), jobKeys.answerPrefix, changes])) === 1
    },
  }
}

function fits(job: Job, { status, kind, series, hasResult }: JobFilter): boolean {
  return (
    (status === undefined || job.status === status) &&
    (kind === undefined || job.kind === kind) &&
    (series === undefined || job.series.includes(series)) &&
    (!hasResult || (job.status === 'succeeded' && job.removed === undefined))
  )
}
