import { type AddressInfo, createServer } from 'node:net'
import t from 'tap'
import { startLocal } from '../functions/local.ts'
import { startRedis } from '../scripts/own-redis.ts'
import { sayFinding } from '../shared/fsck/report.ts'
import { labelKey, namesKey, seriesKeys } from '../shared/keys.ts'
import { type Log, makeLog } from '../shared/log.ts'
import { connect, isUnavailable } from '../shared/redis.ts'
import { slotOf } from '../shared/slot.ts'
import { faultsIn } from './fsck/look.ts'
import { call, quick } from './local.ts'
import { until } from './processes.ts'
import { type ClusterNode, startCluster } from './redis-cluster.ts'

const [cluster, queue] = await Promise.all([startCluster(), startRedis()])
// The permissions that docs/deploy.md asks for.
const permissions = '~ky:* &ky:* +@all -@admin -@dangerous +info +cluster|slots +cluster|info'.split(' ')
for (const { redis } of cluster.nodes) await redis.acl('SETUSER', 'functions', 'on', '>p@ss', ...permissions)
const pointsUrl = cluster.url.replace('://', '://functions:p%40ss@')
const settings = { ...quick, REDIS_URL: pointsUrl, QUEUE_REDIS_URL: queue.url }
const server = await startLocal(settings, makeLog('silent'))
const redis = connect(pointsUrl, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
  await Promise.all([cluster.stop(), queue.stop()])
})
const { url } = server
const csv = { 'content-type': 'text/csv' }
const path = (name: string) => `/series/${encodeURIComponent(name)}`
const slotOfSeries = (name: string) => slotOf(seriesKeys(name).meta)

const stations = Array.from({ length: 120 }, (_, i) => `s${i}`)
const rowsOf = 30
const dayMs = 86_400_000
const table = `time,station,level,flow\n${stations
  .flatMap((station, k) =>
    Array.from(
      { length: rowsOf },
      (_, i) => `${new Date(Date.UTC(2024, 0, 1) + i * dayMs).toISOString()},${station},${i + k},${i / 2}`,
    ),
  )
  .join('\n')}\n`
let names: string[] = []

t.test('an import of many series over all servers', async (t) => {
  const headers = { ...csv, 'idempotency-key': 'k1' }
  const made = await call(url, 'POST', '/import', { body: table, headers })
  t.equal(made.status, 200, made.text)
  const again = await call(url, 'POST', '/import', { body: table, headers })
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.same(again.body, made.body)
  const listed = (await call(url, 'GET', '/series?limit=1000')).body.series
  names = listed.map(({ name }: { name: string }) => name)
  t.equal(names.length, 2 * stations.length)
  t.ok(listed.every(({ count }: { count: number }) => count === rowsOf))
  const holders = await Promise.all(names.map((name) => cluster.holder(slotOfSeries(name))))
  t.equal(new Set(holders).size, cluster.nodes.length, 'each server holds some')
  const over = await call(url, 'POST', '/import', { body: table.replaceAll('T00:00', 'T12:00'), headers: csv })
  t.equal(over.status, 200, 'into series that are there')
  const { body } = await call(url, 'GET', `${path(names[7]!)}/points?shape=columns&limit=1000`)
  t.equal(body.values.length, 2 * rowsOf)
})

t.test('a refused import leaves nothing', async (t) => {
  const bad = await call(url, 'POST', '/import', { body: `${table}oops,s1,2,x\n`, headers: csv })
  t.equal(bad.status, 400)
  t.same((await faultsIn(pointsUrl, { atRest: true }, queue.url)).map(sayFinding), [])
  for (const { redis } of cluster.nodes) t.same(await redis.keys('*:staged:*'), [])
})

t.test('a job of series on several servers, and the results of a deleted series', async (t) => {
  const some = names.slice(0, 5)
  t.ok(new Set(await Promise.all(some.map((name) => cluster.holder(slotOfSeries(name))))).size > 1)
  const json = { kind: 'plot', series: some, params: { width: 200, height: 120 } }
  const { body } = await call(url, 'POST', '/jobs', { json, headers: { prefer: 'wait=30' } })
  t.equal(body.status, 'succeeded', JSON.stringify(body))
  t.equal((await call(url, 'GET', `/results/${body.id}.png`)).status, 200)
  t.equal((await call(url, 'DELETE', `${path(some[0]!)}?results=true`)).status, 204)
  t.equal((await call(url, 'GET', `/results/${body.id}.png`)).status, 410)
  names.shift()
})

