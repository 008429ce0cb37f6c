import { request } from 'node:http'
import t, { type Test } from 'tap'
import { smqKeys } from '../shared/jobs/smq-keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { call } from './local.ts'
import { startFunction, until } from './processes.ts'
import { freeze, jobOf, makeStage, poke, type Stage, startWorker, statusIs, submit } from './stage.ts'

interface Event {
  id?: string
  event?: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  data?: any
  retry?: string
  comment?: string
}

interface Stream {
  status: number
  headers: Record<string, unknown>
  events: Event[]
  /** Resolves when the server has ended it; rejects when it was cut. */
  ended: Promise<void>
  leave(): void
}

const readEvent = (text: string): Event => {
  const event: Event = {}
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^([^:]*): ?(.*)$/.exec(line)!
    if (name === '') event.comment = value
    else if (name === 'data') event.data = JSON.parse(value)
    else event[name as 'id' | 'event' | 'retry'] = value
  }
  return event
}

/** Follows a job; resolves when the answer begins. What has come so far is in `events`. */
function follow(t: Test, base: string, id: string, headers: Record<string, string> = {}): Promise<Stream> {
  const { promise, resolve, reject } = Promise.withResolvers<Stream>()
  const call = request(`${base}/jobs/${id}/events`, {
    headers: { 'accept-encoding': 'gzip', ...headers },
    agent: false,
  })
  t.teardown(() => call.destroy())
  call.on('error', reject)
  call.on('response', (response) => {
    let text = ''
    const events: Event[] = []
    response.setEncoding('utf8').on('data', (part) => {
      text += part
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      events.push(...blocks.map(readEvent))
    })
    const ended = new Promise<void>((over, cut) => {
      response.on('end', over)
      response.on('error', cut)
    })
    ended.catch(() => {})
    resolve({ status: response.statusCode!, headers: response.headers, events, ended, leave: () => call.destroy() })
  })
  call.end()
  return promise
}

const told = ({ events }: Stream) =>
  events.filter(({ data }) => data).map(({ event, data }) => `${event} ${data.status}`)
const steps = (stream: Stream) => told(stream).filter((text) => text.startsWith('status'))
const long = { JOB_LEASE_MS: '60000', JOB_BEAT_MS: '500' }

