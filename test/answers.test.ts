import t, { type Test } from 'tap'
import { plotDefaults } from '../shared/analysis/plot-params.ts'
import { fingerprint } from '../shared/jobs/fingerprint.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { call } from './local.ts'
import { serveHere, until } from './processes.ts'
import { freeze, jobOf, makeStage, poke, type Stage, startWorker, statusIs } from './stage.ts'

const question = { kind: 'plot', series: 'wave' }
const ask = (stage: Stage, json: object = question, headers: Record<string, string> = {}) =>
  call(stage.jobs.url, 'POST', '/jobs', { json, headers })
const change = (stage: Stage, value: number, series = 'wave') =>
  call(stage.points.url, 'PUT', `/series/${series}/points/2021-01-01`, { json: { value } })
const revisionOf = async (stage: Stage, series = 'wave'): Promise<string> =>
  (await call(stage.points.url, 'GET', `/series/${series}`)).body.revision
const readBy = async (stage: Stage, id: string): Promise<string[]> =>
  (await call(stage.results.url, 'GET', `/results/${id}`)).body.provenance.series.map(
    ({ revision }: { revision: string }) => revision,
  )

/** Another process of `jobs` beside the stage's own. */
async function makeOther(t: Test, stage: Stage): Promise<Stage> {
  const jobs = await serveHere('jobs', stage.settings)
  t.teardown(() => jobs.stop())
  return { ...stage, jobs }
}

/** The job's worker has read its series: it says so with its next beat. */
const untilRead = (stage: Stage, id: string) => until(async () => (await jobOf(stage, id)).progress > 0)

/** The job that is filed as the answer to a question about the wave at this revision. */
async function filedFor(t: Test, stage: Stage, revision: string): Promise<string | null> {
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const asked = { kind: 'plot', series: ['wave'], params: { ...plotDefaults } }
  return redis.get(jobKeys.answer(fingerprint(asked, [revision])))
}

t.test('a hundred equal questions at once are one job, and one run', async (t) => {
  const stage = await makeStage(t)
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(stage)))
  t.same(new Set(answers.map(({ status }) => status)), new Set([202]))
  const [id, ...others] = new Set(answers.map(({ body }) => body.id as string))
  t.same(others, [])
  t.same(
    answers.map(({ body }) => body.askers).sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, i) => i + 1),
  )
  const worker = await startWorker(stage)
  t.equal((await poke(worker))?.body.ran, 1)
  t.match(await jobOf(stage, id!), { status: 'succeeded', attempt: 1, askers: 100 })
  const known = await ask(stage)
  t.equal(known.status, 200, 'the result answers at once')
  t.match(known.body, { id, status: 'succeeded' })
  const picture = await ask(stage, question, { accept: 'image/png' })
  t.same(picture.bytes, (await call(stage.results.url, 'GET', `/results/${id}.png`)).bytes)
  t.equal((await call(stage.jobs.url, 'GET', '/jobs')).body.jobs.length, 1)
})

t.test('a hundred equal questions at once through two processes, while the worker runs', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const other = await makeOther(t, stage)
  const poked = poke(worker)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => ask(i % 2 ? stage : other, question, { prefer: 'wait=30' })),
  )
  await poked
  await poke(worker)
  t.same(new Set(answers.map(({ status, body }) => `${status} ${body.status}`)), new Set(['200 succeeded']))
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  t.equal((await call(stage.jobs.url, 'GET', '/jobs')).body.jobs.length, 1)
})

