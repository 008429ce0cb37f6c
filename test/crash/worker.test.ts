import type { Test } from 'tap'
import { smqKeys } from '../../shared/jobs/smq-keys.ts'
import { faultsIn } from '../fsck/look.ts'
import { call } from '../local.ts'
import { drawingProcess, until } from '../processes.ts'
import { freeze, jobOf, poke, statusIs, submit } from '../stage.ts'
import { pointsOf } from './points.ts'
import { runs } from './relay.ts'
import { runTests, type Scene } from './scene.ts'

/** Has a worker take a job, and kills it at a script. */
async function killAt(t: Test, { stage, doomed, relay }: Scene, script: string, side: 'before' | 'after', nth = 1) {
  const worker = await doomed('worker')
  const id = await submit(stage)
  const trap = relay.trap(runs(script), side, nth)
  void poke(worker)
  await trap.reached
  t.equal(await worker.kill(), 'SIGKILL')
  trap.cut()
  return id
}

/** The same while the worker gives its job back, which it was told to. */
async function killReleasing(t: Test, { stage, doomed, relay }: Scene, side: 'before' | 'after') {
  const worker = await doomed('worker', { DRAIN_MS: '0' })
  await freeze(worker) // it is killed when its worker gives the job back
  const id = await submit(stage)
  void poke(worker)
  await statusIs(stage, id, 'running')
  const trap = relay.trap(runs('releaseJob'), side)
  worker.signal('SIGTERM')
  await trap.reached
  t.equal(await worker.kill(), 'SIGKILL')
  trap.cut()
  return id
}

const wasRefused = ({ msg, outcome }: { msg: string; outcome?: unknown }) =>
  outcome === 'refused' || /lease was lost/.test(msg)

