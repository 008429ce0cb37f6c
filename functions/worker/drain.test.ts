import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { readConfig } from '../../shared/config.ts'
import { openJobs } from '../../shared/jobs/jobs.ts'
import { openQueue } from '../../shared/jobs/queue.ts'
import { makeSweep } from '../../shared/jobs/sweep.ts'
import { watchJobs } from '../../shared/jobs/watch.ts'
import { makeLog } from '../../shared/log.ts'
import { connectServer } from '../../shared/redis.ts'
import { until } from '../../test/processes.ts'
import { makeDrain } from './drain.ts'

t.test('under steady load a poke is let go of, and nothing is taken until the next one', async (t) => {
  const server = await startRedis()
  const log = makeLog('silent')
  const redis = connectServer(server.url, log)
  const settings = readConfig({ REDIS_URL: server.url })
  const jobs = openJobs(redis, settings)
  const queue = openQueue({ url: server.url, log })
  const sweep = makeSweep(redis, { jobs, queue, log, everyMs: settings.SWEEP_MS })
  const run = async () => pause(10) // longer than it takes to submit the next one
  const watch = watchJobs(redis, jobs, { lookMs: 500 })
  const drain = makeDrain(redis, { jobs, queue, watch, sweep, run, log, holdMs: 500 })
  t.teardown(async () => {
    await drain.close()
    await queue.close()
    watch.close()
    redis.disconnect()
    await server.stop()
  })
  const submit = async () => {
    const request = { kind: 'plot', series: ['s'], params: {}, traceparent: '' }
    const { job } = await jobs.submit(request, { revisions: [], fresh: true })
    await queue.send([{ job: job.id, epoch: job.epoch }])
    return job.id
  }
  let going = true
  const load = (async () => {
    while (going) {
      await submit()
      await pause(5)
    }
  })()
  await until(async () => (await queue.pending()) > 10)
  const held = drain.drain()
  const ran = await Promise.race([held, pause(20_000, undefined, { ref: false })])
  t.ok(typeof ran === 'number' && ran > 1, 'the poke is answered while jobs still come')
  going = false
  await load
  const left = await queue.pending()
  t.ok(left > 1)
  const last = await submit()
  t.equal((await jobs.get(last))?.status, 'queued')
  t.ok((await queue.pending()) >= left, 'tickets wait for a poke')
  await until(async () => {
    await drain.drain()
    return (await jobs.get(last))?.status === 'running'
  })
  t.pass('which takes them up')
})
