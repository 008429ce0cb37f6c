import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { connect, connectServer, type RedisServer } from '../redis.ts'
import { openStore, type SeriesStore } from '../series/store.ts'
import { openJobs } from './jobs.ts'
import { makePoker } from './poke.ts'
import { openQueue } from './queue.ts'
import { openResults, type Results } from './results.ts'
import type { SubmitServices } from './submit.ts'
import { makeSweep } from './sweep.ts'
import { makeWaiter, type Waiter } from './wait.ts'
import { type Watch, watchJobs } from './watch.ts'

/** A job that somebody waits for is looked at so often: a message on the channel may get lost. */
const lookMs = 1000

/** All that a function needs that submits jobs and gives their results. */
export interface JobServices extends SubmitServices {
  store: SeriesStore
  results: Results
  watch: Watch
  waiter: Waiter
  /** The connection to the Redis of the jobs. */
  redis: RedisServer
  /** Resolves when both Redis answer. */
  ready(): Promise<void>
  /** Lets everybody go who waits for a job. */
  stop(): void
  close(): Promise<void>
}

export function openJobServices(config: Config, log: Log): JobServices {
  const points = connect(config.REDIS_URL, log)
  const redis = connectServer(config.QUEUE_REDIS_URL, log)
  const jobs = openJobs(redis, config)
  const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
  const poker = makePoker(redis, config, log)
  const sweep = makeSweep(redis, { jobs, queue, poker, log, everyMs: config.SWEEP_MS })
  const watch = watchJobs(redis, jobs, { lookMs, looked: () => void sweep.run() })
  const waiter = makeWaiter(jobs, watch)
  return {
    ...{ store: openStore(points), jobs, results: openResults(redis, jobs), queue, poker, sweep, watch, waiter },
    ...{ redis, log },
    async ready() {
      await Promise.all([points.ping(), redis.ping()])
    },
    stop: () => waiter.stop(),
    async close() {
      poker?.close()
      watch.close()
      await queue.close()
      points.disconnect()
      redis.disconnect()
    },
  }
}
