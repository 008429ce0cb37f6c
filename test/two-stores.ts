import type { Test } from 'tap'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { openStore } from '../shared/series/store.ts'
import { startPointsRedis } from './points-redis.ts'

/** Two stores that know nothing of one another, as in two processes, on a Redis of their own, until the tests end. */
export async function openTwoStores(t: Pick<Test, 'teardown'>, start = startPointsRedis) {
  const server = await start()
  const [redis, second] = [connect(server.url, makeLog('silent')), connect(server.url, makeLog('silent'))]
  t.teardown(async () => {
    redis.disconnect()
    second.disconnect()
    await server.stop()
  })
  return { server, redis, store: openStore(redis), other: openStore(second) }
}