t.test('a retention takes what is old, wherever the series is', async (t) => {
  for (const name of names.slice(0, 3)) {
    t.equal((await call(url, 'PUT', path(name), { json: { retention: '1d' } })).status, 200)
    const body = `${new Date().toISOString()},1\n2020-01-01,2\n`
    t.match((await call(url, 'POST', `${path(name)}/points`, { body, headers: csv })).body, { inserted: 1, expired: 1 })
    t.equal((await call(url, 'GET', path(name))).body.count, 1)
  }
})

/** A series of each server, but for those that are in `not`. */
async function oneOfEach(not: string[] = []): Promise<Map<ClusterNode, string>> {
  const found = new Map<ClusterNode, string>()
  for (const name of names) if (!not.includes(name)) found.set(await cluster.holder(slotOfSeries(name)), name)
  return found
}

t.test('faults on every server are found and mended', async (t) => {
  const [damaged, ...rest] = (await oneOfEach()).values()
  await redis.zadd(namesKey, 0, 'nobody', 0, 'no one')
  await redis.zadd(labelKey('place', 'nowhere'), 0, damaged!)
  await redis.zrem(namesKey, damaged!)
  await redis.hset(seriesKeys(damaged!).meta, 'count', 7)
  for (const name of rest) await redis.del(seriesKeys(name).summaries)
  const jobsUrl = queue.url
  const planted = [
    'chunk-summary',
    'chunk-summary',
    'name-missing',
    'name-orphan',
    'name-orphan',
    'name-orphan',
    'series-totals',
  ]
  const codes = async (options = {}) => (await faultsIn(pointsUrl, options, jobsUrl)).map(({ code }) => code)
  t.same(await codes(), planted)
  const mended = await faultsIn(pointsUrl, { repair: true }, jobsUrl)
  t.same(
    mended.filter(({ mended }) => !mended),
    [],
    'all are mended',
  )
  t.same(await codes({ atRest: true }), [], 'nothing is wrong then')
  t.ok(
    (await call(url, 'GET', '/series?limit=1000')).body.series.some(({ name }: { name: string }) => name === damaged),
  )
  t.equal((await call(url, 'GET', path(damaged!))).body.count > 7, true)
})

t.test('a server that is away: its series are refused, the others go on', async (t) => {
  const indexHolder = await cluster.holder(slotOf(namesKey))
  const series = [...(await oneOfEach())]
  const [[away, lost]] = series.filter(([node]) => node !== indexHolder) as [[ClusterNode, string]]
  const said: string[] = []
  const note = (_: object, text: string) => said.push(text)
  const watching = connect(pointsUrl, { warn: note, info: note } as unknown as Log)
  t.teardown(() => watching.disconnect())
  const isThere = () => watching.exists(seriesKeys(lost).meta)
  t.equal(await isThere(), 1)
  await away.server.kill()
  t.ok(isUnavailable(await isThere().catch((error) => error)))
  const write = (name: string) =>
    call(url, 'POST', `${path(name)}/points`, { body: `${new Date().toISOString()},5\n`, headers: csv })
  for (const answer of [await write(lost), await call(url, 'GET', `${path(lost)}/points`)]) {
    t.equal(answer.status, 503)
    t.match(answer.body, { type: 'urn:kymograph:problem:storage-unavailable' })
    t.ok(Number(answer.headers.get('retry-after')) >= 1)
  }
  for (const [node, name] of series) if (node !== away) t.equal((await write(name)).status, 200, name)
  await t.rejects(faultsIn(pointsUrl, {}, queue.url), 'not all keys can be looked at')
  await away.server.restart()
  await away.redis.acl('SETUSER', 'functions', 'on', '>p@ss', ...permissions)
  await until(async () => (await write(lost)).status === 200)
  await until(async () => (await isThere().catch(() => 0)) === 1)
  t.same(said, ['a server of the cluster is unreachable', 'a server of the cluster is back'], 'each is said once')
  t.same((await faultsIn(pointsUrl, {}, queue.url)).map(sayFinding), [])
})

t.test('a cluster that is not there, or is silent, is said to be unavailable', async (t) => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => silent.close())
  for (const hosts of ['127.0.0.1:1,127.0.0.1:2', `127.0.0.1:${(silent.address() as AddressInfo).port}`]) {
    const nowhere = connect(`redis+cluster://${hosts}`, makeLog('silent'))
    const error = await nowhere.get('x').catch((error) => error)
    t.ok(isUnavailable(error), String(error))
    nowhere.disconnect()
  }
})