t.test('what means the same is the same question', async (t) => {
  const stage = await makeStage(t)
  const range = { from: '2020-01-01', to: '2020-01-05' }
  const first = await ask(stage, { ...question, ...range, params: { width: 640, title: 'Waves' } })
  for (const same of [
    { ...range, params: { title: 'Waves', width: 640 } },
    { ...range, params: { title: 'Waves', mark: 'line', height: 400, tz: 'UTC', width: 640.0 } },
    { from: '2020-01-01T01:00:00+01:00', to: 1578182400, params: { title: 'Waves', width: 640 } },
    { ...range, series: ['wave'], params: { title: 'Waves', width: 640 } },
  ]) {
    t.equal((await ask(stage, { ...question, ...same })).body.id, first.body.id, JSON.stringify(same))
  }
  for (const other of [
    { ...range, params: { title: 'Waves', width: 641 } },
    { ...range, params: { title: 'waves', width: 640 } },
    { from: range.from, params: { title: 'Waves', width: 640 } },
    { ...range, to: '2020-01-05T00:00:00.001Z', params: { title: 'Waves', width: 640 } },
  ]) {
    t.not((await ask(stage, { ...question, ...other })).body.id, first.body.id, JSON.stringify(other))
  }
  await change(stage, 1)
  await call(stage.points.url, 'PUT', '/series/wave', { json: { labels: { of: 'answers' } } })
  const named = await ask(stage)
  t.equal((await ask(stage, { kind: 'plot', series: { match: 'of="answers"' } })).body.id, named.body.id)
})

t.test('a series that changes is another question; a write that changes nothing is not', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const drawn = async () => {
    const { body } = await ask(stage)
    await poke(worker)
    return (await statusIs(stage, body.id, 'succeeded')).id as string
  }
  const ids = [await drawn()]
  await change(stage, 1)
  ids.push(await drawn())
  await change(stage, 1)
  t.equal((await ask(stage)).body.id, ids[1], 'the same point again')
  await call(stage.points.url, 'PUT', '/series/wave', { json: { unit: 'm' } })
  ids.push(await drawn())
  const points = await call(stage.points.url, 'GET', '/series/wave/points.csv')
  await call(stage.points.url, 'DELETE', '/series/wave')
  await call(stage.points.url, 'POST', '/series/wave/points', {
    body: points.text,
    headers: { 'content-type': 'text/csv' },
  })
  ids.push(await drawn())
  t.equal(new Set(ids).size, 4, 'so is a series that was deleted and made again')
})

t.test('a series that changes before its job runs: the result is filed under what was read', async (t) => {
  const stage = await makeStage(t)
  const before = await revisionOf(stage)
  const first = (await ask(stage)).body.id
  await change(stage, 1)
  const after = await revisionOf(stage)
  const second = (await ask(stage)).body.id
  t.not(second, first, 'nobody joins a job that was accepted for what is no more')
  const worker = await startWorker(stage)
  await poke(worker)
  for (const id of [first, second]) t.same(await readBy(stage, id), [after])
  t.equal(await filedFor(t, stage, before), null)
  t.ok([first, second].includes(await filedFor(t, stage, after)))
  const known = await ask(stage)
  t.equal(known.status, 200)
  t.same(await readBy(stage, known.body.id), [after])
})

