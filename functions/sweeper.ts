import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError, environment, readConfig } from '../shared/config.ts'
import { openJobs } from '../shared/jobs/jobs.ts'
import { makePoker } from '../shared/jobs/poke.ts'
import { makeSweep } from '../shared/jobs/sweep.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connectServer, type Redis } from '../shared/redis.ts'

/** A little less than the minute after which the next one is started. */
const holdMs = 55_000
/** How often it is looked whether anything is left to do. */
const lookMs = 1000

/**
 * What a cluster runs each minute: while a job waits or runs it sweeps and holds the pokes that keep the workers, for
 * 55 s; with nothing to do it ends at once, and has not even loaded the queue.
 */
async function main(): Promise<void> {
  const config = readConfig(environment)
  const log = makeLog(config.LOG_LEVEL, { function: 'sweeper' })
  const redis = connectServer(config.QUEUE_REDIS_URL, log)
  const end = new AbortController()
  const stop = () => end.abort()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  setTimeout(stop, holdMs).unref()
  try {
    if (await isIdle(redis)) return
    const { openQueue } = await import('../shared/jobs/queue.ts')
    const queue = openQueue({ url: config.QUEUE_REDIS_URL, log })
    const poker = makePoker(redis, config, log)
    const jobs = openJobs(redis, config)
    const sweep = makeSweep(redis, { jobs, queue, poker, log, everyMs: config.SWEEP_MS })
    log.info({}, 'jobs wait or run')
    while (!end.signal.aborted && !(await isIdle(redis))) {
      await sweep.run()
      await poker?.poke()
      await pause(lookMs, undefined, { signal: end.signal }).catch(() => {})
    }
    poker?.close()
    await queue.close()
  } finally {
    redis.disconnect()
  }
}

async function isIdle(redis: Redis): Promise<boolean> {
  const waiting = await Promise.all([redis.zcard(jobKeys.ready), redis.zcard(jobKeys.leases)])
  return waiting.every((count) => count === 0)
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`)
    process.exit(1)
  },
)
