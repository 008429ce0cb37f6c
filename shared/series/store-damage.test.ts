import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { chunkOfVersion1, columns, rows, times } from '../../test/points.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { ChunkError, decodeChunk } from './codec.ts'
import { commitSeries } from './commit.ts'
import { fullChunk } from './rewrite.ts'
import { openStaging } from './staging.ts'
import { openStore } from './store.ts'

const server = await startRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const store = openStore(redis)

t.test('a damaged or missing chunk is an error that names it, never data', async (t) => {
  const count = 3 * fullChunk
  await store.upsert('hurt', columns(times(count)))
  const { chunks } = seriesKeys('hurt')
  const ids = (await redis.hkeys(chunks)).sort((a, b) => Number(a) - Number(b))
  const id = ids[1]!
  const bytes = (await redis.hgetBuffer(chunks, id))!
  const { revision } = (await store.get('hurt'))!
  const flipped = Buffer.from(bytes)
  flipped[bytes.length >> 1]! ^= 4
  const damages: [fault: string, () => Promise<unknown>][] = [
    ['its checksum does not match', () => redis.hset(chunks, id, flipped)],
    ['its checksum does not match', () => redis.hset(chunks, id, bytes.subarray(0, -1))],
    ['it has 20 bytes', () => redis.hset(chunks, id, bytes.subarray(0, 20))],
    ['its version is 9, not 1 to 3', () => redis.hset(chunks, id, Buffer.from([9, ...bytes.subarray(1)]))],
    ['it is missing', () => redis.hdel(chunks, id)],
  ]
  for (const [fault, damage] of damages) {
    await damage()
    const message = `the chunk ${id} of the series 'hurt' is damaged: ${fault}`
    for (const use of [
      () => rows(store, 'hurt'),
      () => store.upsert('hurt', columns([Number(id)])),
      () => store.deleteRange('hurt', { to: Number(id) + 1 }),
    ]) {
      const error = await use().then(
        () => undefined,
        (error) => error,
      )
      t.match(error, { message })
      t.ok(error instanceof ChunkError)
    }
    t.equal((await rows(store, 'hurt', { to: 10 }))!.length, 10, 'what is whole is given')
  }
  t.equal((await store.get('hurt'))!.revision, revision)
  await redis.hset(chunks, id, bytes)
  t.equal((await rows(store, 'hurt'))!.length, count)
  await redis.hdel(chunks, id)
  t.match(await store.deleteRange('hurt', {}), { deleted: count }, 'what is damaged can be deleted')
})

t.test('an import that meets a missing chunk says so, and changes nothing', async (t) => {
  await store.upsert('holed', columns(times(3 * fullChunk)))
  const { chunks } = seriesKeys('holed')
  const id = (await redis.hkeys(chunks)).sort((a, b) => Number(a) - Number(b))[1]!
  await redis.hdel(chunks, id)
  const before = await store.get('holed')
  const staging = openStaging(redis, 'i1', 60_000)
  staging.column('holed').add(Number(id) + 1, 7)
  await staging.finish()
  await t.rejects(commitSeries(redis, 'holed', 'i1'), {
    message: `the chunk ${id} of the series 'holed' is damaged: it is missing`,
  })
  t.same(await store.get('holed'), before)
})

t.test('a series of chunks of version 1 is read, and what changes becomes version 2', async (t) => {
  await store.upsert('old', columns(times(3 * fullChunk)))
  const { chunks } = seriesKeys('old')
  const ids = (await redis.hkeys(chunks)).sort((a, b) => Number(a) - Number(b))
  for (const id of ids) {
    const points = decodeChunk((await redis.hgetBuffer(chunks, id))!)
    await redis.hset(chunks, id, chunkOfVersion1(points))
  }
  const all = await rows(store, 'old')
  t.same(
    all,
    times(3 * fullChunk).map((time) => [time, time / 2]),
  )
  await store.upsert(
    'old',
    columns([fullChunk], () => 7),
  )
  const versions = await Promise.all(ids.map(async (id) => (await redis.hgetBuffer(chunks, id))![0]))
  t.same(versions, [1, 2, 1])
  t.same((await rows(store, 'old'))![fullChunk], [fullChunk, 7])
})
