import type { AddressInfo } from 'node:net'
import { createServer, connect as dial } from 'node:net'
import t, { type Test } from 'tap'
import { type OwnRedis, startRedis } from '../scripts/own-redis.ts'
import { PENDING_KEY } from '../shared/jobs/smq.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect as connectRedis } from '../shared/redis.ts'
import { call } from './local.ts'
import { drawingProcess, type FunctionProcess, startFunction, until } from './processes.ts'

/** The functions as processes of their own; whatever one test breaks, it ends. */
interface Stage {
  redis: OwnRedis
  settings: Record<string, string>
  points: FunctionProcess
  jobs: FunctionProcess
  results: FunctionProcess
  started: FunctionProcess[]
}

async function makeStage(t: Test, settings: Record<string, string> = {}): Promise<Stage> {
  const redis = await startRedis()
  const common = { REDIS_URL: redis.url, ...settings }
  const [points, jobs, results] = await Promise.all(
    ['points', 'jobs', 'results'].map((name) => startFunction(name, common)),
  )
  const stage = {
    redis,
    settings: common,
    points: points!,
    jobs: jobs!,
    results: results!,
    started: [points!, jobs!, results!],
  }
  t.teardown(async () => {
    await Promise.all(stage.started.map((process) => process.kill()))
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

async function startWorker(stage: Stage, settings: Record<string, string> = {}): Promise<FunctionProcess> {
  const worker = await startFunction('worker', { ...stage.settings, ...settings })
  stage.started.push(worker)
  return worker
}

/** Stops the process that draws, so that the next job is caught in the middle of its run. */
async function freeze(worker: FunctionProcess): Promise<number> {
  const pid = await drawingProcess(worker)
  process.kill(pid, 'SIGSTOP')
  return pid
}

const poke = (worker: FunctionProcess) => call(worker.url, 'POST', '/').catch(() => undefined)

async function submit(stage: Stage, from = '2020-01-01'): Promise<string> {
  const { status, body } = await call(stage.jobs.url, 'POST', '/jobs', { json: { kind: 'plot', series: 'wave', from } })
  if (status !== 202) throw new Error(`not accepted: ${JSON.stringify(body)}`)
  return body.id
}

const jobOf = async (stage: Stage, id: string) => (await call(stage.jobs.url, 'GET', `/jobs/${id}`)).body

const statusIs = (stage: Stage, id: string, status: string) =>
  until(async () => {
    const job = await jobOf(stage, id).catch(() => undefined)
    return job?.status === status && job
  })

/** The job has ended well, once: one result, of the attempt that the job tells of, and nothing left that waits. */
async function endedOnce(t: Test, stage: Stage, id: string, attempt?: number): Promise<void> {
  const job = await statusIs(stage, id, 'succeeded')
  const result = await call(stage.results.url, 'GET', `/results/${id}`)
  t.equal(result.status, 200)
  t.equal(result.body.provenance.attempt, job.attempt, 'the result is of the last attempt')
  if (attempt !== undefined) t.equal(job.attempt, attempt)
  const redis = connectRedis(stage.redis.url, makeLog('silent'))
  t.equal(await redis.zscore(jobKeys.ready, id), null)
  t.equal(await redis.zscore(jobKeys.leases, id), null)
  redis.disconnect()
}

t.test('a worker that is killed in the middle of a job: another one runs it', async (t) => {
  const stage = await makeStage(t)
  const first = await startWorker(stage)
  const frozen = await freeze(first)
  const id = await submit(stage)
  void poke(first)
  await statusIs(stage, id, 'running')
  t.equal(await first.kill('SIGKILL'), 'SIGKILL')
  process.kill(frozen, 'SIGKILL')
  const second = await startWorker(stage)
  await until(async () => (await jobOf(stage, id)).status === 'queued')
  await poke(second)
  await endedOnce(t, stage, id, 2)
})

t.test('a worker that stands still for longer than its lease: what it says later is refused', async (t) => {
  const stage = await makeStage(t)
  const first = await startWorker(stage)
  const frozen = await freeze(first)
  const id = await submit(stage)
  void poke(first)
  await statusIs(stage, id, 'running')
  first.signal('SIGSTOP')
  process.kill(frozen, 'SIGCONT') // it draws, but its parent does not hear
  const second = await startWorker(stage)
  await until(async () => (await jobOf(stage, id)).status === 'queued')
  await poke(second)
  await endedOnce(t, stage, id, 2)
  const before = await call(stage.results.url, 'GET', `/results/${id}`)
  first.signal('SIGCONT')
  await until(() => first.log.find(({ msg, outcome }) => outcome === 'refused' || /lease was lost/.test(msg)))
  const after = await call(stage.results.url, 'GET', `/results/${id}`)
  t.same(after.body, before.body, 'the result is still that of the second worker')
})

t.test('pokes that are lost: a sweep pokes again', async (t) => {
  const redisSettings = { POKE_MS: '300' }
  let dropped = 0
  let target: FunctionProcess | undefined
  const front = createServer((socket) => {
    socket.on('error', () => {})
    if (dropped < 3) {
      dropped++
      socket.destroy()
      return
    }
    const onward = dial(Number(new URL(target!.url).port), '127.0.0.1')
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  t.teardown(() => front.close())
  const address = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
  const stage = await makeStage(t, { ...redisSettings, WORKER_URL: address })
  target = await startWorker(stage)
  const id = await submit(stage)
  await endedOnce(t, stage, id, 1)
  t.equal(dropped, 3, 'three pokes were dropped')
})

t.test('tickets that are lost: the ready job is claimed without one', async (t) => {
  const stage = await makeStage(t)
  const id = await submit(stage)
  const redis = connectRedis(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  await until(async () => (await redis.llen(PENDING_KEY)) > 0)
  await redis.del(PENDING_KEY)
  const worker = await startWorker(stage)
  await poke(worker)
  await endedOnce(t, stage, id, 1)
})

t.test('jobs dies between storing a job and telling anybody: the next sweep finds it', async (t) => {
  const stage = await makeStage(t, { WORKER_URL: '' })
  const worker = await startWorker(stage)
  const id = await submit(stage)
  await stage.jobs.kill('SIGKILL')
  stage.jobs = await startFunction('jobs', { ...stage.settings, WORKER_URL: worker.url })
  stage.started.push(stage.jobs)
  await endedOnce(t, stage, id, 1)
})

t.test('Redis is killed in the middle of a job and comes back: the job ends, once', async (t) => {
  const stage = await makeStage(t, { JOB_LEASE_MS: '5000' })
  const worker = await startWorker(stage)
  const frozen = await freeze(worker)
  const ids = [await submit(stage), await submit(stage), await submit(stage)]
  void poke(worker)
  await statusIs(stage, ids[0]!, 'running')
  await stage.redis.kill('SIGKILL')
  process.kill(frozen, 'SIGCONT')
  const refused = await call(stage.jobs.url, 'GET', `/jobs/${ids[0]}`)
  t.equal(refused.status, 503)
  t.ok(refused.headers.get('retry-after'))
  await stage.redis.restart()
  await until(async () => {
    await poke(worker)
    const jobs = await Promise.all(ids.map((id) => jobOf(stage, id).catch(() => undefined)))
    return jobs.every((job) => job?.status === 'succeeded')
  })
  for (const id of ids) await endedOnce(t, stage, id)
})

t.test('SIGTERM lets the job under way end', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { DRAIN_MS: '20000' })
  const frozen = await freeze(worker)
  const id = await submit(stage)
  const waiting = await submit(stage)
  const poked = poke(worker)
  await until(async () => (await jobOf(stage, id)).status === 'running')
  worker.signal('SIGTERM')
  await until(() => worker.log.find(({ msg }) => msg === 'stopping'))
  process.kill(frozen, 'SIGCONT')
  t.equal(await worker.ended, 0, 'it ends by itself')
  t.equal((await poked)?.status, 200, 'the poke under way is answered')
  await endedOnce(t, stage, id, 1)
  t.equal((await jobOf(stage, waiting)).attempt, 0, 'no further job was taken')
})

t.test('SIGTERM gives a job back that does not end in time', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { DRAIN_MS: '200' })
  await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  await statusIs(stage, id, 'running')
  t.equal(await worker.kill('SIGTERM'), 0)
  t.equal((await jobOf(stage, id)).status, 'queued', 'at once, not when the lease runs out')
  await poke(await startWorker(stage))
  await endedOnce(t, stage, id, 2)
})

t.test('a job that kills its process has three attempts, then it has failed with its error', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  let pid = await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(async () => {
      const job = await jobOf(stage, id)
      return job.status === 'running' && job.attempt === attempt
    })
    if (attempt > 1) pid = await drawingProcess(worker)
    process.kill(pid, 'SIGKILL')
  }
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.attempt, 3)
  t.equal(failed.error.code, 'crashed')
  t.match(failed.error.detail, /SIGKILL/)
  t.equal((await call(stage.results.url, 'GET', `/results/${id}`)).status, 409)
})

t.test('an attempt that takes too long is killed', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { JOB_TIMEOUT_MS: '3000', JOB_ATTEMPTS: '1' })
  await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.error.code, 'timeout')
})

t.test('an attempt that takes more memory than it may is killed', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage, { JOB_MEMORY_BYTES: '67108864', JOB_ATTEMPTS: '1' })
  await freeze(worker) // with Vega loaded it is larger than that already
  const id = await submit(stage)
  void poke(worker)
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.error.code, 'out-of-memory')
})

t.test('a worker shows the internal token or is not heard', async (t) => {
  const stage = await makeStage(t, { INTERNAL_TOKEN: 'between-us' })
  const worker = await startWorker(stage)
  t.equal((await call(worker.url, 'POST', '/')).status, 401)
  t.equal((await call(worker.url, 'POST', '/', { headers: { authorization: 'Bearer guess' } })).status, 401)
  stage.jobs = await startFunction('jobs', { ...stage.settings, WORKER_URL: worker.url })
  stage.started.push(stage.jobs)
  await endedOnce(t, stage, await submit(stage), 1)
})
