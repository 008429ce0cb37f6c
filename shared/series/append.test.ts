import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { columns, counter, problem, rows, times } from '../../test/points.ts'
import { until } from '../../test/processes.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connectServer } from '../redis.ts'
import { append } from './append.ts'
import { type ReadOptions, readChunks } from './chunks.ts'
import { ChunkError } from './codec.ts'
import { dropExpired } from './retention.ts'
import { fullChunk } from './rewrite.ts'
import { openStore, type SeriesStore } from './store.ts'
import { fullTail, tailId } from './tail.ts'

const server = await startRedis()
const redis = connectServer(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

const store = openStore(redis)
/** Points that become chunks of their own. */
const ownChunk = fullChunk / 2
const tailOf = async (name: string) => (await redis.strlen(seriesKeys(name).tail)) / 16
const chunksOf = (name: string) => redis.zcard(seriesKeys(name).index)

/** What a store asks of Redis while something is done: the names of its scripts and commands. */
async function asked(work: (store: SeriesStore) => Promise<unknown>): Promise<string[]> {
  const watched = connectServer(server.url, makeLog('silent'))
  await watched.ping()
  const names: string[] = []
  const send = watched.sendCommand.bind(watched)
  watched.sendCommand = (command, stream) => {
    names.push(command.name)
    return send(command, stream)
  }
  await work(openStore(watched))
  watched.disconnect()
  return names
}

t.test('what is newer than all there is takes one call', async (t) => {
  await store.upsert('one', columns([0]))
  await store.upsert('one', columns([1]))
  const cases: [string, number[], object][] = [
    ['a point', [2], { inserted: 1 }],
    ['some', times(50, 10), { inserted: 50 }],
    ['a late one and a new one', [5, 60], { inserted: 2 }],
    [
      'one that is there, one with another value, and a new one',
      [10, 60, 61],
      { inserted: 1, updated: 1, unchanged: 1 },
    ],
  ]
  for (const [what, at, counts] of cases) {
    const { revision } = (await store.get('one'))!
    const value = (time: number) => (time === 60 ? at.length : time / 2)
    const written: object[] = []
    const names = await asked(async (store) => written.push(await store.upsert('one', columns(at, value))))
    t.same(names, ['evalsha'], what)
    const [generation] = revision.split('.')
    const after = { revision: `${generation}.${counter(revision) + 1}` }
    t.same(written, [{ inserted: 0, updated: 0, unchanged: 0, ...counts, ...after }], what)
  }
  const { revision } = (await store.get('one'))!
  t.same(await store.upsert('one', columns([10, 11])), { inserted: 0, updated: 0, unchanged: 2, revision })
  t.match(await store.get('one'), { count: 56, first: 0, last: 61 })
  t.equal(await tailOf('one'), 55)
  const all = [0, 1, 2, 5, ...times(50, 10), 60, 61].toSorted((a, b) => a - b)
  t.same(
    await rows(store, 'one'),
    all.map((time) => [time, time === 60 ? 3 : time / 2]),
  )
})

t.test('a batch in time order takes one call, and is chunks of its own', async (t) => {
  const batch = 3 * fullChunk
  await store.upsert('batches', columns(times(batch)))
  for (const [i, count] of [batch, fullChunk / 2].entries()) {
    const names = await asked((store) => store.upsert('batches', columns(times(count, (i + 1) * batch))))
    t.same(names, ['evalsha'])
  }
  t.match(await store.get('batches'), {
    count: 2 * batch + fullChunk / 2,
    first: 0,
    last: 2 * batch + fullChunk / 2 - 1,
  })
  t.equal((await rows(store, 'batches'))!.length, 2 * batch + fullChunk / 2)
  t.equal(await chunksOf('batches'), 7)
  await store.upsert('batches', columns([1e6]))
  t.equal(await tailOf('batches'), 1)
  await store.upsert('batches', columns(times(batch, 2e6)))
  t.equal(await tailOf('batches'), 0, 'behind a tail it takes the tail with it')
  t.same((await rows(store, 'batches', { from: 1e6, to: 2e6 + 1 }))!.length, 2)
})

t.test('the write that would fill a tail cuts it into a chunk', async (t) => {
  await store.upsert('full', columns([0]))
  for (let time = 1; time < fullTail; time++) await store.upsert('full', columns([time]))
  t.same([await chunksOf('full'), await tailOf('full')], [1, fullTail - 1])
  t.match(await store.upsert('full', columns([fullTail])), { inserted: 1, updated: 0 })
  t.equal(await tailOf('full'), 0)
  t.match(await store.upsert('full', columns([fullTail + 1])), { inserted: 1 })
  t.equal(await tailOf('full'), 1)
  t.equal((await rows(store, 'full'))!.length, fullTail + 2)
  t.match(await store.get('full'), { count: fullTail + 2, first: 0, last: fullTail + 1 })
})

t.test('a late point beside the tail does not touch it', async (t) => {
  await store.upsert('late', columns([0, 10]))
  await store.upsert('late', columns([20, 30]))
  for (const time of [15, 5, -5]) t.match(await store.upsert('late', columns([time])), { inserted: 1 })
  t.equal(await tailOf('late'), 2)
  t.same(
    (await rows(store, 'late'))!.map(([time]) => time),
    [-5, 0, 5, 10, 15, 20, 30],
  )
  t.match(await store.describe('late'), { count: 7, first: -5, last: 30, min: -2.5, max: 15 })
  t.match(await store.deleteRange('late', { to: 20 }), { deleted: 5 })
  t.equal(await tailOf('late'), 2, 'nor does a delete before it')
  t.match(await store.get('late'), { count: 2, first: 20, last: 30 })
  t.match(await store.deleteRange('late', { from: 25, to: 40 }), { deleted: 1 })
  t.match(await store.get('late'), { count: 1, first: 20, last: 20 })
  await store.upsert('late', columns([50]))
  t.equal(await tailOf('late'), 1)
  t.match(await store.deleteRange('late', {}), { deleted: 2 })
  t.notOk('first' in (await store.get('late'))!)
  t.match(await store.upsert('late', columns([7])), { inserted: 1 })
  t.match(await store.get('late'), { count: 1, first: 7, last: 7 })
  await store.remove('late')
  t.equal(await redis.exists(...Object.values(seriesKeys('late'))), 0)
})

t.test('a read has the tail where its range meets it, and its limit counts it', async (t) => {
  await store.upsert('read', columns([0, 10]))
  await store.upsert('read', columns([20, 30, 40]))
  const cases: [ReadOptions, string[]][] = [
    [{}, ['0', tailId]],
    [{ order: 'desc' }, [tailId, '0']],
    [{ to: 20 }, ['0']],
    [{ from: 11, to: 21 }, [tailId]],
    [{ from: 40 }, [tailId]],
    [{ from: 41 }, []],
    [{ limit: 2 }, ['0']],
    [{ limit: 3 }, ['0', tailId]],
    [{ order: 'desc', limit: 3 }, [tailId]],
    [{ order: 'desc', limit: 4 }, [tailId, '0']],
    [{ order: 'desc', limit: 1, to: 30 }, [tailId, '0']],
    [{ order: 'desc', limit: 1, to: 20 }, ['0']],
  ]
  for (const [options, ids] of cases) {
    const found = (await readChunks(redis, 'read', options))!
    t.same(
      found.chunks.map(({ id }) => id),
      ids,
      JSON.stringify(options),
    )
  }
})

t.test('a series with a retention has its points dropped as before, those of its tail too', async (t) => {
  const now = Date.now()
  await store.upsert('kept', columns([now - 9000]))
  await store.upsert('kept', columns([now - 8000, now - 1000]))
  t.equal(await tailOf('kept'), 2)
  await store.putMetadata('kept', { retention: 5000 })
  t.match(await store.get('kept'), { count: 1, first: now - 1000 })
  t.match(await store.upsert('kept', columns([now - 7000, now])), { inserted: 1, expired: 1 })
  t.equal(await tailOf('kept'), 0)
  t.equal((await rows(store, 'kept'))!.length, 2)
})

t.test(
  'points that are kept go to the tail of a series with a retention, and chunks behind it, without a read',
  async (t) => {
    const now = Date.now()
    await store.upsert('brief', columns([now - 500]))
    await store.putMetadata('brief', { retention: 1000 })
    t.match(await append(redis, 'brief', columns([now - 2000])), undefined, 'one that is too old is left to others')
    t.match(await append(redis, 'brief', columns([now + 60_000])), { inserted: 1 })
    t.equal(await tailOf('brief'), 1)
    const later = now + 120_000
    t.match(await append(redis, 'brief', columns(times(ownChunk, later, 1))), undefined, 'there is a tail')
    await store.replaceRange('brief', { from: now }, columns(times(fullTail, now + 60_000, 1)))
    t.match(await append(redis, 'brief', columns(times(ownChunk, later, 1))), { inserted: ownChunk })
    await until(async () => (await store.get('brief'))!.first! > now, 5000)
    t.equal((await rows(store, 'brief'))!.length, fullTail + ownChunk, 'what has expired since is dropped')
    await store.putMetadata('empty', { retention: 1000 })
    t.match(await append(redis, 'empty', columns([later])), undefined, 'the first point is noted for the sweep')
  },
)

t.test('what expires is dropped while points are appended without a pause', async (t) => {
  const connection = connectServer(server.url, makeLog('silent'))
  t.teardown(() => connection.disconnect())
  const retention = 1000
  // In a chunk, before what is appended by another process; and in the tail, which the same process appends to.
  const cases = [
    { what: 'from chunks', writer: openStore(connection), places: 100 },
    { what: 'from the tail', writer: store, places: 1 },
  ]
  for (const { what, writer, places } of cases) {
    const [name, now] = [`busy/${what}`, Date.now()]
    if (what === 'from the tail') await store.upsert(name, columns([now - 900]))
    await store.upsert(name, columns(times(80, now - 800, 10)))
    await store.putMetadata(name, { retention })
    const end = now + 1500
    let [appended, reads] = [0, 0]
    const write = async () => {
      for (; Date.now() < end; appended++)
        await writer.upsert(
          name,
          columns([now + 10_000 + (appended % places)], () => appended),
        )
    }
    const read = async () => {
      for (; Date.now() < end; reads++) {
        const asked = Date.now()
        const { first } = (await store.get(name))!
        if (first! < asked - retention) t.fail('a point that had expired was told of')
      }
    }
    await Promise.all([write(), write(), write(), write(), read()])
    // A drop that loses to the appends each time keeps its reader waiting: then there are seventy appends to a read.
    t.ok(appended > 100 && reads > appended / 30, `${what}: ${reads} reads beside ${appended} appends`)
    const { count, first } = (await store.get(name))!
    t.equal(first, now + 10_000)
    t.equal(count, places)
  }
})

t.test('what has expired is dropped once, whoever asks', async (t) => {
  const now = Date.now()
  await store.upsert('once', columns([now - 5000, now + 60_000]))
  const { retention: _, ...info } = (await store.get('once'))!
  await redis.hset(seriesKeys('once').meta, 'retention', 1000)
  for (let i = 0; i < 3; i++) await dropExpired(redis, { ...info, retention: 1000 }, now - 1000)
  t.match(await store.get('once'), { count: 1, first: now + 60_000 })
  const counterOf = (revision: string) => Number(revision.split('.')[1])
  t.equal(counterOf((await store.get('once'))!.revision), counterOf(info.revision) + 1)
})

t.test('a condition holds for an append too', async (t) => {
  const { revision } = await store.upsert('if', columns([1]))
  await store.upsert('if', columns([2]))
  const failed = problem('precondition-failed')
  await t.rejects(store.upsert('if', columns([3]), { ifMatch: [revision] }), failed)
  await t.rejects(store.upsert('if', columns([2]), { ifNoneMatch: '*', point: 2 }), failed)
  await t.rejects(store.upsert('if', columns([3]), { ifMatch: '*', point: 3 }), failed)
  t.match(
    await store.upsert(
      'if',
      columns([2], () => 9),
      { ifMatch: '*', point: 2 },
    ),
    { updated: 1 },
  )
  t.match(await store.upsert('if', columns([3]), { ifNoneMatch: '*', point: 3 }), { inserted: 1 })
})

t.test('a tail that is damaged is an error that names it, never data, and nothing is written behind it', async (t) => {
  await store.upsert('hurt', columns([1, 2]))
  await store.upsert('hurt', columns([3, 4]))
  const { tail } = seriesKeys('hurt')
  const bytes = (await redis.getBuffer(tail))!
  const message = /^the tail of the series 'hurt' is damaged: /
  for (const damaged of [
    bytes.subarray(0, 25),
    Buffer.concat([bytes.subarray(0, 15), Buffer.of(0x7f), bytes.subarray(16)]),
  ]) {
    if (damaged.length % 16 === 0) damaged[14] = 0xf8
    await redis.set(tail, damaged)
    for (const use of [() => rows(store, 'hurt'), () => store.describe('hurt')]) {
      const error = await use().then(
        () => undefined,
        (error) => error,
      )
      t.match(error, { message })
      t.ok(error instanceof ChunkError)
    }
    t.equal((await rows(store, 'hurt', { to: 3 }))!.length, 2, 'what is whole is given')
  }
  await redis.set(tail, bytes.subarray(0, 25))
  await t.rejects(store.upsert('hurt', columns([5])), { message })
  t.match(await store.deleteRange('hurt', { to: 3 }), { deleted: 2 })
})
