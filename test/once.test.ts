import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { startRedis } from '../scripts/own-redis.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { call, startLocal } from './local.ts'
import { serveHere, startFunction, until } from './processes.ts'
import { keys, writeKey } from './small-function.ts'

const lease = 1500
const server = await startLocal({ IDEMPOTENCY_LEASE_MS: String(lease), JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
const redis = connect(server.redis.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const { url } = server
const csv = { 'content-type': 'text/csv' }
const post = (
  series: string,
  body: string | Uint8Array<ArrayBuffer>,
  key: string,
  headers: Record<string, string> = {},
  to = url,
) => call(to, 'POST', `/series/${series}/points`, { body, headers: { ...csv, 'idempotency-key': key, ...headers } })
const records = () => redis.keys('*once*')

t.test('the same request again gets the first answer, and does nothing', async (t) => {
  const first = await post('a', '2020-01-01,1\n2020-01-02,2', 'first')
  t.match(first.body, { inserted: 2 })
  t.equal(first.headers.get('idempotency-replayed'), null)
  await call(url, 'DELETE', '/series/a/points?all=true')
  const again = await post('a', '2020-01-01,1\n2020-01-02,2', 'first')
  t.same([again.status, again.body], [200, first.body])
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await call(url, 'GET', '/series/a')).body.count, 0, 'nothing was written again')
  const packed = new Uint8Array(gzipSync('2020-01-01,1\n2020-01-02,2'))
  t.same(
    (await post('a', packed, 'first', { 'content-encoding': 'gzip' })).body,
    first.body,
    'a coding is not the body',
  )
  t.match(
    (await post('a', '2020-01-01,1\n2020-01-02,2', 'second')).body,
    { inserted: 2 },
    'another key is another request',
  )
})

t.test('another request under the key is refused', async (t) => {
  await post('b', '2020-01-01,1', 'b')
  const { revision } = (await call(url, 'GET', '/series/b')).body
  const others = [
    await post('b', '2020-01-01,2', 'b'),
    await post('b', '', 'b'),
    await post('other', '2020-01-01,1', 'b'),
    await call(url, 'POST', '/series/b/points?unit=s', {
      body: '2020-01-01,1',
      headers: { ...csv, 'idempotency-key': 'b' },
    }),
  ]
  for (const other of others) t.match(other, { status: 422, body: { type: 'urn:kymograph:problem:key-reused' } })
  t.equal((await call(url, 'GET', '/series/b')).body.revision, revision)
  t.equal((await call(url, 'GET', '/series/other')).status, 404)
})

t.test('what failed gives its key back', async (t) => {
  t.equal((await post('c', '2020-01-01,x', 'c')).status, 400)
  t.equal((await post('c', '2020-01-01,1', 'c', { 'if-match': '"other.1"' })).status, 412)
  t.match((await post('c', '2020-01-01,1', 'c')).body, { inserted: 1 })
  for (const key of ['', 'a b', 'é', 'x'.repeat(256)]) {
    const answer = await call(url, 'POST', '/series/c/points', {
      body: '2020-01-01,1',
      headers: { ...csv, 'idempotency-key': Buffer.from(key).toString('latin1') },
    })
    t.match(answer, { status: 400, body: { detail: /1 to 255 printable/ } }, key)
  }
})

t.test('only POST has such keys: others are the same each time by nature', async (t) => {
  const put = (value: number) =>
    call(url, 'PUT', '/series/d/points/2020-01-01', { json: { value }, headers: { 'idempotency-key': 'd' } })
  t.match((await put(1)).body, { inserted: 1 })
  t.match((await put(2)).body, { updated: 1 })
})

t.test('many at once: one does it, the others wait their turn or get its answer', async (t) => {
  // With a lease that no busy machine lets run out.
  const steady = await serveHere('points', { REDIS_URL: server.redis.url })
  t.after(() => steady.stop())
  const body = Array.from({ length: 20_000 }, (_, i) => `${1577836800 + i},${i}`).join('\n')
  for (let round = 0; round < 5; round++) {
    const series = `e${round}`
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(series, body, `e${round}`, {}, steady.url)))
    const first = answers.filter(({ status, headers }) => status === 200 && !headers.has('idempotency-replayed'))
    t.equal(first.length, 1, 'one was done')
    t.match(first[0]!.body, { inserted: 20_000 })
    for (const answer of answers) {
      if (answer.status === 409) t.match(answer.body.type, /key-in-use/)
      else t.same(answer.body, first[0]!.body)
    }
    t.equal((await call(url, 'GET', `/series/${series}`)).body.revision, first[0]!.body.revision)
  }
})

/** A request whose body comes in two parts, so that it is under way for as long as a test wants. */
function slowPost(base: string, series: string, key: string) {
  const sent = request(`${base}/series/${series}/points`, {
    method: 'POST',
    headers: { ...csv, 'idempotency-key': key, 'transfer-encoding': 'chunked' },
  })
  sent.write('2020-01-01,1\n')
  const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', async (answer) => {
      resolve({ status: answer.statusCode, text: Buffer.concat(await Array.fromAsync(answer)).toString() })
    })
  })
  return { sent, answered }
}
const isClaimed = (before: string[]) => until(async () => (await records()).length > before.length)

