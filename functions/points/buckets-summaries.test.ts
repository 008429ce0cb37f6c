import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { seriesKeys } from '../../shared/keys.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { parseAggregates } from '../../shared/series/aggregate.ts'
import { makeBuckets } from '../../shared/series/calendar.ts'
import { parseEvery } from '../../shared/series/every.ts'
import { fullChunk } from '../../shared/series/rewrite.ts'
import { concatRows } from '../../shared/series/rows.ts'
import { openStore, type SeriesStore } from '../../shared/series/store.ts'
import { columns, times } from '../../test/points.ts'
import type { BucketSpec } from './derived-query.ts'
import type { Wanted } from './plan-read.ts'
import { readBuckets } from './read-buckets.ts'

const server = await startRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const store = openStore(redis)

/** The same without summaries: every point is read. */
const plain: SeriesStore = {
  ...store,
  async readParts(name, options) {
    const reading = await store.read(name, options)
    return reading && { info: reading.info, parts: [...reading.runs()] }
  },
}

const hour = 3_600_000
const names = 'count,sum,mean,min,max,range,first,last,rate,delta'
const aggregates = parseAggregates(names)

/** The rows of a read, each double by its bits. */
async function rowsOf(from: SeriesStore, name: string, spec: BucketSpec, wanted: Wanted): Promise<string[]> {
  const table = (await readBuckets(from, name, spec, wanted))!
  const parts = []
  for await (const rows of table.rows()) parts.push(rows)
  const { timestamps, columns } = concatRows(parts, spec.aggregates.length)
  return [timestamps, ...columns].map((column) => Buffer.from(column.buffer).toString('base64'))
}

/** Values by their place: of each kind some that sums round, cancel or overflow. */
const kinds: Record<string, (i: number) => number> = {
  tenths: (i) => Math.round(Math.sin(i / 300) * 400) / 10,
  'full doubles': (i) => Math.sin(i) * 1e3,
  'of all sizes': (i) => Math.sin(i) * 10 ** ((i * 7) % 600) * 1e-300,
  'huge ones that cancel': (i) => (i % 2 ? -1.7e308 : 1.7e308) / (1 + (i % 3)),
  zeroes: (i) => (i % 3 ? 0 : -0),
}
const count = 60_000

t.before(async () => {
  for (const [kind, value] of Object.entries(kinds)) {
    // Steps from a second to some hours, with gaps, and chunks that are not all full.
    let at = -90 * 24 * hour
    const stamps = times(count).map((i) => {
      at += 1000 + ((i * i) % 97) * 600 + (i % 12_500 === 0 ? 20 * 24 * hour : 0)
      return at
    })
    await store.upsert(kind, { timestamps: Float64Array.from(stamps), values: Float64Array.from(times(count), value) })
    for (const [from, to] of [
      [7500, 10_000],
      [25_000, 29_500],
      [45_000, 45_001],
    ] as const)
      await store.deleteRange(kind, { from: stamps[from]!, to: stamps[to]! })
  }
})

const time = fc.integer({ min: -100 * 24 * hour, max: 60 * 24 * hour })
const asked = fc.record({
  kind: fc.constantFrom(...Object.keys(kinds)),
  every: fc.constantFrom('10m', '1h', '7h', '30h', '1d', '3d', '1w', '1mo', '1q', '1y', '500h'),
  tz: fc.constantFrom('UTC', 'America/New_York'),
  from: fc.option(time, { nil: undefined }),
  to: fc.option(time, { nil: undefined }),
  order: fc.constantFrom('asc' as const, 'desc' as const),
  limit: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  fill: fc.constantFrom('none' as const, 'null' as const, 'previous' as const),
})

t.test('buckets of summaries are those of all points, to the last bit', async (t) => {
  await fc.assert(
    fc.asyncProperty(asked, async ({ kind, every, tz, from, to, order, limit, fill }) => {
      const spec: BucketSpec = { buckets: makeBuckets(parseEvery(every), tz), aggregates, fill }
      const wanted: Wanted = { range: { from, to }, order, limit }
      assert.deepEqual(await rowsOf(store, kind, spec, wanted), await rowsOf(plain, kind, spec, wanted))
    }),
    { numRuns: 300 },
  )
  t.pass('for every example that was tried')
})

/** Bytes that Redis sends while something is done. */
async function sent(work: () => Promise<unknown>): Promise<number> {
  const bytes = async () => Number(/total_net_output_bytes:(\d+)/.exec(await redis.info('stats'))![1])
  const before = await bytes()
  await work()
  return (await bytes()) - before
}

t.test('buckets that are wider than chunks read little more than the chunks at their edges', async (t) => {
  await store.upsert('wide', columns(times(100 * fullChunk, 0, 1000), Math.sin))
  const spec = (every: string, names: string): BucketSpec => ({
    ...{ buckets: makeBuckets(parseEvery(every)), aggregates: parseAggregates(names), fill: 'none' },
  })
  const wanted: Wanted = { range: { from: 44_000_000 }, order: 'asc' }
  const chunkBytes = await redis.hstrlen(seriesKeys('wide').chunks, '0')
  t.ok(chunkBytes > 6 * fullChunk)
  const few = await sent(() => rowsOf(store, 'wide', spec('55h', 'mean,max'), wanted))
  t.ok(few < 20 * chunkBytes, `${few} bytes for 5 buckets`)
  const all = await sent(() => rowsOf(store, 'wide', spec('55h', 'median'), wanted))
  t.ok(all > 90 * chunkBytes, `${all} bytes where every value is needed`)
  const narrow = await sent(() => rowsOf(store, 'wide', spec('10m', 'mean'), wanted))
  t.ok(narrow < 1.1 * all, `${narrow} bytes where every chunk is cut`)
})

t.test('summaries of earlier versions, which lack what is needed, are not used', async (t) => {
  await store.upsert(
    'old',
    columns(times(5 * fullChunk, 0, 100), (time) => time / 7),
  )
  const { summaries } = seriesKeys('old')
  const old = await redis.hgetall(summaries)
  for (const [id, summary] of Object.entries(old))
    await redis.hset(summaries, id, summary.split(' ').slice(0, 6).join(' '))
  const spec: BucketSpec = { buckets: makeBuckets(parseEvery('1h')), aggregates, fill: 'none' }
  const wanted: Wanted = { range: {}, order: 'asc' }
  t.same(await rowsOf(store, 'old', spec, wanted), await rowsOf(plain, 'old', spec, wanted))
})

t.test('summaries and chunks are of one revision, whoever writes between', async (t) => {
  const write = (value: number) =>
    store.upsert(
      'restless',
      columns(times(4 * fullChunk, 0, 100), () => value),
    )
  await write(0)
  const own = connect(server.url, makeLog('silent'))
  t.teardown(() => own.disconnect())
  const commands = own as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const send = commands.readMoreBuffer!.bind(own)
  let writes = 0
  commands.readMoreBuffer = async (...args) => {
    await write(++writes)
    return send(...args)
  }
  const spec: BucketSpec = {
    buckets: makeBuckets(parseEvery('1h')),
    aggregates: parseAggregates('min,max'),
    fill: 'none',
  }
  const table = (await readBuckets(openStore(own), 'restless', spec, { range: { from: 500 }, order: 'asc' }))!
  const seen = new Set<number>()
  for await (const { columns } of table.rows())
    for (const column of columns) for (const value of column) seen.add(value)
  t.same([...seen], [writes], 'the last one that was written before all was read as chunks')
  t.ok(writes > 1, `${writes} writes`)
})