t.test('each change of a job is told until it has ended, through the front door too', async (t) => {
  const stage = await makeStage(t, long)
  const worker = await startWorker(stage)
  const front = await startFunction('web', {
    ...stage.settings,
    JOBS_URL: stage.jobs.url,
    POINTS_URL: stage.points.url,
    RESULTS_URL: stage.results.url,
  })
  stage.started.push(front)
  const frozen = await freeze(worker)
  const id = await submit(stage)
  const streams = [await follow(t, stage.jobs.url, id), await follow(t, front.url, id)]
  for (const { status, headers } of streams) {
    t.equal(status, 200)
    t.match(headers['content-type'], /^text\/event-stream\b/)
    t.equal(headers['content-encoding'], undefined, 'compression would hold events back')
    t.equal(headers['cache-control'], 'no-store')
  }
  await until(() => streams.every((stream) => told(stream).length === 1))
  void poke(worker)
  await until(() => streams.every((stream) => told(stream).includes('progress running')))
  process.kill(frozen, 'SIGCONT')
  await Promise.all(streams.map(({ ended }) => ended))
  for (const stream of streams) {
    t.same(steps(stream), ['status queued', 'status running', 'status succeeded'])
    const [retry, first] = stream.events
    t.match(retry, { retry: '1000' })
    t.match(first, { id: '1-0-0', data: { id, status: 'queued', links: { self: /\/jobs\// } } })
    const progress = stream.events.flatMap(({ data }) => (data ? [data.progress] : []))
    t.same(
      progress,
      progress.toSorted((a, b) => a - b),
      'it only rises',
    )
    t.equal(new Set(stream.events.map((event) => event.id)).size, stream.events.length, 'nothing is told twice')
    t.ok(progress.some((done) => done > 0 && done < 1))
    t.same(stream.events.at(-1)!.data, await jobFrom(stream, stage, id))
  }
})

/** The job as that stream's address tells of it: links differ. */
const jobFrom = async (stream: Stream, stage: Stage, id: string) => {
  const { links } = stream.events.at(-1)!.data
  return { ...(await jobOf(stage, id)), links }
}

t.test('a stream is resumed from Last-Event-ID', async (t) => {
  const stage = await makeStage(t, long)
  const worker = await startWorker(stage)
  const id = await submit(stage)
  const first = await follow(t, stage.jobs.url, id)
  await until(() => told(first).length === 1)
  first.leave()
  const resumed = await follow(t, stage.jobs.url, id, { 'last-event-id': first.events.at(-1)!.id! })
  const odd = await follow(t, stage.jobs.url, id, { 'last-event-id': 'what?' })
  await until(() => told(odd).length === 1)
  void poke(worker)
  await resumed.ended
  t.equal(steps(resumed)[0], 'status running', 'what was told is not told again')
  t.equal(steps(resumed).at(-1), 'status succeeded')
  await odd.ended
  t.equal(steps(odd)[0], 'status queued')

  const end = resumed.events.at(-1)!.id!
  const late = await follow(t, stage.jobs.url, id)
  await late.ended
  t.same(told(late), ['status succeeded'], 'who comes late hears the end')
  t.equal((await follow(t, stage.jobs.url, id, { 'last-event-id': end })).status, 204, 'a browser does not come again')
  t.equal((await follow(t, stage.jobs.url, id, { 'last-event-id': first.events.at(-1)!.id! })).status, 200)
  t.equal((await follow(t, stage.jobs.url, 'none')).status, 404)
})

t.test('a job that is given back, cancelled or fails is told of as well', async (t) => {
  const stage = await makeStage(t, { ...long, DRAIN_MS: '100' })
  const worker = await startWorker(stage)
  await freeze(worker)
  const id = await submit(stage)
  const stream = await follow(t, stage.jobs.url, id)
  await until(() => told(stream).length === 1)
  void poke(worker)
  await until(() => told(stream).includes('status running'))
  await worker.kill('SIGTERM')
  await until(() => told(stream).at(-1) === 'status queued')
  await call(stage.jobs.url, 'DELETE', `/jobs/${id}`)
  await stream.ended
  t.same(steps(stream), ['status queued', 'status running', 'status queued', 'status cancelled'])

  const empty = await submit(stage, '2040-01-01')
  const failing = await follow(t, stage.jobs.url, empty)
  void poke(await startWorker(stage))
  await failing.ended
  t.match(failing.events.at(-1)!.data, { status: 'failed', error: { code: 'no-points' } })
})

t.test('a stream beats while nothing happens, and closes by itself', async (t) => {
  const stage = await makeStage(t, { EVENT_BEAT_MS: '50', EVENT_STREAM_MS: '1000' })
  const id = await submit(stage)
  const stream = await follow(t, stage.jobs.url, id)
  await stream.ended
  t.same(told(stream), ['status queued'])
  t.ok(stream.events.filter(({ comment }) => comment === 'beat').length > 3)
  t.match(stream.events.at(-1), { retry: '1000' })
})

t.test('streams and long polls end when the process is told to stop', async (t) => {
  const stage = await makeStage(t, long)
  const jobs = await startFunction('jobs', { ...stage.settings, DRAIN_MS: '60000' })
  stage.started.push(jobs)
  const id = await submit(stage)
  const stream = await follow(t, jobs.url, id)
  const json = { kind: 'plot', series: 'wave', params: { title: 'Waited for' } }
  const waiting = call(jobs.url, 'POST', '/jobs', { json, headers: { prefer: 'wait=60' } })
  await until(() => told(stream).length === 1)
  await until(async () => (await call(stage.jobs.url, 'GET', '/jobs')).body.jobs.length === 2)
  t.equal(await jobs.kill('SIGTERM'), 0)
  await stream.ended
  t.match(stream.events.at(-1), { retry: '1000' })
  t.match(await waiting, { status: 202, body: { status: 'queued' } }, 'who waits gets the job as it is')
})

t.test('three hundred who wait and three hundred who follow share one connection', async (t) => {
  const stage = await makeStage(t, long)
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const clients = async () =>
    String(await redis.client('LIST'))
      .trim()
      .split('\n')
  const subscribed = async () => (await clients()).filter((line) => /\bsub=[1-9]/.test(line)).length
  const ids = [await submit(stage), await submit(stage), await submit(stage)]
  const one = call(stage.jobs.url, 'GET', `/jobs/${ids[0]}?wait=60`)
  await until(async () => (await subscribed()) === 1)
  await until(async () => (await redis.llen(smqKeys.pending)) >= ids.length) // the queue has opened its own by then
  const before = (await clients()).length

  const waiting = Array.from({ length: 300 }, (_, i) => call(stage.jobs.url, 'GET', `/jobs/${ids[i % 3]}?wait=60`))
  const streams = await Promise.all(Array.from({ length: 300 }, (_, i) => follow(t, stage.jobs.url, ids[i % 3]!)))
  await until(() => streams.every((stream) => told(stream).length === 1))
  t.equal(await subscribed(), 1)
  t.equal((await clients()).length, before, 'nobody brought a connection to Redis')

  await Promise.all(ids.map((id) => call(stage.jobs.url, 'DELETE', `/jobs/${id}`)))
  const answers = await Promise.all([one, ...waiting])
  t.same(new Set(answers.map(({ body }) => body.status)), new Set(['cancelled']))
  await Promise.all(streams.map(({ ended }) => ended))
  t.ok(streams.every((stream) => told(stream).at(-1) === 'status cancelled'))
})

t.test('what a client held that left is let go of, through the front door too', async (t) => {
  const stage = await makeStage(t, { ...long, EVENT_STREAM_MS: '600000', EVENT_BEAT_MS: '600000' })
  const front = await startFunction('web', { ...stage.settings, JOBS_URL: stage.jobs.url })
  stage.started.push(front)
  const id = await submit(stage)
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  const bases = [stage.jobs.url, front.url]
  const streams = await Promise.all(Array.from({ length: 40 }, (_, i) => follow(t, bases[i % 2]!, id)))
  await until(() => streams.every((stream) => told(stream).length === 1))
  t.ok(timers() > before + 40, 'each stream has its clock')
  for (const stream of streams) stream.leave()
  await until(() => timers() <= before)
})

t.test('a stream outlives Redis going away for a moment', async (t) => {
  const stage = await makeStage(t, long)
  const worker = await startWorker(stage)
  const id = await submit(stage)
  const stream = await follow(t, stage.jobs.url, id)
  await until(() => told(stream).length === 1)
  await stage.redis.kill('SIGKILL')
  await stage.redis.restart()
  await until(async () => {
    await poke(worker)
    return (await statusIs(stage, id, 'succeeded')) !== undefined
  })
  await stream.ended
  t.equal(told(stream).at(-1), 'status succeeded')
})
