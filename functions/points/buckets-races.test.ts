import t from 'tap'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { parseAggregates } from '../../shared/series/aggregate.ts'
import { makeBuckets } from '../../shared/series/calendar.ts'
import { parseEvery } from '../../shared/series/every.ts'
import type { Fill } from '../../shared/series/fill.ts'
import { openStore, type SeriesStore } from '../../shared/series/store.ts'
import { call, startLocal } from '../../test/local.ts'
import type { BucketSpec } from './derived-query.ts'
import type { Wanted } from './plan-read.ts'
import { readBuckets } from './read-buckets.ts'
import { takeRows } from './table.ts'

const server = await startLocal()
t.teardown(() => server.stop())

t.test('a page of buckets, with what it carries in, is of one revision', async (t) => {
  // Each write gives all points one value in one step: a reader that mixes two revisions meets two values.
  const write = (value: number) => {
    const body = Array.from({ length: 600 }, (_, i) => `${i * 900},${value}`).join('\n')
    const headers = { 'content-type': 'text/csv' }
    return call(server.url, 'POST', '/series/changing/points?unit=s', { body, headers })
  }
  t.equal((await write(0)).status, 200)
  const query = 'every=1h&aggregate=min,max,twmean&fill=linear&from=1970-01-02T00:20:00Z&limit=5&shape=columns'
  const first = (await call(server.url, 'GET', `/series/changing/points?${query}`)).body
  let writing = true
  const writer = (async () => {
    for (let value = 1; value <= 60; value++) await write(value)
    writing = false
  })()
  const seen = new Set<number>()
  while (writing) {
    for (const cursor of ['', `&cursor=${first.next}`]) {
      const { status, body } = await call(server.url, 'GET', `/series/changing/points?${query}${cursor}`)
      t.equal(status, 200)
      const values = new Set<number>([...body.min, ...body.max, ...body.twmean])
      t.equal(values.size, 1, [...values].join(' and '))
      seen.add(body.min[0])
    }
  }
  await writer
  t.ok(seen.size > 1, `${seen.size} revisions were read`)
})

t.test('a series that changes before every read is given in the end, and as it is', async (t) => {
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const store = openStore(redis)
  const hours = Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 7 > 2)
  const points = {
    timestamps: Float64Array.from(hours, (hour) => hour * 3_600_000 + 60_000),
    values: Float64Array.from(hours, (hour) => (hour * 37) % 11),
  }
  await store.upsert('restless', points)
  let reads = 0
  const restless: SeriesStore = {
    ...store,
    async read(name, options) {
      await store.putMetadata(name, { unit: String(++reads) })
      return store.read(name, options)
    },
  }
  const range = { from: 2.5 * 3_600_000, to: 39 * 3_600_000 }
  for (const fill of ['none', 'null', 'previous', 'linear'] satisfies Fill[]) {
    const buckets = makeBuckets(parseEvery('1h'))
    const spec: BucketSpec = { buckets, aggregates: parseAggregates('mean,twmean'), fill }
    for (const order of ['asc', 'desc'] as const) {
      for (const after of [undefined, 10 * 3_600_000, 16 * 3_600_000]) {
        const page = async (store: SeriesStore, limit: number) => {
          const wanted: Wanted = { range, order, after, limit }
          return takeRows((await readBuckets(store, 'restless', spec, wanted))!, 3)
        }
        const found = await page(restless, 4)
        t.equal(found.rows.timestamps.length, 3)
        t.same(found, await page(store, Infinity), `${fill}, ${order}, after ${after}`)
      }
    }
  }
  t.ok(reads > 24 * 5, 'the range was read in one after several tries')
})
