import type { Test } from 'tap'
import { type OwnRedis, startRedis } from '../scripts/own-redis.ts'
import { sayFinding } from '../shared/fsck/report.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { faultsIn } from './fsck/look.ts'
import { call } from './local.ts'
import { drawingProcess, type FunctionProcess, serveHere, startFunction, until } from './processes.ts'

/**
 * A Redis, the functions that callers reach, and whatever processes a test starts beside: a worker is always one of its
 * own, since that is what gets killed.
 */
export interface Stage {
  redis: OwnRedis
  settings: Record<string, string>
  points: { url: string }
  jobs: { url: string }
  results: { url: string }
  started: FunctionProcess[]
}

export async function makeStage(t: Test, settings: Record<string, string> = {}): Promise<Stage> {
  const redis = await startRedis()
  const common = { REDIS_URL: redis.url, ...settings }
  const points = await serveHere('points', common)
  const jobs = await serveHere('jobs', common)
  const results = await serveHere('results', common)
  const stage: Stage = { redis, settings: common, points, jobs, results, started: [] }
  t.teardown(async () => {
    await Promise.all(stage.started.map((process) => process.kill()))
    await Promise.all([points, jobs, results].map((served) => served.stop()))
    await redis.stop()
  })
  const body = Array.from({ length: 200 }, (_, i) => `${1577836800 + i * 3600},${Math.sin(i / 9)}`).join('\n')
  const written = await call(stage.points.url, 'POST', '/series/wave/points', {
    body,
    headers: { 'content-type': 'text/csv' },
  })
  t.equal(written.body.inserted, 200)
  return stage
}

export async function startWorker(stage: Stage, settings: Record<string, string> = {}): Promise<FunctionProcess> {
  const worker = await startFunction('worker', { ...stage.settings, ...settings })
  stage.started.push(worker)
  return worker
}

/** Stops the process that draws, so that the next job is caught in the middle of its run. */
export async function freeze(worker: FunctionProcess): Promise<number> {
  const pid = await drawingProcess(worker)
  process.kill(pid, 'SIGSTOP')
  return pid
}

export const poke = (worker: FunctionProcess) => call(worker.url, 'POST', '/').catch(() => undefined)

/** Submits a job of its own, even if an equal one is there. */
export async function submit(stage: Stage, from = '2020-01-01'): Promise<string> {
  const json = { kind: 'plot', series: 'wave', from }
  const headers = { 'cache-control': 'no-cache' }
  const { status, body } = await call(stage.jobs.url, 'POST', '/jobs', { json, headers })
  if (status !== 202) throw new Error(`not accepted: ${JSON.stringify(body)}`)
  return body.id
}

export const jobOf = async (stage: Stage, id: string) => (await call(stage.jobs.url, 'GET', `/jobs/${id}`)).body

export const statusIs = (stage: Stage, id: string, status: string) =>
  until(async () => {
    const job = await jobOf(stage, id).catch(() => undefined)
    return job?.status === status && job
  })

/** The job has ended well, once: one result, of the attempt that the job tells of, and nothing left that waits. */
export async function endedOnce(t: Test, stage: Stage, id: string, attempt?: number): Promise<void> {
  const job = await statusIs(stage, id, 'succeeded')
  const result = await call(stage.results.url, 'GET', `/results/${id}`)
  t.equal(result.status, 200)
  t.equal(result.body.provenance.attempt, job.attempt, 'the result is of the last attempt')
  if (attempt !== undefined) t.equal(job.attempt, attempt)
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.equal(await redis.zscore(jobKeys.ready, id), null)
  t.equal(await redis.zscore(jobKeys.leases, id), null)
  redis.disconnect()
  t.same((await faultsIn(stage.redis.url)).map(sayFinding), [], 'nothing is wrong in Redis')
}
