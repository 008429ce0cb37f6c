import { createServer, connect as dial, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startRedis } from '../scripts/own-redis.ts'
import { seriesKeys } from '../shared/keys.ts'
import { call } from './local.ts'
import { until } from './processes.ts'
import { freeze, jobOf, makeStage, poke, type Stage, startWorker, statusIs } from './stage.ts'

const draw = async (stage: Stage, series: string | string[], title: string): Promise<string> => {
  const json = { kind: 'plot', series, params: { title } }
  return (await call(stage.jobs.url, 'POST', '/jobs', { json })).body.id
}
const put = (stage: Stage, series: string) =>
  call(stage.points.url, 'PUT', `/series/${series}/points/2020-01-01`, { json: { value: 1 } })
const remove = (stage: Stage, series: string, query = '') =>
  call(stage.points.url, 'DELETE', `/series/${series}${query}`)
const result = async (stage: Stage, id: string) => (await call(stage.results.url, 'GET', `/results/${id}`)).status

/** A stage whose jobs are in another Redis than its series. */
async function makeApart(t: Test): Promise<Stage> {
  const queue = await startRedis()
  t.teardown(() => queue.stop())
  return makeStage(t, { QUEUE_REDIS_URL: queue.url, JOB_LEASE_MS: '60000', JOB_BEAT_MS: '500' })
}

t.test('results outlive their series', async (t) => {
  const stage = await makeApart(t)
  const worker = await startWorker(stage)
  const id = await draw(stage, 'wave', 'kept')
  await poke(worker)
  t.equal((await remove(stage, 'wave')).status, 204)
  t.equal(await result(stage, id), 200)
  t.equal((await remove(stage, 'wave', '?results=true')).status, 204, 'and can be removed when it is gone')
  t.equal(await result(stage, id), 410)
  t.equal((await remove(stage, 'wave', '?results=true')).status, 404)
  t.equal((await remove(stage, 'wave', '?results=maybe')).status, 400)
})

t.test('results=true removes the results of the series, and ends its jobs', async (t) => {
  const stage = await makeApart(t)
  const worker = await startWorker(stage)
  await put(stage, 'other')
  const own = await draw(stage, 'wave', 'own')
  const both = await draw(stage, ['other', 'wave'], 'both')
  const others = await draw(stage, 'other', 'others')
  await poke(worker)
  t.same(await Promise.all([own, both, others].map((id) => result(stage, id))), [200, 200, 200])
  await freeze(worker)
  const running = await draw(stage, 'wave', 'running')
  void poke(worker)
  await statusIs(stage, running, 'running')
  const queued = await draw(stage, 'wave', 'queued')

  t.equal((await remove(stage, 'wave', '?results=true')).status, 204)
  t.same(await Promise.all([own, both, others].map((id) => result(stage, id))), [410, 410, 200])
  for (const id of [running, queued]) {
    const job = await jobOf(stage, id)
    t.match(job, { status: 'failed', error: { code: 'series-deleted' } })
    t.equal(await result(stage, id), 409)
  }
  await until(() => worker.log.find(({ msg }) => /the attempt was given up/.test(msg)))
  t.equal((await jobOf(stage, running)).status, 'failed')
})

/** Stands before a Redis, and holds back what asks for a key until it is let through. */
async function startGate(t: Test, port: number, key: string) {
  const held = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  const gate = createServer((socket) => {
    const redis = dial(port, '127.0.0.1')
    let before: Promise<unknown> = Promise.resolve()
    socket.on('data', (data) => {
      if (data.includes(key)) {
        held.resolve()
        before = opened.promise
      }
      before = before.then(() => redis.write(data))
    })
    redis.pipe(socket)
    for (const end of [socket, redis]) {
      sockets.add(end)
      end.on('error', () => {}).on('close', () => void [socket, redis].map((other) => other.destroy()))
    }
  })
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    gate.close()
  })
  const { port: own } = gate.address() as { port: number }
  return { url: `redis://127.0.0.1:${own}`, held: held.promise, open: () => opened.resolve() }
}

t.test('a series that is deleted while its job runs, before it was read, fails the job at once', async (t) => {
  const stage = await makeApart(t)
  await put(stage, 'second')
  const gate = await startGate(t, stage.redis.port, seriesKeys('second').meta)
  const worker = await startWorker(stage, { REDIS_URL: gate.url })
  const id = await draw(stage, ['wave', 'second'], 'half read')
  void poke(worker)
  await gate.held
  t.equal((await jobOf(stage, id)).status, 'running')
  t.equal((await remove(stage, 'second')).status, 204)
  gate.open()
  const failed = await statusIs(stage, id, 'failed')
  t.match(failed, { attempt: 1, error: { code: 'series-deleted', detail: /'second'/ } })
})
