import t, { type Test } from 'tap'
import { makeLog } from '../../shared/log.ts'
import { connect, type Redis } from '../../shared/redis.ts'
import { nothingIsLeft } from '../fsck/look.ts'
import { type FunctionProcess, serveHere, startFunction, until } from '../processes.ts'
import { endedOnce, jobOf, makeStage, poke, type Stage, startWorker } from '../stage.ts'
import type { CrashPoint } from './points.ts'
import { type Relay, startRelay } from './relay.ts'

/** A stage with a relay, behind which stand those that are to die, and a worker that outlives them all. */
export interface Scene {
  stage: Stage
  relay: Relay
  redis: Redis
  survivor: FunctionProcess
  /** A `jobs` that pokes the survivor; that of the stage pokes nobody. */
  telling: { url: string }
  /** A function whose connections to Redis go by the relay. */
  doomed(name: string, settings?: Record<string, string>): Promise<FunctionProcess>
  /** The survivor runs what there is until the job has ended well; then nothing is wrong in Redis. */
  rescue(t: Test, id: string, attempt?: number): Promise<void>
}

/** Short leases: what was lost is found in a fraction of a second. */
const settings = { IDEMPOTENCY_LEASE_MS: '300', IMPORT_LEASE_MS: '300', RETENTION_SWEEP_MS: '3600000' }

async function makeScene(t: Test): Promise<Scene> {
  const stage = await makeStage(t, settings)
  const relay = await startRelay(stage.redis.port)
  const redis = connect(stage.redis.url, makeLog('silent'))
  t.teardown(() => {
    relay.stop()
    redis.disconnect()
  })
  const survivor = await startWorker(stage)
  const telling = await serveHere('jobs', { ...stage.settings, WORKER_URL: survivor.url })
  t.teardown(() => telling.stop())
  return {
    ...{ stage, relay, redis, survivor, telling },
    async doomed(name, more = {}) {
      const started = await startFunction(name, { ...stage.settings, REDIS_URL: relay.url, ...more })
      stage.started.push(started)
      return started
    },
    async rescue(t, id, attempt) {
      await until(async () => {
        await poke(survivor)
        return (await jobOf(stage, id).catch(() => undefined))?.status === 'succeeded'
      })
      await endedOnce(t, stage, id, attempt)
    },
  }
}

/** Runs the test of each crash point; at the end of each nothing is wrong in Redis, and nothing is under way. */
export function runTests(
  names: CrashPoint[],
  tests: Partial<Record<CrashPoint, (t: Test, scene: Scene) => Promise<void>>>,
): void {
  t.test('each point has its test', async (t) => t.same(Object.keys(tests).sort(), [...names].sort()))
  t.test('crash points', async (t) => {
    const scene = await makeScene(t)
    for (const name of names) {
      await t.test(name, async (t) => {
        await tests[name]!(t, scene)
        await nothingIsLeft(t, scene.stage.redis.url)
      })
    }
  })
}
