import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { until } from '../../test/processes.ts'
import { retainedKey } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { noteDue, sweepByTheClock } from './retention.ts'

const server = await startRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

t.test('a series that can not be looked at keeps no other waiting, however many are due', async (t) => {
  const names = Array.from({ length: 1500 }, (_, i) => `good/${i}`)
  await redis.zadd(retainedKey, 0, 'bad', ...names.flatMap((name) => [1, name]))
  const looks = new Map<string, number>()
  const look = async (name: string) => {
    looks.set(name, (looks.get(name) ?? 0) + 1)
    if (name === 'bad') throw new Error('a chunk of it is damaged')
    return { name, revision: 'a.1', count: 0, labels: {}, retention: 3_600_000 }
  }
  const sweeps = sweepByTheClock(redis, look, { everyMs: 20, log: makeLog('silent') })
  await until(() => looks.size === 1501)
  const now = Date.now()
  await until(async () => (await redis.zcount(retainedKey, '-inf', now)) === 0)
  sweeps.stop()
  t.equal(looks.get('bad'), 1)
  t.ok(Number(await redis.zscore(retainedKey, 'bad')) < now + 120_000, 'it is tried again')
})

t.test('a change that is noted while its series is looked at is looked at soon', async (t) => {
  await redis.del(retainedKey)
  await noteDue(redis, 'changing', 0)
  let looks = 0
  const look = async (name: string) => {
    looks++
    if (looks === 1) await noteDue(redis, name, 0)
    return { name, revision: 'a.1', count: 0, labels: {}, retention: 3_600_000 }
  }
  const sweeps = sweepByTheClock(redis, look, { everyMs: 20, log: makeLog('silent') })
  await until(() => looks === 2)
  await until(async () => Number(await redis.zscore(retainedKey, 'changing')) > Date.now())
  sweeps.stop()
  t.equal(looks, 2)
})
