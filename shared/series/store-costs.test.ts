import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { columns, rows, times } from '../../test/points.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { openStore } from './store.ts'

const server = await startRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

const store = openStore(redis)
const chunksOf = (name: string) => redis.zcard(seriesKeys(name).index)

/** Bytes that go into Redis and out of it while something is done. */
async function traffic(work: () => Promise<unknown>): Promise<number> {
  const stats = async () => {
    const text = await redis.info('stats')
    return ['input', 'output'].reduce(
      (sum, way) => sum + Number(new RegExp(`total_net_${way}_bytes:(\\d+)`).exec(text)![1]),
      0,
    )
  }
  const before = await stats()
  await work()
  return (await stats()) - before
}

const chunkBytes = 16 * 1024
const count = 200 * 1024

t.test('a change moves the chunks that it changes', async (t) => {
  await store.upsert('wide', columns(times(count, 0, 10)))
  const far = [5, 10 * count - 15]
  const cases: [string, number, () => Promise<unknown>][] = [
    ['two far points', 5, () => store.upsert('wide', columns(far))],
    ['the same again', 3, () => store.upsert('wide', columns(far))],
    ['one in the middle', 4, () => store.upsert('wide', columns([5 * count + 5]))],
    ['one behind all', 2, () => store.upsert('wide', columns([20 * count]))],
    ['one before all', 2, () => store.upsert('wide', columns([-20 * count]))],
    ['ten spread over it', 25, () => store.upsert('wide', columns(times(10, 7, 200_000)))],
    ['a long range deleted', 5, () => store.deleteRange('wide', { from: 100_005, to: 10 * count - 100_005 })],
  ]
  for (const [what, chunks, work] of cases) {
    const bytes = await traffic(work)
    t.ok(bytes < chunks * chunkBytes, `${what}: ${Math.round(bytes / 1024)} KB`)
  }
})

t.test('writes one by one make full chunks, in whatever order', async (t) => {
  const orders: [string, (i: number) => number, number][] = [
    ['oldest first', (i) => i, 3],
    ['newest first', (i) => -i, 3],
    ['mixed', (i) => (i * 1009) % 3001, 4],
    ['from both ends', (i) => (i % 2 ? -i : i), 4],
  ]
  const write = async ([order, time, most]: (typeof orders)[number]) => {
    for (let i = 0; i < 2100; i++) await store.upsert(order, columns([time(i)]))
    t.equal((await rows(store, order))!.length, 2100)
    const chunks = await chunksOf(order)
    t.ok(chunks <= most, `${order}: ${chunks} chunks`)
  }
  await Promise.all(orders.map(write))
})

t.test('deletes leave no row of small chunks', async (t) => {
  for (const order of ['asc', 'desc']) {
    const name = `thin/${order}`
    await store.upsert(name, columns(times(20 * 1024)))
    const starts = times(20, 0, 1024)
    for (const start of order === 'asc' ? starts : starts.reverse())
      await store.deleteRange(name, { from: start + 20, to: start + 1000 })
    t.equal((await rows(store, name))!.length, 20 * 44)
    t.ok((await chunksOf(name)) <= 2, `${await chunksOf(name)} chunks`)
  }
})

t.test('a limited read looks at what it gives, however long the series is', async (t) => {
  await store.upsert('long', columns([1, 2, 1e9, 1e9 + 1]))
  await store.deleteRange('long', { from: 2, to: 1e9 })
  await store.upsert('long', columns(times(1024, -2000)))
  await store.upsert('long', columns(times(1024, 2e9)))
  // Chunks that nobody may need to look at: there are only their names.
  for (let first = 1e9 + 10; first < 1e9 + 100_000; first += 10_000)
    await redis.zadd(seriesKeys('long').index, ...times(10_000, first).flatMap((id) => [id, id]))
  for (const [order, first] of [
    ['asc', -2000],
    ['desc', 2e9 + 1023],
  ] as const) {
    await redis.config('RESETSTAT')
    t.equal((await rows(store, 'long', { order, limit: 10 }))![0]![0], first)
    const stats = await redis.info('commandstats')
    const spent = [...stats.matchAll(/cmdstat_z\w+:calls=\d+,usec=(\d+)/g)].reduce((sum, [, us]) => sum + Number(us), 0)
    t.ok(spent < 5000, `${order}: ${spent} µs in the index`)
  }
})
