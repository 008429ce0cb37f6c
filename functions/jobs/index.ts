import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobs } from '../../shared/jobs/jobs.ts'
import { makePoker } from '../../shared/jobs/poke.ts'
import { openQueue } from '../../shared/jobs/queue.ts'
import { openResults } from '../../shared/jobs/results.ts'
import { makeSweep } from '../../shared/jobs/sweep.ts'
import { makeWaiter } from '../../shared/jobs/wait.ts'
import { watchJobs } from '../../shared/jobs/watch.ts'
import { connect } from '../../shared/redis.ts'
import { segments } from '../../shared/segments.ts'
import { openStore } from '../../shared/series/store.ts'
import { cancelRoutes } from './cancel.ts'
import { eventRoutes } from './events.ts'
import { kindRoutes } from './kinds.ts'
import { lookRoutes } from './looking.ts'
import type { JobsServices } from './services.ts'
import { submitRoutes } from './submitting.ts'

/** A job that somebody waits for is looked at so often: a message on the channel may get lost. */
const lookMs = 1000

/** The function that takes jobs and tells of them. */
export const jobs: FunctionDefinition<JobsServices> = {
  name: 'jobs',
  segments: segments.jobs,
  routes: [...submitRoutes, ...lookRoutes, ...cancelRoutes, ...eventRoutes, ...kindRoutes],
  async open(config, log) {
    const points = connect(config.REDIS_URL, log)
    const redis = connect(config.QUEUE_REDIS_URL, log)
    const jobs = openJobs(redis, config)
    const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
    const poker = makePoker(redis, config, log)
    // Who wakes this function is likely to bring a job: a worker that sleeps wakes meanwhile.
    poker?.wake().catch(() => {})
    const sweep = makeSweep(redis, { jobs, queue, poker, log, everyMs: config.SWEEP_MS })
    const watch = watchJobs(redis, jobs, { lookMs, looked: () => void sweep.run() })
    const waiter = makeWaiter(jobs, watch)
    const stopping = new AbortController()
    return {
      ...{
        store: openStore(points),
        jobs,
        results: openResults(redis, jobs),
        queue,
        poker,
        sweep,
        watch,
        waiter,
        bases: config,
        stopping: stopping.signal,
        log,
      },
      onces: openOnces(redis, config),
      async ready() {
        await Promise.all([points.ping(), redis.ping()])
      },
      stop() {
        stopping.abort()
        waiter.stop()
      },
      async close() {
        poker?.close()
        watch.close()
        await queue.close()
        points.disconnect()
        redis.disconnect()
      },
    }
  },
}