runTests(pointsOf('worker ', 'a '), {
  async 'worker before claimJob'(t, scene) {
    const { stage, doomed, relay, redis } = scene
    const worker = await doomed('worker')
    // Its consumer is there once it has had nothing to do; then a ticket reaches it without a poke.
    await poke(worker)
    const consumer = await until(async () => {
      const all = Object.entries(await redis.hgetall(smqKeys.consumers))
      return all.find(([, about]) => JSON.parse(about).pid === worker.pid)?.[0]
    })
    const trap = relay.trap(runs('claimJob'), 'before')
    const id = await submit(stage)
    await until(async () => {
      await jobOf(stage, id) // whoever looks sweeps: had the survivor taken the first ticket, there is another
      return (await redis.llen(smqKeys.processing(consumer))) === 1
    })
    void poke(worker)
    await trap.reached
    t.equal(await worker.kill(), 'SIGKILL')
    trap.cut()
    t.equal((await jobOf(stage, id)).attempt, 0)
    await scene.rescue(t, id, 1)
    await redis.del(smqKeys.heartbeat(consumer)) // in ten seconds it is gone by itself
    const told = await faultsIn(stage.redis.url, { notes: true, repair: true })
    t.match(told, [{ code: 'smq-consumer', detail: /it held a ticket/, mended: true }])
    t.same(await faultsIn(stage.redis.url, { notes: true }), [], 'nothing of it is left')
  },

  async 'worker after claimJob'(t, scene) {
    await scene.rescue(t, await killAt(t, scene, 'claimJob', 'after'), 2)
  },

  async 'worker before beatJob'(t, scene) {
    await scene.rescue(t, await killAt(t, scene, 'beatJob', 'before'), 2)
  },

  async 'worker before completeJob'(t, scene) {
    await scene.rescue(t, await killAt(t, scene, 'completeJob', 'before'), 2)
  },

  async 'worker after completeJob'(t, scene) {
    await scene.rescue(t, await killAt(t, scene, 'completeJob', 'after'), 1)
  },

  async 'worker before releaseJob'(t, scene) {
    const id = await killReleasing(t, scene, 'before')
    t.equal((await jobOf(scene.stage, id)).attempt, 1)
    await scene.rescue(t, id, 2)
  },

  async 'worker after releaseJob'(t, scene) {
    const id = await killReleasing(t, scene, 'after')
    t.equal((await jobOf(scene.stage, id)).status, 'queued', 'it does not wait for the lease')
    await scene.rescue(t, id, 2)
  },

  async 'a completion that comes late'(t, scene) {
    const { stage, doomed, relay } = scene
    const worker = await doomed('worker')
    const id = await submit(stage)
    const trap = relay.trap(runs('completeJob'), 'before')
    void poke(worker)
    await trap.reached
    await scene.rescue(t, id, 2)
    const result = await call(stage.results.url, 'GET', `/results/${id}`)
    trap.release()
    await until(() => worker.log.find(wasRefused))
    t.equal((await jobOf(stage, id)).attempt, 2)
    t.same((await call(stage.results.url, 'GET', `/results/${id}`)).body, result.body, 'the result is the second one')
    await worker.kill()
  },

  async 'a worker that stands still'(t, scene) {
    const { stage, doomed } = scene
    const worker = await doomed('worker')
    const frozen = await freeze(worker)
    const id = await submit(stage)
    void poke(worker)
    await statusIs(stage, id, 'running')
    worker.signal('SIGSTOP')
    process.kill(frozen, 'SIGCONT')
    await scene.rescue(t, id, 2)
    const result = await call(stage.results.url, 'GET', `/results/${id}`)
    worker.signal('SIGCONT')
    await until(() => worker.log.find(wasRefused))
    t.same((await call(stage.results.url, 'GET', `/results/${id}`)).body, result.body)
    await worker.kill()
  },

  async 'a claim whose answer is lost'(t, scene) {
    const { stage, doomed, relay } = scene
    const worker = await doomed('worker')
    const id = await submit(stage)
    const trap = relay.trap(runs('claimJob'), 'after')
    void poke(worker)
    await trap.reached
    trap.cut()
    await statusIs(stage, id, 'succeeded')
    await scene.rescue(t, id, 1)
    await worker.kill()
  },

  async 'a drawing process that crashes'(t, scene) {
    const { stage, survivor } = scene
    const pid = await drawingProcess(survivor)
    process.kill(pid, 'SIGSTOP')
    const id = await submit(stage)
    void poke(survivor)
    await statusIs(stage, id, 'running')
    process.kill(pid, 'SIGSEGV')
    process.kill(pid, 'SIGCONT')
    await scene.rescue(t, id, 2)
    t.match(
      survivor.log.find(({ cause }) => (cause as { code?: string } | undefined)?.code === 'crashed'),
      { job: id, cause: { detail: /SIGSEGV/ } },
    )
  },

  async 'a drawing process that hangs'(t, scene) {
    await failsWith(t, scene, 'timeout', { JOB_TIMEOUT_MS: '500' }, freeze)
  },

  async 'a drawing process that takes memory'(t, scene) {
    // Larger than that once Vega is loaded.
    const grown = async (worker: Parameters<typeof freeze>[0]) => {
      const id = await submit(scene.stage, '2020-01-03')
      await poke(worker)
      await until(async () => ['succeeded', 'failed'].includes((await jobOf(scene.stage, id)).status))
    }
    await failsWith(t, scene, 'out-of-memory', { JOB_MEMORY_BYTES: '67108864' }, grown)
  },
})

async function failsWith(
  t: Test,
  { stage, doomed }: Scene,
  code: string,
  settings: Record<string, string>,
  prepare: (worker: Parameters<typeof freeze>[0]) => Promise<unknown>,
) {
  const worker = await doomed('worker', { ...settings, JOB_ATTEMPTS: '1' })
  await prepare(worker)
  const id = await submit(stage)
  void poke(worker)
  const failed = await statusIs(stage, id, 'failed')
  t.match(failed, { attempt: 1, error: { code } })
  t.equal((await call(stage.results.url, 'GET', `/results/${id}`)).status, 409)
  await worker.kill()
}
