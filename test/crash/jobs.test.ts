import type { Test } from 'tap'
import { smqKeys } from '../../shared/jobs/smq-keys.ts'
import { jobKeys } from '../../shared/keys.ts'
import { call } from '../local.ts'
import { until } from '../processes.ts'
import { jobOf, poke, statusIs } from '../stage.ts'
import { pointsOf } from './points.ts'
import { runs } from './relay.ts'
import { runTests, type Scene } from './scene.ts'

let asked = 0
/** A job that nobody else asks for, under an Idempotency-Key of its own. */
function question() {
  const json = { kind: 'plot', series: 'wave', params: { title: `question ${asked++}` } }
  return { json, headers: { 'idempotency-key': `question-${asked}` } }
}

/** Asks again until the key of the request that broke off is free. */
const askAgain = (url: string, options: ReturnType<typeof question>) =>
  until(async () => {
    const answer = await call(url, 'POST', '/jobs', options)
    return answer.status !== 409 && answer
  })

/** Kills a `jobs` at a script, with a request under way, which then gets no answer. */
async function killAt(
  t: Test,
  { doomed, relay }: Scene,
  script: string,
  side: 'before' | 'after',
  request: (url: string) => Promise<unknown>,
): Promise<void> {
  const jobs = await doomed('jobs')
  const trap = relay.trap(runs(script), side)
  const answer = request(jobs.url).then(
    () => 'answered',
    () => 'no answer',
  )
  await trap.reached
  t.equal(await jobs.kill(), 'SIGKILL')
  t.equal(await answer, 'no answer')
  trap.cut()
}

runTests(pointsOf('jobs '), {
  async 'jobs before submitJob'(t, scene) {
    const { stage, redis } = scene
    const options = question()
    await killAt(t, scene, 'submitJob', 'before', (url) => call(url, 'POST', '/jobs', options))
    t.equal(await redis.zcard(jobKeys.all), 0, 'nothing was stored')
    const { status, body } = await askAgain(stage.jobs.url, options)
    t.equal(status, 202)
    t.same(await redis.zrange(jobKeys.all, 0, -1), [body.id])
    await scene.rescue(t, body.id, 1)
  },

  async 'jobs after submitJob'(t, scene) {
    const { redis, telling } = scene
    const options = question()
    const before = new Set(await redis.zrange(jobKeys.all, 0, -1))
    await killAt(t, scene, 'submitJob', 'after', (url) => call(url, 'POST', '/jobs', options))
    const added = (await redis.zrange(jobKeys.all, 0, -1)).filter((id) => !before.has(id))
    t.equal(added.length, 1, 'the job is stored')
    t.equal(await redis.llen(smqKeys.pending), 0, 'there is no ticket')
    const { body } = await askAgain(telling.url, options)
    t.equal(body.id, added[0])
    await until(async () => (await call(telling.url, 'GET', `/jobs/${body.id}`)).body.status === 'succeeded')
    await scene.rescue(t, body.id, 1)
  },

  async 'jobs after takePoke'(t, scene) {
    const { redis, relay, survivor, telling } = scene
    const options = question()
    const jobs = await scene.doomed('jobs', { WORKER_URL: survivor.url, POKE_MS: '5000' })
    // It pokes when it starts, too: that is over, and once the job is stored each poke is one for the job.
    await until(async () => (await redis.zcard(jobKeys.pokes)) === 0)
    const stored = relay.trap(runs('submitJob'), 'after')
    const asking = call(jobs.url, 'POST', '/jobs', options).catch(() => undefined) // told or not, the job is stored
    await stored.reached
    const poked = relay.trap(runs('takePoke'), 'after')
    stored.release()
    await poked.reached
    t.equal(await jobs.kill(), 'SIGKILL')
    await asking
    poked.cut()
    t.equal(await redis.zcard(jobKeys.pokes), 1, 'the poke is counted')
    const { body } = await askAgain(telling.url, options)
    await until(async () => (await call(telling.url, 'GET', `/jobs/${body.id}`)).body.status === 'succeeded')
    await scene.rescue(t, body.id, 1)
  },

  async 'jobs before cancelJob'(t, scene) {
    const { body } = await call(scene.stage.jobs.url, 'POST', '/jobs', question())
    await killAt(t, scene, 'cancelJob', 'before', (url) => call(url, 'DELETE', `/jobs/${body.id}`))
    t.equal((await jobOf(scene.stage, body.id)).status, 'queued')
    await scene.rescue(t, body.id, 1)
  },

  async 'jobs after cancelJob'(t, scene) {
    const { stage, survivor } = scene
    const { body } = await call(stage.jobs.url, 'POST', '/jobs', question())
    await killAt(t, scene, 'cancelJob', 'after', (url) => call(url, 'DELETE', `/jobs/${body.id}`))
    const cancelled = await statusIs(stage, body.id, 'cancelled')
    t.same((await call(stage.jobs.url, 'DELETE', `/jobs/${body.id}`)).body, cancelled)
    t.equal((await poke(survivor))?.body.ran, 0, 'nobody runs it')
    t.equal((await call(stage.results.url, 'GET', `/results/${body.id}`)).status, 409)
  },
})
