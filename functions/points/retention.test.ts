import t from 'tap'
import { retainedKey, seriesKeys } from '../../shared/keys.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { fullChunk } from '../../shared/series/rewrite.ts'
import { call, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

const server = await startLocal({ RETENTION_SWEEP_MS: '50' })
const redis = connect(server.redis.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const { url } = server
const day = 86_400_000
/** A time so many days ago: far from the edge of any retention here, however slow the machine is. */
const ago = (days: number) => Date.now() - days * day
const write = (series: string, ...days: number[]) =>
  call(url, 'POST', `/series/${series}/points?timestamps=epoch_ms`, {
    json: days.map((n) => ({ timestamp: ago(n), value: n })),
  })
const put = (series: string, json: object) => call(url, 'PUT', `/series/${series}`, { json })
const values = async (series: string, limit = 1000) =>
  (await call(url, 'GET', `/series/${series}/points?shape=columns&limit=${limit}`)).body.values as number[]
const counter = (revision: string) => Number(revision.split('.')[1])

t.test('every form of a retention, and its removal', async (t) => {
  for (const [given, shown] of [
    ['30d', '30d'],
    ['P30D', '30d'],
    ['P2W', '14d'],
    ['PT36H', '36h'],
    ['90m', '90m'],
  ] as const) {
    t.equal((await put('forms', { retention: given })).body.retention, shown, given)
    t.equal((await call(url, 'GET', '/series/forms')).body.retention, shown)
  }
  const { revision } = (await put('forms', { retention: '5400s' })).body
  t.equal(revision, (await put('forms', { retention: '90m' })).body.revision, 'the same in other words is no change')
  t.equal((await put('forms', { unit: 'm' })).body.retention, '90m', 'what is missing stays')
  t.notOk('retention' in (await put('forms', { retention: null })).body)
  for (const retention of ['1y', '0d', 'soon', '']) {
    const bad = await put('forms', { retention })
    t.equal(bad.status, 400, retention)
    t.equal(bad.body.errors[0].pointer, '/retention')
  }
  t.equal((await put('forms', { retention: 30 })).status, 400)
})

t.test('an import keeps what the series keeps', async (t) => {
  const send = async (...days: number[]) => {
    const body = `time,imported\n${days.map((n) => `${new Date(ago(n)).toISOString()},${n}\n`).join('')}`
    return (await call(url, 'POST', '/import', { body, headers: { 'content-type': 'text/csv' } })).body
  }
  t.match(await send(30, 20, 2), { inserted: 3, expired: undefined })
  await put('imported', { retention: '7d' })
  t.match(await send(30, 9, 8, 1), { inserted: 1, updated: 0, unchanged: 0, expired: 3 })
  t.same(await values('imported'), [2, 1])
  const { revision } = (await call(url, 'GET', '/series/imported')).body
  t.match(await send(40), { inserted: 0, expired: 1 })
  t.equal((await call(url, 'GET', '/series/imported')).body.revision, revision, 'nothing has changed')
  await put('brief', { retention: '1h' })
  const body = `time,brief\n${new Date(ago(1)).toISOString()},1\n`
  const one = await call(url, 'POST', '/import', { body, headers: { 'content-type': 'text/csv' } })
  t.match(one.body, { inserted: 0, expired: 1 })
  t.same(await values('brief'), [], 'an empty series stays one')

  // Whole chunks that meet nothing are taken as they are, unless they are too old.
  await put('many', { retention: '7d' })
  const lines = Array.from({ length: 60_000 }, (_, i) => `${new Date(ago(20) + i * 30_000).toISOString()},${i}`)
  const many = await call(url, 'POST', '/import', {
    body: `time,many\n${lines.join('\n')}\n`,
    headers: { 'content-type': 'text/csv' },
  })
  const { inserted, expired } = many.body
  t.equal(inserted + expired, 60_000)
  t.ok(expired > 36_000 && inserted > 20_000)
  t.equal((await values('many', 60_000)).length, inserted)
})

t.test('what is older is not answered, and dropped', async (t) => {
  const written = (await write('old', 10, 8, 5.5, 3, 1, 0.1, -2)).body
  const kept = (await put('old', { retention: '7d' })).body
  t.match(kept, { count: 5, retention: '7d' })
  t.ok(counter(kept.revision) >= counter(written.revision) + 2, 'the metadata changed, and points were dropped')
  t.same(await values('old'), [5.5, 3, 1, 0.1, -2], 'what is to come is kept')
  t.match((await call(url, 'GET', '/series/old')).body, { count: 5, max: 5.5, revision: kept.revision })
  t.equal(await redis.hget(seriesKeys('old').meta, 'count'), '5')
  t.equal((await call(url, 'GET', `/series/old/points/${ago(8)}?unit=ms`)).status, 404)
  t.equal((await put('old', { retention: '365d' })).body.count, 5, 'what was dropped does not come back')
})

t.test('a write of what is older is taken, counted and not kept', async (t) => {
  await put('late', { retention: '7d' })
  const first = (await write('late', 9, 8, 3)).body
  t.match(first, { inserted: 1, updated: 0, unchanged: 0, expired: 2 })
  t.same(await values('late'), [3])
  const none = (await write('late', 10)).body
  t.same(none, { inserted: 0, updated: 0, unchanged: 0, expired: 1, revision: first.revision })
  t.notOk('expired' in (await write('late', 1)).body)
  const range = `from=${ago(20)}&to=${ago(2)}&timestamps=epoch_ms`
  const replaced = await call(url, 'PUT', `/series/late/points?${range}`, {
    json: [19, 4].map((n) => ({ timestamp: ago(n), value: n })),
  })
  t.match(replaced.body, { inserted: 1, deleted: 1, expired: 1 })
  const one = await call(url, 'PUT', `/series/late/points/${ago(8)}?unit=ms`, { json: { value: 1 } })
  t.match([one.status, one.body], [200, { inserted: 0, expired: 1 }])
  t.same(await values('late'), [4, 1])
})

t.test('a point expires by itself, and the revision with it', async (t) => {
  const at = Date.now()
  await call(url, 'POST', '/series/short/points?timestamps=epoch_ms', {
    json: [0, 60_000].map((later) => ({ timestamp: at + later, value: later })),
  })
  const { revision } = (await put('short', { retention: '1s' })).body
  const gone = await until(async () => {
    const answer = await call(url, 'GET', '/series/short/points?shape=columns')
    return answer.body.values.length === 1 ? answer : undefined
  })
  t.same(gone.body.values, [60_000])
  t.ok(Date.now() >= at + 1000, 'not before its time')
  const now = (await call(url, 'GET', '/series/short')).body.revision
  t.ok(counter(now) > counter(revision) || now === revision, 'it never falls')
  t.equal(gone.headers.get('etag')!.slice(1).split(';')[0], now)
  const stale = { 'if-none-match': `"${revision.split('.')[0]}.1;x"` }
  t.equal((await call(url, 'GET', '/series/short/points?shape=columns', { headers: stale })).status, 200)
})

t.test('what nobody reads is dropped by the clock, chunks and all', async (t) => {
  await put('swept', { retention: '30d' })
  const start = Date.now() - 20 * day
  const body = Array.from({ length: 30_000 }, (_, i) => `${start + i * 10_000},${i}`).join('\n')
  await call(url, 'POST', '/series/swept/points?unit=ms', { body, headers: { 'content-type': 'text/csv' } })
  // The same to the sweep as ten days that have passed: nobody has read or written through the store since.
  const { meta, chunks } = seriesKeys('swept')
  await redis.hset(meta, 'retention', 18 * day)
  await redis.zadd(retainedKey, 0, 'swept')
  const count = await until(async () => {
    const left = Number(await redis.hget(meta, 'count'))
    return left < 30_000 ? left : undefined
  })
  t.ok(count > 12_000 && count < 13_000, `${count} points of 30,000, ten seconds each, of which two days have gone`)
  t.equal(await redis.hlen(chunks), Math.ceil(count / fullChunk))
  t.equal((await call(url, 'GET', '/series/swept')).body.count, count)
  const due = Number(
    await until(async () => {
      const score = await redis.zscore(retainedKey, 'swept')
      return score !== null && Number(score) > 0 ? score : undefined
    }),
  )
  t.ok(due > Date.now(), 'it is looked at again when the next point is due')
  await put('swept', { retention: null })
  await redis.zadd(retainedKey, 0, 'swept')
  await until(async () => (await redis.zscore(retainedKey, 'swept')) === null)
  t.ok((await call(url, 'GET', '/series/swept')).body.count <= count, 'a series without a retention is left alone')
})

t.test('a list shows what is kept', async (t) => {
  await write('listed', 9, 1)
  await redis.hset(seriesKeys('listed').meta, 'retention', 7 * day)
  const [listed] = (await call(url, 'GET', '/series?prefix=listed')).body.series
  t.match(listed, { name: 'listed', count: 1, retention: '7d' })
})

t.test('a write upon a condition that an expired point has broken is refused', async (t) => {
  const { revision } = (await write('cond', 9, 1)).body
  await redis.hset(seriesKeys('cond').meta, 'retention', 7 * day)
  const headers = { 'if-match': `"${revision}"` }
  t.equal((await call(url, 'PUT', '/series/cond/points/2040-01-01', { json: { value: 1 }, headers })).status, 412)
  t.same(await values('cond'), [1])
})
