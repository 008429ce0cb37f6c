import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns, counter, generation, problem, rows, times } from '../../test/points.ts'
import { startPointsRedis } from '../../test/points-redis.ts'
import { namesKey, seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect, serverOf } from '../redis.ts'
import { decodeChunk } from './codec.ts'
import type { SeriesPage } from './directory.ts'
import { parseMatch } from './match.ts'
import { fullChunk } from './rewrite.ts'
import { openStore } from './store.ts'
import { formatSummary, summarize } from './summary.ts'

const server = await startPointsRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

const store = openStore(redis)

t.test('a series that does not exist has nothing', async (t) => {
  t.equal(await store.get('none'), undefined)
  t.equal(await store.read('none'), undefined)
  t.equal(await store.describe('none'), undefined)
  t.equal(await store.remove('none'), false)
  await t.rejects(store.deleteRange('none', {}), problem('unknown-series'))
})

t.test('metadata: what is given is set, what is missing stays, null removes', async (t) => {
  const made = await store.putMetadata('meta', { labels: { city: 'Köln', kind: 'air' }, unit: '°C' })
  t.equal(made.created, true)
  t.match(made.info, { name: 'meta', labels: { city: 'Köln', kind: 'air' }, unit: '°C', count: 0 })
  t.notOk('first' in made.info)
  const changed = await store.putMetadata('meta', { description: 'Heat', unit: null })
  t.equal(changed.created, false)
  t.match(changed.info, { labels: made.info.labels, description: 'Heat' })
  t.notOk('unit' in changed.info)
  t.equal(counter(changed.info.revision), counter(made.info.revision) + 1)
  const same = await store.putMetadata('meta', { description: 'Heat', labels: { kind: 'air', city: 'Köln' } })
  t.equal(same.info.revision, changed.info.revision, 'what is the same is no change')
  await store.upsert('meta', columns([1]))
  t.match(await store.get('meta'), { description: 'Heat', labels: { city: 'Köln' }, count: 1, first: 1, last: 1 })
})

t.test('points over many chunks, out of order, overwritten and unchanged', async (t) => {
  const thousands = times(20_000, 0, 10) // chunks of 6,667 or 6,666
  const { revision, ...made } = await store.upsert('many', columns(thousands))
  t.same(made, { inserted: 20_000, updated: 0, unchanged: 0 })
  t.same(
    await rows(store, 'many'),
    thousands.map((time) => [time, time / 2]),
  )
  t.same(await store.upsert('many', columns(thousands)), { inserted: 0, updated: 0, unchanged: 20_000, revision })

  // Between, before, after and upon what is there.
  const mixed = [-30, -20, 5, 10, 66_665, 66_670, 66_675, 199_990, 199_995, 300_000]
  const changed = await store.upsert(
    'many',
    columns(mixed, () => -1),
  )
  t.match(changed, { inserted: 7, updated: 3, unchanged: 0 })
  t.equal(counter(changed.revision), counter(revision) + 1)
  const model = new Map([
    ...thousands.map((time) => [time, time / 2] as const),
    ...mixed.map((time) => [time, -1] as const),
  ])
  t.same(
    await rows(store, 'many'),
    [...model].sort(([a], [b]) => a - b),
  )
  t.match(await store.get('many'), { count: 20_007, first: -30, last: 300_000, revision: changed.revision })
  t.match(await store.describe('many'), { count: 20_007, min: -1, max: 99_990, revision: changed.revision })
})

t.test('no points make no series, and change none', async (t) => {
  await t.rejects(store.upsert('empty', columns([])), problem('unknown-series'))
  t.equal(await store.get('empty'), undefined)
  const { revision } = await store.upsert('empty', columns([1]))
  t.same(await store.upsert('empty', columns([])), { inserted: 0, updated: 0, unchanged: 0, revision })
})

t.test('a series that is deleted and made again has another generation', async (t) => {
  const before = await store.upsert('again', columns(times(20_000)))
  t.equal(await store.remove('again'), true)
  t.equal(await rows(store, 'again'), undefined)
  const after = await store.upsert('again', columns([1]))
  t.not(generation(after.revision), generation(before.revision))
  t.same(await rows(store, 'again'), [[1, 0.5]])
  await store.remove('again')
  t.same(await redis.exists(...Object.values(seriesKeys('again'))), 0)
})

