import { createHash } from 'node:crypto'
import t from 'tap'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { call } from './local.ts'
import { drawingProcess, serveHere, until } from './processes.ts'
import { endedOnce, freeze, jobOf, makeStage, poke, type Stage, startWorker, statusIs, submit } from './stage.ts'

const question = { kind: 'plot', series: 'wave' }
const ask = async (stage: Stage, headers: Record<string, string> = {}): Promise<string> =>
  (await call(stage.jobs.url, 'POST', '/jobs', { json: question, headers })).body.id
const cancel = (stage: Stage, id: string, headers: Record<string, string> = {}, query = '') =>
  call(stage.jobs.url, 'DELETE', `/jobs/${id}${query}`, { headers })
const retry = (stage: Stage, id: string, headers: Record<string, string> = {}) =>
  call(stage.jobs.url, 'POST', `/jobs/${id}/retry`, { headers })

/** Long leases, so that no beat tells the worker what a message or a look has to. */
const slowBeats = { JOB_LEASE_MS: '60000', JOB_BEAT_MS: '20000' }
const isGone = (pid: number) => () => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

t.test('a queued job that is cancelled never runs', async (t) => {
  const stage = await makeStage(t)
  const id = await ask(stage)
  const cancelled = await cancel(stage, id)
  t.equal(cancelled.status, 200)
  t.match(cancelled.body, { id, status: 'cancelled', askers: 0, attempt: 0, finished: /Z$/, expires: /Z$/ })
  t.same((await cancel(stage, id)).body, cancelled.body, 'a second time changes nothing')
  const worker = await startWorker(stage)
  t.equal((await poke(worker))?.body.ran, 0)
  t.match(await jobOf(stage, id), { status: 'cancelled', attempt: 0 })
  const result = await call(stage.results.url, 'GET', `/results/${id}`)
  t.equal(result.status, 409)
  t.match(result.body, { type: /job-unsuccessful/, detail: /was cancelled/ })
  t.not(await ask(stage), id, 'nobody joins it')
})

t.test('a running job that is cancelled stops: its process is killed, and nothing of it comes', async (t) => {
  const stage = await makeStage(t, slowBeats)
  const worker = await startWorker(stage)
  const frozen = await freeze(worker)
  const id = await submit(stage)
  const poked = poke(worker)
  await statusIs(stage, id, 'running')
  const waiting = call(stage.jobs.url, 'GET', `/jobs/${id}?wait=60`)
  t.equal((await cancel(stage, id)).body.status, 'cancelled')
  await until(isGone(frozen))
  t.equal((await waiting).body.status, 'cancelled', 'who waits for it hears at once')
  t.equal((await poked)?.body.ran, 1)
  t.match(await jobOf(stage, id), { status: 'cancelled', attempt: 1 })
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  t.equal(await redis.exists(jobKeys.result(id), jobKeys.asks(id)), 0)
  t.equal(await redis.zscore(jobKeys.leases, id), null)
  const next = await submit(stage)
  void poke(worker)
  await endedOnce(t, stage, next, 1)
})

t.test('a worker that hears no messages looks at the job', async (t) => {
  const stage = await makeStage(t, slowBeats)
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  await redis.call('ACL', 'SETUSER', 'default', '-subscribe')
  const worker = await startWorker(stage)
  const frozen = await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  await statusIs(stage, id, 'running')
  await cancel(stage, id)
  await until(isGone(frozen))
  await until(() => worker.log.find(({ msg }) => /was cancelled/.test(msg)))
  t.match(await jobOf(stage, id), { status: 'cancelled' })
})

t.test('a worker that completes a cancelled job is refused', async (t) => {
  const stage = await makeStage(t, { ...slowBeats, JOB_LEASE_MS: '40000' })
  const worker = await startWorker(stage)
  const frozen = await freeze(worker)
  const id = await submit(stage)
  void poke(worker)
  await statusIs(stage, id, 'running')
  worker.signal('SIGSTOP')
  process.kill(frozen, 'SIGCONT') // it draws while its parent stands still
  t.equal((await cancel(stage, id)).body.status, 'cancelled')
  worker.signal('SIGCONT')
  await until(() => worker.log.find(({ msg, outcome }) => outcome === 'refused' || /was cancelled/.test(msg)))
  t.match(await jobOf(stage, id), { status: 'cancelled' })
  t.equal((await call(stage.results.url, 'GET', `/results/${id}`)).status, 409)
})

t.test('a job that several ask for is cancelled when all of them have taken that back', async (t) => {
  const stage = await makeStage(t)
  const id = await ask(stage)
  const key = { 'idempotency-key': 'second' }
  t.equal(await ask(stage, key), id)
  t.equal(await ask(stage), id)
  t.equal(await ask(stage, key), id, 'sent again, it is no fourth one')
  t.match((await cancel(stage, id)).body, { status: 'queued', askers: 2 })
  t.match((await cancel(stage, id)).body, { status: 'queued', askers: 1 })
  t.equal(await ask(stage), id, 'as long as one is left, others join')
  t.match((await cancel(stage, id)).body, { status: 'queued', askers: 1 })
  t.match((await cancel(stage, id)).body, { status: 'cancelled', askers: 0 })
  const other = await ask(stage)
  t.equal(await ask(stage), other)
  t.match((await cancel(stage, other, {}, '?all=true')).body, { status: 'cancelled', askers: 0 })
})

