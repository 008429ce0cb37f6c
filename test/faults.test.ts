import { type AddressInfo, createServer, connect as dial } from 'node:net'
import t from 'tap'
import { plotDefaults } from '../shared/analysis/plot-params.ts'
import { readConfig } from '../shared/config.ts'
import { openJobs } from '../shared/jobs/jobs.ts'
import { smqKeys } from '../shared/jobs/smq-keys.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect as connectRedis } from '../shared/redis.ts'
import { call } from './local.ts'
import { type FunctionProcess, startFunction, until } from './processes.ts'
import { endedOnce, freeze, jobOf, makeStage, poke, startWorker, statusIs, submit } from './stage.ts'

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
  await until(async () => (await redis.llen(smqKeys.pending)) > 0)
  await redis.del(smqKeys.pending)
  const worker = await startWorker(stage)
  await poke(worker)
  await endedOnce(t, stage, id, 1)
})

t.test('jobs dies between storing a job and telling anybody: the next sweep finds it', async (t) => {
  const stage = await makeStage(t, { WORKER_URL: '' })
  const worker = await startWorker(stage)
  const redis = connectRedis(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const settings = readConfig(stage.settings)
  const request = { kind: 'plot', series: ['wave'], params: { ...plotDefaults }, traceparent: '' }
  const jobs = await startFunction('jobs', { ...stage.settings, WORKER_URL: worker.url })
  stage.started.push(jobs)
  await until(async () => (await redis.zcard(jobKeys.pokes)) === 0) // the one that wakes a worker at the start
  const { job } = await openJobs(redis, settings).submit(request, { revisions: [] }) // and that is all that happens
  await endedOnce(t, { ...stage, jobs }, job.id, 1)
})

t.test('a series that is deleted before its job runs fails it at once', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const id = await submit(stage)
  t.equal((await call(stage.points.url, 'DELETE', '/series/wave')).status, 204)
  void poke(worker)
  const failed = await statusIs(stage, id, 'failed')
  t.equal(failed.attempt, 1)
  t.equal(failed.error.code, 'series-deleted')
})

t.test('an answer of Redis that is lost: what is then sent again is done once', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  await submit(stage) // Redis knows the script from here on: else the answer that is lost would be that it does not
  // Hands bytes to Redis, but cuts the connection instead of giving the answer to a submitted job.
  let cut = false
  const between = createServer((socket) => {
    const redis = dial(stage.redis.port, '127.0.0.1')
    let submitting = false
    socket.on('data', (data) => {
      submitting ||= !cut && data.includes('traceparent')
      redis.write(data)
    })
    redis.on('data', (data) => {
      if (submitting && !cut) {
        cut = true
        socket.destroy()
      } else socket.write(data)
    })
    for (const end of [socket, redis])
      end.on('error', () => {}).on('close', () => void [socket, redis].map((other) => other.destroy()))
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  t.teardown(() => between.close())
  const queue = `redis://127.0.0.1:${(between.address() as AddressInfo).port}`
  const jobs = await startFunction('jobs', { ...stage.settings, QUEUE_REDIS_URL: queue, WORKER_URL: worker.url })
  stage.started.push(jobs)
  const answer = await call(jobs.url, 'POST', '/jobs', { json: { kind: 'plot', series: 'wave' } })
  t.equal(cut, true)
  t.equal(answer.status, 202)
  await poke(worker)
  await endedOnce(t, stage, answer.body.id, 1)
  const { body } = await call(stage.jobs.url, 'GET', '/jobs')
  t.equal(body.jobs.length, 2, 'it was stored once')
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
  await endedOnce(t, stage, ids[0]!, 1)
  for (const id of ids.slice(1)) await endedOnce(t, stage, id)
})