t.test('a deleted range loses its start and keeps its end', async (t) => {
  const full = fullChunk
  await store.upsert('cut', columns(times(5 * full)))
  const cut = async (from?: number, to?: number) => (await store.deleteRange('cut', { from, to })).deleted
  t.equal(await cut(full - 1, full + 1), 2, 'over the edge of two chunks')
  t.equal(await cut(2 * full, 3 * full), full, 'a chunk to the point')
  t.equal(await cut(2 * full, 3 * full), 0)
  t.equal(await cut(10, 10), 0)
  t.equal(await cut(undefined, 3), 3)
  t.equal(await cut(5 * full - 20), 20)
  t.equal(await cut(-100, 0), 0)
  const isLeft = (i: number) => i >= 3 && !(i >= full - 1 && i < full + 1) && !(i >= 2 * full && i < 3 * full)
  const left = times(5 * full - 20).filter(isLeft)
  t.same(
    (await rows(store, 'cut'))!.map(([time]) => time),
    left,
  )
  t.match(await store.get('cut'), { count: left.length, first: 3, last: 5 * full - 21 })
  const { revision } = (await store.get('cut'))!
  t.equal((await store.deleteRange('cut', { from: 10, to: 5 })).revision, revision, 'nothing deleted, nothing changed')
  t.equal(await cut(), left.length)
  t.notOk('first' in (await store.get('cut'))!)
  t.notOk('min' in (await store.describe('cut'))!)
})

t.test('a write upon a condition', async (t) => {
  const { revision } = await store.upsert('if', columns([1]))
  const failed = problem('precondition-failed')
  await t.rejects(store.upsert('if', columns([2]), { ifMatch: ['other.1'] }), failed)
  await t.rejects(store.deleteRange('if', {}, { ifMatch: ['other.1'] }), failed)
  await t.rejects(store.putMetadata('if', { unit: 'm' }, { ifMatch: ['other.1'] }), failed)
  await t.rejects(store.remove('if', { ifMatch: ['other.1'] }), failed)
  await t.rejects(store.upsert('if-none', columns([1]), { ifMatch: '*' }), failed)
  await t.rejects(store.remove('if-none', { ifMatch: '*' }), failed)
  await t.rejects(store.upsert('if', columns([2]), { ifMatch: [] }), failed)
  t.equal((await store.get('if'))!.revision, revision)
  t.equal(await store.get('if-none'), undefined)
  await store.upsert('if', columns([2]), { ifMatch: ['other.1', revision] })
  await t.rejects(store.upsert('if', columns([3]), { ifMatch: [revision] }), failed)
  t.match(await store.upsert('if', columns([4]), { ifMatch: '*' }), { inserted: 1 })
  await t.rejects(store.remove('if', { ifMatch: [revision] }), failed)
  t.equal(await store.remove('if', { ifMatch: '*' }), true)
})

t.test('lists by prefix, labels and page, in the order of the bytes', async (t) => {
  const names = ['l', 'l/', 'l/B', 'l/a', 'l/b', 'l/é', 'l/日', 'm']
  for (const name of names.toReversed())
    await store.putMetadata(name, { labels: { first: name.at(-1)!, kind: name === 'l/b' ? 'test' : 'real' } })
  const list = async (query: { prefix?: string; match?: string; after?: string; limit?: number }) => {
    const { match = '', limit = 100, ...rest } = query
    return (await store.list({ ...rest, limit, match: parseMatch(match) })).series.map(({ name }) => name)
  }
  t.same(await list({ prefix: 'l/' }), ['l/', 'l/B', 'l/a', 'l/b', 'l/é', 'l/日'])
  t.same(await list({ prefix: 'l', match: 'kind="test"' }), ['l/b'])
  t.same(await list({ prefix: 'l', match: 'kind!="test",first!="é"' }), ['l', 'l/', 'l/B', 'l/a', 'l/日'])
  t.same(await list({ match: 'kind="real",first="日"' }), ['l/日'])
  t.same(await list({ match: 'first=("日","B","no","B","m")' }), ['l/B', 'l/日', 'm'])
  t.same(await list({ prefix: 'l/', match: 'first!~"[a-zB]|日",kind=~"re.*"' }), ['l/', 'l/é'])
  for (const limit of [1, 2]) {
    const listed: string[] = []
    const match = 'first=("a","b","é","l","日")'
    for (
      let page = await list({ match, limit });
      page.length > 0;
      page = await list({ match, limit, after: listed.at(-1)! })
    )
      listed.push(...page)
    t.same(listed, ['l', 'l/a', 'l/b', 'l/é', 'l/日'], `a list of values, ${limit} a page`)
  }
  t.same(await list({ prefix: 'nothing' }), [])
  for (const limit of [1, 2, 3]) {
    const paged: string[] = []
    for (
      let page = await list({ prefix: 'l', limit });
      page.length > 0;
      page = await list({ prefix: 'l', limit, after: paged.at(-1)! })
    )
      paged.push(...page)
    t.same(paged, names.slice(0, -1), `${limit} a page`)
  }
  await store.putMetadata('l/b', { labels: { kind: 'real' } })
  await store.remove('l/a')
  t.same(await list({ match: 'kind="test"' }), [])
  t.same(await list({ match: 'first="a"' }), [])
  t.same(await list({ prefix: 'l/', match: 'first=""' }), ['l/b'])
})