t.test('a series that changes while its job runs: who asks then gets the new one', async (t) => {
  const stage = await makeStage(t, { JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
  const worker = await startWorker(stage)
  const frozen = await freeze(worker)
  const before = await revisionOf(stage)
  const first = (await ask(stage)).body.id
  const poked = poke(worker)
  await statusIs(stage, first, 'running')
  t.equal((await ask(stage)).body.id, first, 'a job that runs is joined')
  // It has read the series when its child is asked, which does not answer yet.
  await untilRead(stage, first)
  await change(stage, 1)
  const after = await revisionOf(stage)
  const second = await ask(stage)
  t.not(second.body.id, first)
  t.equal(second.status, 202)
  process.kill(frozen, 'SIGCONT')
  await poked
  await poke(worker)
  await statusIs(stage, second.body.id, 'succeeded')
  t.same(await readBy(stage, first), [before])
  t.same(await readBy(stage, second.body.id), [after])
  t.equal((await ask(stage)).body.id, second.body.id)
  t.equal(await filedFor(t, stage, before), first, 'the first is still the answer for its own revision')
})

t.test('while a series changes and jobs run, nobody gets less than they could read before', async (t) => {
  const stage = await makeStage(t, { JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
  const worker = await startWorker(stage)
  const counter = (revision: string) => Number(revision.split('.')[1])
  let answered = 0
  const asker = async () => {
    for (let i = 0; i < 6; i++) {
      const before = counter(await revisionOf(stage))
      const answer = await ask(stage, question, { prefer: 'wait=60' })
      t.match(answer, { status: 200, body: { status: 'succeeded' } })
      const [read] = await readBy(stage, answer.body.id)
      t.ok(counter(read!) >= before, `${before} before, ${read} read`)
      answered++
    }
  }
  const askers = Promise.all([asker(), asker(), asker()])
  const writer = async () => {
    for (let value = 1; answered < 18; value++) {
      const seen = answered
      await change(stage, value)
      await until(() => answered > seen)
    }
  }
  const draining = (async () => {
    while (answered < 18) await poke(worker)
  })()
  await Promise.all([askers, writer(), draining])
  void poke(worker)
  const last = await ask(stage, question, { prefer: 'wait=60' })
  t.same(await readBy(stage, last.body.id), [await revisionOf(stage)])
})

t.test('what has failed answers nobody', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const empty = { ...question, from: '2040-01-01' }
  const ids = new Set<string>()
  for (let i = 0; i < 2; i++) {
    const { status, body } = await ask(stage, empty)
    t.equal(status, 202)
    ids.add(body.id)
    await poke(worker)
    await statusIs(stage, body.id, 'failed')
  }
  t.equal(ids.size, 2)
  const crashing = await startWorker(stage, { JOB_TIMEOUT_MS: '100', JOB_ATTEMPTS: '1' })
  await freeze(crashing)
  const timely = (await ask(stage)).body.id
  await poke(crashing)
  t.equal((await statusIs(stage, timely, 'failed')).error.code, 'timeout')
  t.not((await ask(stage)).body.id, timely)
})

t.test('Cache-Control: no-cache runs a job of its own, whose result is the answer from then on', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const fresh = { 'cache-control': 'max-age=0, no-cache' }
  const first = (await ask(stage)).body.id
  const beside = await ask(stage, question, fresh)
  t.equal(beside.status, 202)
  t.not(beside.body.id, first, 'although one is under way')
  t.equal((await ask(stage)).body.id, first)
  await poke(worker)
  const again = await ask(stage, question, fresh)
  t.equal(again.status, 202, 'although there is a result')
  t.equal((await ask(stage)).status, 200, 'which goes on answering')
  await poke(worker)
  t.match((await ask(stage)).body, { id: again.body.id, status: 'succeeded' })
})

t.test('a result that was removed answers nobody', async (t) => {
  const stage = await makeStage(t)
  const worker = await startWorker(stage)
  const first = (await ask(stage)).body.id
  const path = `/results/${first}`
  t.equal((await call(stage.results.url, 'DELETE', path)).status, 409, 'not before it is there')
  await poke(worker)
  t.equal((await call(stage.results.url, 'DELETE', path)).status, 204)
  for (const [method, form] of [
    ['GET', ''],
    ['GET', '.png'],
    ['DELETE', ''],
  ]) {
    const gone = await call(stage.results.url, method!, path + form)
    t.equal(gone.status, 410)
    t.match(gone.body.type, /:removed$/)
  }
  t.match(await jobOf(stage, first), { status: 'succeeded' })
  const second = await ask(stage)
  t.equal(second.status, 202)
  t.not(second.body.id, first)
  await poke(worker)
  t.equal((await ask(stage)).body.id, second.body.id)
  t.equal((await call(stage.results.url, 'DELETE', '/results/none')).status, 404)
})

t.test('a job is joined under an Idempotency-Key once, however often the request is sent', async (t) => {
  const stage = await makeStage(t)
  const first = (await ask(stage)).body.id
  const key = { 'idempotency-key': 'joins' }
  t.match((await ask(stage, question, key)).body, { id: first, askers: 2 })
  const replayed = await ask(stage, question, key)
  t.equal(replayed.headers.get('idempotency-replayed'), 'true')
  t.match(replayed.body, { id: first, askers: 2 })
  await change(stage, 1)
  t.equal((await ask(stage, question, key)).body.id, first, 'the key goes before the question')
  t.not((await ask(stage)).body.id, first)
})
