import t from 'tap'
import { startPointsRedis } from '../../test/points-redis.ts'
import { seriesKeys, stagedKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect, runScript } from '../redis.ts'
import { fullChunk } from './rewrite.ts'
import { openStaging } from './staging.ts'
import { openStore } from './store.ts'

const server = await startPointsRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

/** Adds so many points of a series, in time order. */
async function add(staging: ReturnType<typeof openStaging>, name: string, from: number, count: number): Promise<void> {
  const column = staging.column(name)
  for (let i = from; i < from + count; i++) {
    column.add(i * 1000, i)
    await staging.sendIfFull()
  }
}

t.test('what was sent expires by itself, from the first lot on', async (t) => {
  const staging = openStaging(redis, 'expires', 60_000)
  await add(staging, 's', 0, 20 * fullChunk)
  t.ok((await redis.pttl(stagedKeys('s', 'expires', '').runs)) > 0)
  await staging.finish()
  const { runs } = stagedKeys('s', 'expires', '')
  t.equal(await redis.hlen(runs), 20)
  t.ok((await redis.pttl(runs)) > 0)
})

t.test('an import of which a part has expired is refused, also when later rows began it anew', async (t) => {
  const staging = openStaging(redis, 'late', 60_000)
  await add(staging, 's', 0, 20 * fullChunk)
  const { runs } = stagedKeys('s', 'late', '')
  t.ok(await redis.del(runs)) // as it expires
  await add(staging, 's', 20 * fullChunk, 20 * fullChunk)
  await t.rejects(staging.finish(), {
    code: 'storage-unavailable',
    message: /part of it has expired; nothing was written/,
  })
  t.ok(await redis.exists(runs), 'it is there again')
})

t.test('a commit changes nothing when what it had prepared has expired', async (t) => {
  const store = openStore(redis)
  const { revision } = await store.upsert('kept', { timestamps: Float64Array.of(1), values: Float64Array.of(2) })
  const staging = openStaging(redis, 'slept', 60_000)
  await add(staging, 'kept', 0, 3)
  await staging.finish()
  const staged = stagedKeys('kept', 'slept', 'attempt')
  const keys = [...Object.values(seriesKeys('kept')), staged.runs, staged.chunks, staged.summaries]
  const ids = await redis.hkeys(seriesKeys('kept').chunks)
  t.equal(await runScript(redis, 'commitStaged', keys, ['kept', 'change', revision, 'generation', ...ids]), null)
  t.match(await store.get('kept'), { revision, count: 1 })
  t.ok(await redis.exists(staged.runs), 'it can be committed once more')
})