t.test('a hundred who ask and a hundred who take that back, at once', async (t) => {
  const stage = await makeStage(t)
  const id = await ask(stage)
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, i) => (i % 2 ? ask(stage) : cancel(stage, id).then(({ status }) => status))),
  )
  t.ok(outcomes.every((outcome, i) => (i % 2 ? typeof outcome === 'string' : outcome === 200)))
  const jobs: { id: string; status: string; askers: number }[] = (await call(stage.jobs.url, 'GET', '/jobs')).body.jobs
  for (const { status, askers } of jobs) t.equal(status, askers > 0 ? 'queued' : 'cancelled')
  const first = jobs.find((job) => job.id === id)!
  // Once it is cancelled nobody joins it; until then each counts.
  if (jobs.length === 1) t.equal(first.askers, 1)
  else t.equal(first.status, 'cancelled')
  t.ok(outcomes.every((outcome, i) => i % 2 === 0 || jobs.some((job) => job.id === outcome)))
})

t.test('each key takes back its own requests alone', async (t) => {
  const stage = await makeStage(t)
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const names = ['ann', 'bob', 'eve']
  const keys = names.map((name) => `${name}:read+write:${sha256(name)}`).join(' ')
  const jobs = await serveHere('jobs', { ...stage.settings, API_KEYS: keys })
  t.teardown(() => jobs.stop())
  const locked = { ...stage, jobs }
  const [ann, bob, eve] = names.map((name) => ({ authorization: `Bearer ${name}` }))
  const id = await ask(locked, ann)
  t.equal(await ask(locked, bob), id)
  const stranger = await cancel(locked, id, eve)
  t.equal(stranger.status, 409)
  t.match(stranger.body, { type: /:not-asked$/, detail: /all=true/ })
  for (const time of ['first', 'second']) {
    const taken = await cancel(locked, id, ann)
    t.equal(taken.status, 200, time)
    t.match(taken.body, { status: 'queued', askers: 1 }, 'Bob still asks')
  }
  t.match((await cancel(locked, id, bob)).body, { status: 'cancelled', askers: 0 })
  t.equal((await cancel(locked, id, eve)).status, 200, 'it is cancelled, whoever says so again')
  const next = await ask(locked, ann)
  t.match((await cancel(locked, next, eve, '?all=true')).body, { status: 'cancelled' })
})

t.test('what has ended is not cancelled', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const good = await ask(stage)
  const bad = await submit(stage, '2040-01-01')
  await poke(worker)
  for (const [id, how] of [
    [good, 'succeeded'],
    [bad, 'failed'],
  ] as const) {
    await statusIs(stage, id, how)
    const late = await cancel(stage, id)
    t.equal(late.status, 409)
    t.match(late.body, { type: /:job-ended$/, detail: new RegExp(`has ${how} already`) })
    t.equal((await jobOf(stage, id)).status, how)
  }
  t.equal((await cancel(stage, 'none')).status, 404)
})

t.test('a failed or cancelled job is run once more, as a new one', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const first = await submit(stage)
  for (const step of ['queued', 'succeeded']) {
    const early = await retry(stage, first)
    t.equal(early.status, 409, step)
    t.match(early.body.type, /:not-retryable$/)
    await poke(worker)
  }
  const json = { ...question, from: '-1w', params: { title: 'Again', mark: 'bar' } }
  const { body: cancelled } = await call(stage.jobs.url, 'POST', '/jobs', { json })
  await cancel(stage, cancelled.id)
  const again = await retry(stage, cancelled.id)
  t.equal(again.status, 202)
  t.equal(again.headers.get('location'), `${stage.jobs.url}/jobs/${again.body.id}`)
  const { params, from, series, kind } = cancelled
  t.match(again.body, { params, from, series, kind, retryOf: cancelled.id, status: 'queued', attempt: 0 })
  t.not(again.body.id, cancelled.id)
  t.same(await jobOf(stage, cancelled.id), { ...(await jobOf(stage, cancelled.id)), status: 'cancelled' })
  await poke(worker)
  const failed = await statusIs(stage, again.body.id, 'failed')
  t.equal(failed.error.code, 'no-points')

  const key = { 'idempotency-key': 'try-again' }
  const third = await retry(stage, failed.id, key)
  t.equal(third.body.retryOf, failed.id)
  const replayed = await retry(stage, failed.id, key)
  t.equal(replayed.headers.get('idempotency-replayed'), 'true')
  t.equal(replayed.body.id, third.body.id)
  t.equal((await retry(stage, cancelled.id, key)).status, 422)
  await poke(worker)
  await statusIs(stage, third.body.id, 'failed')

  await call(stage.points.url, 'DELETE', '/series/wave')
  const gone = await retry(stage, failed.id)
  t.equal(gone.status, 404)
  t.match(gone.body.type, /unknown-series/)
  t.equal((await retry(stage, 'none')).status, 404)
})

t.test('progress is told while a job runs', async (t) => {
  const stage = await makeStage(t, slowBeats)
  const worker = await startWorker(stage)
  const pid = await drawingProcess(worker)
  process.kill(pid, 'SIGSTOP')
  const id = await submit(stage)
  void poke(worker)
  // The series is read, which is a quarter; the rest is its process's.
  t.equal((await until(async () => (await jobOf(stage, id)).progress > 0 && jobOf(stage, id))).progress, 0.25)
  process.kill(pid, 'SIGCONT')
  t.equal((await statusIs(stage, id, 'succeeded')).progress, 1)
})