t.test('a list that finds little looks at a part of the names, and goes on from there', async (t) => {
  const orphans = times(12_000).map((i) => `scan/${String(i).padStart(5, '0')}`)
  await redis.zadd(namesKey, ...orphans.flatMap((name) => [0, name]))
  const real = ['scan/', 'scan/06000', 'scan/11999']
  for (const name of real) await store.putMetadata(name, { labels: { kind: 'scanned' } })
  for (const match of ['', 'kind!="other"']) {
    const found: string[] = []
    let [pages, after]: [number, string | undefined] = [0, undefined]
    do {
      const page: SeriesPage = await store.list({ prefix: 'scan/', match: parseMatch(match), limit: 100, after })
      found.push(...page.series.map(({ name }) => name))
      after = page.next
    } while (++pages < 100 && after !== undefined)
    t.same(found, real)
    t.equal(pages, 3, 'some 5,000 names a page')
  }
  const exact = await store.list({ match: parseMatch('kind="scanned"'), limit: 3 })
  t.same([exact.series.length, exact.next], [3, undefined])
  const short = await store.list({ match: parseMatch('kind="scanned"'), limit: 2 })
  t.same([short.series.length, short.next], [2, 'scan/06000'])

  const holder = serverOf(redis, namesKey)
  await holder.config('RESETSTAT')
  await store.list({ prefix: 'scan/', match: parseMatch('kind!="other"'), limit: 1 })
  const calls = /cmdstat_zrangebylex:calls=(\d+)/.exec(await holder.info('commandstats'))![1]
  t.ok(Number(calls) <= 13, `${calls} looks, however few are wanted`)
})

const anyTime = fc.integer({ min: -12_000, max: 24_000 })
const anyBound = fc.option(anyTime, { nil: undefined })
const run = fc.record({
  first: anyTime,
  step: fc.integer({ min: 1, max: 4 }),
  count: fc.integer({ min: 1, max: 10_000 }),
  value: fc.integer({ min: 0, max: 3 }),
})
const anyOperation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ upsert: run }) },
  { weight: 3, arbitrary: fc.record({ scatter: fc.uniqueArray(anyTime, { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ delete: fc.record({ from: anyBound, to: anyBound }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      read: fc.record({
        from: anyBound,
        to: anyBound,
        order: fc.constantFrom('asc' as const, 'desc' as const),
        limit: fc.integer({ min: 0, max: 12_000 }),
      }),
    }),
  },
)

/** Chunks lie one behind the other, and their summaries say what is in them. */
async function checkChunks(name: string) {
  const keys = seriesKeys(name)
  const ids = await redis.zrange(keys.index, 0, -1)
  let before = -Infinity
  for (const id of ids) {
    const points = decodeChunk((await redis.hgetBuffer(keys.chunks, id))!)
    const summary = summarize(points)
    assert.equal(await redis.hget(keys.summaries, id), formatSummary(summary))
    assert.ok(String(summary.first) === id && summary.first > before && summary.count <= fullChunk)
    before = summary.last
  }
  assert.deepEqual([await redis.hlen(keys.chunks), await redis.hlen(keys.summaries)], [ids.length, ids.length])
}

t.test('any sequence of changes and reads gives what a plain map gives', async (t) => {
  let count = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyOperation, { minLength: 15, maxLength: 40, size: 'max' }), async (operations) => {
      const name = `model/${count++}`
      const model = new Map<number, number>()
      const within = (from = -Infinity, to = Infinity) =>
        [...model].filter(([time]) => time >= from && time < to).sort(([a], [b]) => a - b)
      await store.putMetadata(name, {})
      for (const operation of operations) {
        if ('upsert' in operation) {
          const { first, step, count, value } = operation.upsert
          const points = columns(times(count, first, step), (time) => (time + value) % 3)
          const before = model.size
          for (const [i, time] of points.timestamps.entries()) model.set(time, points.values[i]!)
          assert.equal((await store.upsert(name, points)).inserted, model.size - before)
        } else if ('scatter' in operation) {
          const before = model.size
          for (const time of operation.scatter) model.set(time, 9)
          const points = columns(
            operation.scatter.toSorted((a, b) => a - b),
            () => 9,
          )
          assert.equal((await store.upsert(name, points)).inserted, model.size - before)
        } else if ('delete' in operation) {
          const gone = within(operation.delete.from, operation.delete.to)
          for (const [time] of gone) model.delete(time)
          assert.equal((await store.deleteRange(name, operation.delete)).deleted, gone.length)
        } else {
          const { from, to, order, limit } = operation.read
          const expected = order === 'asc' ? within(from, to) : within(from, to).reverse()
          const found = (await rows(store, name, operation.read))!
          // With a limit whole chunks come, at least so many points as are wanted.
          assert.ok(found.length >= (limit === 0 ? expected.length : Math.min(limit, expected.length)))
          assert.deepEqual(found, expected.slice(0, found.length))
        }
      }
      assert.deepEqual(await rows(store, name), within())
      await checkChunks(name)
      assert.equal((await store.get(name))!.count, model.size)
      assert.deepEqual(
        [(await store.get(name))!.first, (await store.get(name))!.last],
        [within()[0]?.[0], within().at(-1)?.[0]],
      )
    }),
    { numRuns: 20 },
  )
  t.pass('for every example that was tried')
})
