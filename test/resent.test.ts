import { createServer, connect as dial, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { jobKeys, seriesKeys } from '../shared/keys.ts'
import { call } from './local.ts'
import { serveHere } from './processes.ts'
import { jobOf, makeStage, poke, type Stage, startWorker, submit } from './stage.ts'

const ask = (stage: Stage, title: string) =>
  call(stage.jobs.url, 'POST', '/jobs', { json: { kind: 'plot', series: 'wave', params: { title } } })
const cancel = (stage: Stage, id: string) => call(stage.jobs.url, 'DELETE', `/jobs/${id}`)

/**
 * A way to Redis that, once armed, hands a command on which holds the mark, and cuts the connection instead of giving
 * its answer: so the command is done, and then sent again.
 */
async function startCut(t: Test, port: number) {
  let mark: string | undefined
  let cuts = 0
  const sockets = new Set<Socket>()
  const between = createServer((socket) => {
    const redis = dial(port, '127.0.0.1')
    let marked = false
    socket.on('data', (data) => {
      if (mark !== undefined && data.includes(mark)) {
        marked = true
        mark = undefined
      }
      redis.write(data)
    })
    redis.on('data', (data) => {
      if (!marked) return void socket.write(data)
      cuts++
      socket.destroy()
    })
    for (const end of [socket, redis]) {
      sockets.add(end)
      end.on('error', () => {}).on('close', () => void [socket, redis].map((other) => other.destroy()))
    }
  })
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    between.close()
  })
  const url = `redis://127.0.0.1:${(between.address() as { port: number }).port}`
  return {
    url,
    /** Says whether the answer was cut off while it was done. */
    async during<T>(text: string, work: () => Promise<T>): Promise<T> {
      mark = text
      const before = cuts
      const result = await work()
      t.equal(cuts, before + 1, 'an answer was cut off')
      return result
    },
  }
}

t.test('what is sent again after its answer was lost is done once', async (t) => {
  const direct = await makeStage(t)
  const cut = await startCut(t, direct.redis.port)
  const settings = { ...direct.settings, QUEUE_REDIS_URL: cut.url }
  const jobs = await serveHere('jobs', settings)
  const results = await serveHere('results', settings)
  t.teardown(() => Promise.all([jobs.stop(), results.stop()]))
  const stage: Stage = { ...direct, jobs, results }
  // Redis knows each script from here on: else the answer that is cut off would be that it does not.
  const other = await submit(direct)
  await cancel(direct, other)
  t.equal((await call(direct.results.url, 'DELETE', `/results/${other}`)).status, 409)

  const made = await cut.during('traceparent', () => ask(stage, 'once'))
  t.equal(made.status, 202)
  const id = made.body.id
  t.equal((await call(direct.jobs.url, 'GET', '/jobs')).body.jobs.length, 2, 'it was stored once')
  t.equal((await jobOf(direct, id)).askers, 1)

  const joined = await cut.during('traceparent', () => ask(stage, 'once'))
  t.match(joined.body, { id, askers: 2 }, 'joined once')
  await ask(direct, 'once')
  const left = await cut.during(jobKeys.asks(id), () => cancel(stage, id))
  t.match(left.body, { status: 'queued', askers: 2 }, 'taken back once')

  await poke(await startWorker(direct))
  t.equal((await jobOf(direct, id)).status, 'succeeded')
  const removed = await cut.during(jobKeys.result(id), () => call(results.url, 'DELETE', `/results/${id}`))
  t.equal(removed.status, 204, 'not 410')
  const queued = (await ask(direct, 'never')).body.id
  t.match((await cut.during(jobKeys.asks(queued), () => cancel(stage, queued))).body, { status: 'cancelled' })
})

t.test('points that are sent again after the answer was lost are written once, and counted once', async (t) => {
  const direct = await makeStage(t)
  const cut = await startCut(t, direct.redis.port)
  const points = await serveHere('points', { ...direct.settings, REDIS_URL: cut.url })
  t.teardown(() => points.stop())
  const send = (body: string) =>
    call(points.url, 'POST', '/series/s/points', { body, headers: { 'content-type': 'text/csv' } })
  const { tail } = seriesKeys('s')
  const before = [await send('2024-01-01,1'), await send('2024-01-02,2')]
  t.same(
    before.map(({ body }) => body.inserted),
    [1, 1],
  )
  const appended = await cut.during(tail, () => send('2024-01-03,3'))
  t.match(appended.body, { inserted: 1, updated: 0, unchanged: 0 })
  const mixed = await cut.during(tail, () => send('2024-01-02,2\n2024-01-03,4\n2024-01-04,5'))
  t.match(mixed.body, { inserted: 1, updated: 1, unchanged: 1 })
  const { body } = await call(points.url, 'GET', '/series/s')
  t.match(body, { count: 4, max: 5, revision: mixed.body.revision })
  t.match(body.revision, /\.4$/, 'a change each')
})
