import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { columns, rows, times } from '../../test/points.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { fullChunk } from './rewrite.ts'
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

const count = 200 * fullChunk

t.test('a change moves the chunks that it changes', async (t) => {
  await store.upsert('wide', columns(times(count, 0, 10), Math.sin))
  const chunkBytes = await redis.hstrlen(seriesKeys('wide').chunks, '0')
  t.ok(chunkBytes > 6 * fullChunk, `${chunkBytes} bytes a chunk, most of them noise`)
  const far = [5, 10 * count - 15]
  const cases: [string, number, () => Promise<unknown>][] = [
    ['two far points', 5, () => store.upsert('wide', columns(far))],
    ['the same again', 3, () => store.upsert('wide', columns(far))],
    ['one in the middle', 4, () => store.upsert('wide', columns([5 * count + 5], Math.cos))],
    ['one behind all', 2, () => store.upsert('wide', columns([20 * count]))],
    ['one before all', 2, () => store.upsert('wide', columns([-20 * count]))],
    ['ten spread over it', 25, () => store.upsert('wide', columns(times(10, 7, count)))],
    ['a long range deleted', 5, () => store.deleteRange('wide', { from: 800_005, to: 10 * count - 800_005 })],
  ]
  for (const [what, chunks, work] of cases) {
    const bytes = await traffic(work)
    t.ok(bytes < chunks * chunkBytes, `${what}: ${Math.round(bytes / 1024)} KB`)
  }
})

t.test('a walk of one decimal takes three quarters of a byte a point, all keys counted', async (t) => {
  let [state, tenths] = [1, 200]
  const step = () => {
    state = (state * 48271) % 2147483647
    tenths += (state % 21) - 10
    return tenths / 10
  }
  for (const batch of [1000, 10_000, 100_000]) {
    const [name, count] = [`walk/${batch}`, 300_000]
    for (let at = 0; at < count; at += batch) await store.upsert(name, columns(times(batch, at * 60_000, 60_000), step))
    const keys = Object.values(seriesKeys(name))
    const sizes = await Promise.all(keys.map(async (key) => Number(await redis.memory('USAGE', key, 'SAMPLES', 0))))
    const bytes = sizes.reduce((sum, size) => sum + size, 0) / count
    t.ok(bytes > 0.549 && bytes < 0.75, `${bytes.toFixed(3)} bytes a point, written ${batch} at a time`)
  }
})

t.test('small writes make full chunks, in whatever order', async (t) => {
  const together = 40 // or it would take long
  const orders: [string, (i: number) => number, number][] = [
    ['oldest first', (i) => i, 3],
    ['newest first', (i) => -i, 3],
    ['mixed', (i) => (i * 1009) % 3001, 4],
    ['from both ends', (i) => (i % 2 ? -i : i), 4],
  ]
  const write = async ([order, place, most]: (typeof orders)[number]) => {
    const writes = Math.ceil((2.05 * fullChunk) / together)
    for (let i = 0; i < writes; i++) await store.upsert(order, columns(times(together, place(i) * together)))
    t.equal((await rows(store, order))!.length, writes * together)
    const chunks = await chunksOf(order)
    t.ok(chunks <= most, `${order}: ${chunks} chunks`)
  }
  await Promise.all(orders.map(write))
})

t.test('deletes leave no row of small chunks', async (t) => {
  for (const order of ['asc', 'desc']) {
    const name = `thin/${order}`
    await store.upsert(name, columns(times(20 * fullChunk)))
    const starts = times(20, 0, fullChunk)
    for (const start of order === 'asc' ? starts : starts.reverse())
      await store.deleteRange(name, { from: start + 20, to: start + fullChunk - 24 })
    t.equal((await rows(store, name))!.length, 20 * 44)
    t.ok((await chunksOf(name)) <= 2, `${await chunksOf(name)} chunks`)
  }
})

t.test('a point before full chunks that are patched, again and again, leaves no row of small chunks', async (t) => {
  const [first, full] = [1_000_000, 3 * fullChunk]
  await store.upsert('before', columns(times(fullChunk)))
  await store.upsert('before', columns(times(full, first)))
  const patched = times(384, first + 32, 64)
  for (let round = 1; round <= 30; round++)
    await store.upsert(
      'before',
      columns([first - 60 + round, ...patched], () => round),
    )
  t.equal((await rows(store, 'before'))!.length, fullChunk + full + 30)
  t.ok((await chunksOf('before')) <= 6, `${await chunksOf('before')} chunks`)
})

t.test('a limited read looks at what it gives, however long the series is', async (t) => {
  await store.upsert('long', columns([1, 2, 1e9, 1e9 + 1]))
  await store.deleteRange('long', { from: 2, to: 1e9 })
  await store.upsert('long', columns(times(fullChunk, -20_000)))
  await store.upsert('long', columns(times(fullChunk, 2e9)))
  // Chunks that nobody may need to look at: there are only their names.
  for (let first = 1e9 + 10; first < 1e9 + 100_000; first += 10_000)
    await redis.zadd(seriesKeys('long').index, ...times(10_000, first).flatMap((id) => [id, id]))
  for (const [order, first] of [
    ['asc', -20_000],
    ['desc', 2e9 + fullChunk - 1],
  ] as const) {
    await redis.config('RESETSTAT')
    t.equal((await rows(store, 'long', { order, limit: 10 }))![0]![0], first)
    const stats = await redis.info('commandstats')
    const spent = [...stats.matchAll(/cmdstat_z\w+:calls=\d+,usec=(\d+)/g)].reduce((sum, [, us]) => sum + Number(us), 0)
    t.ok(spent < 5000, `${order}: ${spent} µs in the index`)
  }
})
