import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { connect, type Redis } from '../redis.ts'
import { openStore, type SeriesStore } from '../series/store.ts'
import { openJobs } from './jobs.ts'
import { makePoker } from './poke.ts'
import { openQueue } from './queue.ts'
import { openResults, type Results } from './results.ts'
import type { SubmitServices } from './submit.ts'
import { makeSweep } from './sweep.ts'
import { makeWaiter, type Waiter } from './wait.ts'

/** All that a function needs that submits jobs and gives their results. */
export interface JobServices extends SubmitServices {
  store: SeriesStore
  results: Results
  waiter: Waiter
  /** The connection to the Redis of the jobs. */
  redis: Redis
  /** Resolves when both Redis answer. */
  ready(): Promise<void>
  close(): Promise<void>
}

export function openJobServices(config: Config, log: Log): JobServices {
  const points = connect(config.REDIS_URL, log)
  const redis = connect(config.QUEUE_REDIS_URL, log)
  const jobs = openJobs(redis, config)
  const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
  const poker = makePoker(redis, config, log)
  const sweep = makeSweep(redis, { jobs, queue, poker, log, everyMs: config.SWEEP_MS })
  const waiter = makeWaiter(redis, jobs, () => void sweep.run())
  return {
    ...{ store: openStore(points), jobs, results: openResults(redis, jobs), queue, poker, sweep, waiter, redis, log },
    async ready() {
      await Promise.all([points.ping(), redis.ping()])
    },
    async close() {
      poker?.close()
      waiter.close()
      await queue.close()
      points.disconnect()
      redis.disconnect()
    },
  }
}
