import { setTimeout as pause } from 'node:timers/promises'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobs } from '../../shared/jobs/jobs.ts'
import { openQueue } from '../../shared/jobs/queue.ts'
import { makeSweep } from '../../shared/jobs/sweep.ts'
import { watchJobs } from '../../shared/jobs/watch.ts'
import { connect, connectServer } from '../../shared/redis.ts'
import { openStore } from '../../shared/series/store.ts'
import { openChildren } from './children.ts'
import { type Drain, makeDrain } from './drain.ts'
import { runAttempt } from './run.ts'

/** A running job is looked at so often: the message that it was cancelled may get lost. */
const lookMs = 500

/** The function that draws: a poke wakes it, and is answered when the queue is drained. */
export const worker: FunctionDefinition<{ drain: Drain }> = {
  name: 'worker',
  segments: [],
  routes: [
    {
      method: 'POST',
      path: '/',
      scope: 'internal',
      summary: 'Drain the queue; the answer comes when no job is ready, or after a minute',
      answers: {
        200: {
          description: 'How many jobs were run',
          schema: { type: 'object', properties: { ran: { type: 'integer' } } },
        },
      },
      handle: async (_request, { drain }) => ({ body: { ran: await drain.drain() } }),
    },
  ],
  async open(config, log) {
    const children = openChildren(log, config.JOB_MEMORY_BYTES)
    children.warm() // it takes longest: first
    const points = connect(config.REDIS_URL, log)
    const redis = connectServer(config.QUEUE_REDIS_URL, log)
    const jobs = openJobs(redis, config)
    const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
    const giveBack = new AbortController()
    const watch = watchJobs(redis, jobs, { lookMs })
    const runner = { jobs, watch, store: openStore(points), children, settings: config, log }
    const drain = makeDrain(redis, {
      ...{ jobs, queue, watch, log },
      sweep: makeSweep(redis, { jobs, queue, log, everyMs: config.SWEEP_MS }),
      run: (job) => runAttempt(job, giveBack.signal, runner),
    })
    let drainUntil = 0
    return {
      drain,
      async ready() {
        await Promise.all([points.ping(), redis.ping()])
      },
      stop() {
        drain.stop()
        drainUntil = Date.now() + config.DRAIN_MS
      },
      async close() {
        // The job under way may end in the time that is left; then it is given back.
        const late = new AbortController()
        const wait = pause(Math.max(0, drainUntil - Date.now()), undefined, { signal: late.signal }).catch(() => {})
        await Promise.race([drain.idle(), wait])
        late.abort()
        giveBack.abort()
        await drain.idle()
        await drain.close()
        watch.close()
        children.close()
        await queue.close()
        points.disconnect()
        redis.disconnect()
      },
    }
  },
}