t.test('a request that is under way holds its key, however long its body takes', async (t) => {
  const before = await records()
  const { sent, answered } = slowPost(url, 'f', 'f')
  await isClaimed(before)
  const start = Date.now()
  // Longer than the lease, which is renewed.
  await until(async () => {
    t.match(await post('f', '2020-01-01,1\n2020-01-02,2\n', 'f'), { status: 409, body: { type: /key-in-use/ } })
    return Date.now() - start > 3 * lease
  })
  sent.end('2020-01-02,2\n')
  const first = await answered
  t.match(JSON.parse(first.text), { inserted: 2 })
  t.equal((await post('f', '2020-01-01,1\n2020-01-02,2\n', 'f')).text, first.text)
})

t.test('a client that leaves gives its key back', async (t) => {
  const before = await records()
  const { sent, answered } = slowPost(url, 'g', 'g')
  const broken = t.rejects(answered)
  await isClaimed(before)
  sent.destroy()
  await broken
  const done = await until(async () => {
    const answer = await post('g', '2020-01-05,1', 'g')
    return answer.status === 200 ? answer : undefined
  })
  t.match(done.body, { inserted: 1 })
  t.equal((await call(url, 'GET', '/series/g')).body.count, 1)
})

t.test('a function that is killed leaves its key for a lease only', async (t) => {
  const dying = await startFunction('points', { REDIS_URL: server.redis.url, IDEMPOTENCY_LEASE_MS: String(lease) })
  const before = await records()
  const { answered } = slowPost(dying.url, 'h', 'h')
  const broken = t.rejects(answered)
  await isClaimed(before)
  await dying.kill()
  await broken
  const done = await until(async () => {
    const answer = await post('h', '2020-01-05,1', 'h')
    if (answer.status === 409) return undefined
    return answer
  })
  t.match(done, { status: 200, body: { inserted: 1 } })
})

t.test('a key of one caller is not that of another, and what is kept expires', async (t) => {
  const own = await startRedis()
  const guarded = await serveHere('points', { REDIS_URL: own.url, API_KEYS: keys, IDEMPOTENCY_TTL_MS: '5000' })
  const kept = connect(own.url, makeLog('silent'))
  t.after(async () => {
    kept.disconnect()
    await guarded.stop()
    await own.stop()
  })
  const as = (key: string, value: number) =>
    call(guarded.url, 'POST', '/series/i/points', {
      body: `2020-01-01,${value}`,
      headers: { ...csv, authorization: `Bearer ${key}`, 'idempotency-key': 'i' },
    })
  t.match((await as(writeKey, 1)).body, { inserted: 1 })
  t.match((await as('boss', 2)).body, { updated: 1 })
  t.equal((await as('boss', 1)).status, 422)
  const ttls = await Promise.all((await kept.keys('*once*')).map((key) => kept.pttl(key)))
  t.equal(ttls.length, 2)
  t.ok(
    ttls.every((ms) => ms > 0 && ms <= 5000),
    String(ttls),
  )
})

t.test('jobs: a repetition gives the present state of the one job', async (t) => {
  await post('j', '2020-01-01,1\n2020-01-02,2', 'j')
  const submit = (params: object, headers: Record<string, string> = {}) =>
    call(url, 'POST', '/jobs', {
      json: { kind: 'plot', series: 'j', params },
      headers: { 'idempotency-key': 'job', ...headers },
    })
  const answers = await Promise.all(Array.from({ length: 10 }, () => submit({ title: 'one' })))
  const made = answers.filter(({ status }) => status === 202)
  t.ok(made.length >= 1)
  t.ok(answers.every(({ status }) => status === 202 || status === 200 || status === 409))
  const id = made[0]!.body.id
  for (const { status, body } of answers) if (status !== 409) t.equal(body.id, id)
  t.equal((await call(url, 'GET', '/jobs?series=j')).body.jobs.length, 1)
  const ended = await submit({ title: 'one' }, { prefer: 'wait=30' })
  t.match([ended.status, ended.body], [200, { id, status: 'succeeded' }])
  t.equal(ended.headers.get('idempotency-replayed'), 'true')
  t.equal((await submit({ title: 'one' }, { accept: 'image/png' })).headers.get('content-type'), 'image/png')
  t.equal((await submit({ title: 'two' })).status, 422)
  await call(url, 'DELETE', '/series/j')
  t.equal((await submit({ title: 'one' })).body.id, id, 'though what it would be made of is gone')
  t.equal((await call(url, 'GET', '/jobs?series=j')).body.jobs.length, 1)
})

t.test('jobs: a job that was made before the answer got lost is not made again', async (t) => {
  // Nobody draws here: the job waits, and the answer for its end.
  const own = await startRedis()
  const settings = { REDIS_URL: own.url, IDEMPOTENCY_LEASE_MS: String(lease) }
  const points = await serveHere('points', settings)
  const [first, second] = await Promise.all([startFunction('jobs', settings), startFunction('jobs', settings)])
  t.after(async () => {
    await second.kill()
    await points.stop()
    await own.stop()
  })
  await call(points.url, 'POST', '/series/k/points', { body: '2020-01-01,1', headers: csv })
  const json = { kind: 'plot', series: 'k' }
  const headers = { 'idempotency-key': 'k' }
  const broken = t.rejects(call(first.url, 'POST', '/jobs', { json, headers: { ...headers, prefer: 'wait=60' } }))
  const list = async () => (await call(second.url, 'GET', '/jobs')).body.jobs as { id: string }[]
  await until(async () => (await list()).length > 0)
  await first.kill()
  await broken
  const again = await until(async () => {
    const answer = await call(second.url, 'POST', '/jobs', { json, headers })
    return answer.status === 409 ? undefined : answer
  })
  t.same(
    (await list()).map(({ id }) => id),
    [again.body.id],
  )
})
