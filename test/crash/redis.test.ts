import { call } from '../local.ts'
import { until } from '../processes.ts'
import { freeze, poke, statusIs, submit } from '../stage.ts'
import { pointsOf } from './points.ts'
import { runs } from './relay.ts'
import { runTests } from './scene.ts'

const csv = { body: '2030-01-01,1', headers: { 'content-type': 'text/csv' } }

runTests(pointsOf('Redis '), {
  async 'Redis before the answer to completeJob'(t, scene) {
    const { stage, doomed, relay } = scene
    const worker = await doomed('worker')
    const id = await submit(stage)
    const trap = relay.trap(runs('completeJob'), 'after')
    void poke(worker)
    await trap.reached
    await stage.redis.kill()
    trap.cut()
    await stage.redis.restart()
    await until(() => worker.log.find(({ outcome }) => outcome === 'succeeded'))
    await scene.rescue(t, id, 1)
    await worker.kill()
  },

  async 'Redis while a job runs'(t, scene) {
    const { stage, survivor } = scene
    const frozen = await freeze(survivor)
    const id = await submit(stage)
    void poke(survivor)
    await statusIs(stage, id, 'running')
    await stage.redis.kill()
    process.kill(frozen, 'SIGCONT')
    t.equal((await call(stage.points.url, 'GET', '/series/wave')).status, 503)
    await stage.redis.restart()
    await scene.rescue(t, id)
  },

  async 'Redis that is full'(t, scene) {
    const { stage, survivor, redis } = scene
    const refused = async () => Number(/errorstat_OOM:count=(\d+)/.exec(await redis.info('errorstats'))?.[1] ?? 0)
    const frozen = await freeze(survivor)
    const id = await submit(stage)
    void poke(survivor)
    await statusIs(stage, id, 'running')
    await redis.config('SET', 'maxmemory', '1')
    const write = await call(stage.points.url, 'POST', '/series/filled/points', csv)
    t.match(write, { status: 503, body: { type: /:storage-unavailable$/ } })
    t.ok(write.headers.get('retry-after'))
    const json = { kind: 'plot', series: 'wave' }
    t.equal((await call(stage.jobs.url, 'POST', '/jobs', { json })).status, 503)
    t.equal((await call(stage.points.url, 'GET', '/series/wave/points?limit=1')).status, 200, 'reads are answered')
    const before = await refused()
    process.kill(frozen, 'SIGCONT')
    await until(async () => (await refused()) > before + 3)
    await redis.config('SET', 'maxmemory', '0')
    await scene.rescue(t, id)
    t.equal((await call(stage.points.url, 'POST', '/series/filled/points', csv)).body.inserted, 1)
  },

  async 'Redis that is slow'(t, scene) {
    const { stage, survivor, redis } = scene
    const frozen = await freeze(survivor)
    const id = await submit(stage)
    void poke(survivor)
    await statusIs(stage, id, 'running')
    await redis.call('CLIENT', 'PAUSE', '1500', 'ALL')
    process.kill(frozen, 'SIGCONT')
    await scene.rescue(t, id)
  },
})
