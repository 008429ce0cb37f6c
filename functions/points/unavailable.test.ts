import t, { type Test } from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { call, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

const csv = { 'content-type': 'text/csv' }
const minute = 60_000
const rows = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => `${1.6e12 + (first + i) * minute},${(first + i) % 50}`).join('\n')

/** Every way to change points, each of which would change something. */
const changes: Record<string, [method: string, path: string, body?: string]> = {
  'points behind the newest': ['POST', '/series/s/points', rows(3, 20_000)],
  'a point that is there': ['POST', '/series/s/points', `${1.6e12},99`],
  'a range in place of another': ['PUT', '/series/s/points?all=true', rows(2)],
  'a deleted range': ['DELETE', '/series/s/points?all=true'],
  'a point': ['PUT', '/series/s/points/1600000000000', '{"value":99}'],
  'a deleted point': ['DELETE', '/series/s/points/1600000000000'],
  metadata: ['PUT', '/series/s', '{"unit":"m"}'],
  'a new series': ['POST', '/series/new/points', rows(3)],
  'a deleted series': ['DELETE', '/series/s'],
  'an import': ['POST', '/import', `time,s,other\n${rows(5000).replaceAll(/(,\d+)$/gm, '$1$1')}`],
}

function change(url: string, [method, path, body]: (typeof changes)[string]) {
  const headers = body?.startsWith('{') ? { 'content-type': 'application/json' } : csv
  return call(url, method, path, { headers, ...(body === undefined ? {} : { body }) })
}

async function seen(url: string) {
  const [points, info] = await Promise.all([
    call(url, 'GET', '/series/s/points.csv'),
    call(url, 'GET', '/series/s').then(({ body: { bytes: _, ...info } }) => info),
  ])
  return { status: points.status, text: points.text, info }
}

/** Every change is refused; but, with `sparesDeletes`, for those that only delete. */
async function refusesAll(t: Test, url: string, { sparesDeletes = false } = {}) {
  for (const [what, one] of Object.entries(changes)) {
    if (sparesDeletes && one[0] === 'DELETE') continue
    const answer = await change(url, one)
    t.match(answer, { status: 503, body: { type: /:storage-unavailable$/ } }, what)
    t.ok(Number(answer.headers.get('retry-after')) > 0, `${what}: when to try again`)
  }
}

t.test('a Redis that is full takes no change, nor half of one, and goes on giving what it has', async (t) => {
  const server = await startLocal()
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(async () => {
    redis.disconnect()
    await server.stop()
  })
  t.equal((await call(server.url, 'POST', '/series/s/points', { body: rows(20_000), headers: csv })).status, 200)
  const before = await seen(server.url)
  await redis.config('SET', 'maxmemory', '1')
  await refusesAll(t, server.url, { sparesDeletes: true }) // what needs no memory may be done
  t.same(await seen(server.url), before)
  t.equal((await call(server.url, 'GET', '/series/new')).status, 404)
  await redis.config('SET', 'maxmemory', '0')
  t.equal((await change(server.url, changes['points behind the newest']!)).body.inserted, 3)
})

t.test('a Redis that fills up during an import keeps nothing of it', async (t) => {
  const server = await startLocal()
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(async () => {
    redis.disconnect()
    await server.stop()
  })
  t.equal((await call(server.url, 'POST', '/series/s/points', { body: rows(20_000), headers: csv })).status, 200)
  const before = await seen(server.url)
  const memory = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
  await redis.config('SET', 'maxmemory', String(memory + 1_500_000))
  // Values of many digits, which take more than that however they are packed.
  const lines = Array.from({ length: 400_000 }, (_, i) => `${1.5e12 + i * 1000},${Math.sin(i)},${Math.cos(i)}`)
  const answer = await call(server.url, 'POST', '/import', { body: `time,s,other\n${lines.join('\n')}`, headers: csv })
  t.match(answer, { status: 503, body: { type: /:storage-unavailable$/ } })
  await redis.config('SET', 'maxmemory', '0')
  t.same(await seen(server.url), before)
  t.equal((await call(server.url, 'GET', '/series/other')).status, 404)
  const left = await Promise.all((await redis.keys('*staged*')).map((key) => redis.pttl(key)))
  t.ok(
    left.every((ms) => ms > 0),
    'what may be left of it expires',
  )
})

t.test('a replica is read from; once it is the primary it takes changes', async (t) => {
  const primary = await startRedis()
  const replica = await startRedis()
  const redis = connect(replica.url, makeLog('silent'))
  const first = await startLocal({ REDIS_URL: primary.url, QUEUE_REDIS_URL: primary.url })
  const second = await startLocal({ REDIS_URL: replica.url, QUEUE_REDIS_URL: primary.url })
  t.teardown(async () => {
    redis.disconnect()
    await Promise.all([first.stop(), second.stop()])
    await Promise.all([primary.stop(), replica.stop()])
  })
  t.equal((await call(first.url, 'POST', '/series/s/points', { body: rows(3000), headers: csv })).status, 200)
  await redis.call('REPLICAOF', '127.0.0.1', String(primary.port))
  await until(async () => (await call(second.url, 'GET', '/series/s')).status === 200)
  const before = await seen(first.url)
  t.same(await seen(second.url), before, 'reads are answered')
  await refusesAll(t, second.url)
  t.same(await seen(second.url), before)
  t.same(await seen(first.url), before)
  await redis.call('REPLICAOF', 'NO', 'ONE')
  for (const [what, one] of Object.entries(changes)) {
    if (what === 'a deleted series') t.equal((await change(second.url, one)).status, 204, what)
    else if (what !== 'a deleted point') t.ok((await change(second.url, one)).status < 300, what)
  }
})

t.test('a Redis that is away, or slow, loses nothing', async (t) => {
  const server = await startLocal()
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(async () => {
    redis.disconnect()
    await server.stop()
  })
  t.equal((await call(server.url, 'POST', '/series/s/points', { body: rows(3000), headers: csv })).status, 200)
  const before = await seen(server.url)
  await server.redis.kill()
  await refusesAll(t, server.url)
  t.match(await call(server.url, 'GET', '/series/s/points'), { status: 503, body: { type: /:storage-unavailable$/ } })
  await server.redis.restart()
  await until(async () => (await call(server.url, 'GET', '/readyz')).status === 200)
  t.same(await seen(server.url), before)
  await redis.call('CLIENT', 'PAUSE', '1500', 'ALL')
  t.equal((await change(server.url, changes['points behind the newest']!)).body.inserted, 3, 'slow is not away')
})
