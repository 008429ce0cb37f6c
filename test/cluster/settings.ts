import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { functions } from '../manifests.ts'
import { until } from '../processes.ts'
import { deploy, type Environment, kubectl, withSettings } from './cluster.ts'
import { underLoad } from './load.ts'

async function revisions({ namespace }: Environment): Promise<Record<string, string>> {
  const { items } = JSON.parse(await kubectl('-n', namespace, 'get', 'ksvc', '-o', 'json'))
  return Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: as Knative gives it
    items.map(({ metadata, status }: any) => [metadata.name, status.latestReadyRevisionName]),
  )
}

/** A day, instead of the seven that are the default. */
const resultTtlMs = 86_400_000

/** A changed setting, and then a changed password of Redis, roll every function without a failed request. */
export async function settings(t: Test, environment: Environment): Promise<void> {
  const { namespace, folder, bases, call } = environment
  await call(bases.points, 'POST', '/series/rolled/points', { json: { timestamp: '2019-12-31', value: 0 } })

  async function rolled(t: Test, change: (overlay: string) => Promise<void>) {
    const before = await revisions(environment)
    const load = await underLoad(environment, 'rolled', () =>
      withSettings(environment, { RESULT_TTL_MS: String(resultTtlMs) }, change),
    )
    const after = await revisions(environment)
    for (const name of functions) t.not(after[name], before[name], `${name} has a new revision`)
    const { 200: ok = 0, 202: accepted = 0, ...failed } = load.statuses
    t.comment(`${ok} requests answered with 200, ${accepted} with 202`)
    t.ok(ok > 50 && accepted > 5, 'there was load')
    t.same(failed, {}, 'no request failed')
    const { body } = await call(bases.points, 'GET', '/series/rolled/points?shape=columns&timestamps=epoch_ms')
    const there = new Set(body.timestamps)
    t.same(
      load.acknowledged.filter((time) => !there.has(time)),
      [],
      'no acknowledged point is missing',
    )
  }

  await t.test('a setting', async (t) => {
    await rolled(t, (overlay) => deploy(overlay, namespace, '--no-build'))
    // A worker of the old revision goes on for as long as its poke is held: a minute.
    const seen = await until(async () => {
      const json = { kind: 'plot', series: 'rolled', to: '2020-01-01' }
      const { body } = await call(bases.jobs, 'POST', '/jobs', {
        json,
        headers: { prefer: 'wait=60', 'cache-control': 'no-cache' },
      })
      return Date.parse(body.expires) - Date.parse(body.finished) === resultTtlMs
    }, 180_000)
    t.ok(seen, 'jobs end with the new value')
  })

  await t.test('the password of Redis', async (t) => {
    const paths = { secret: join(folder, 'secret.env'), redis: join(folder, 'redis.env') }
    const secret = await readFile(paths.secret, 'utf8')
    const old = /^REDIS_URL=redis:\/\/functions:([^@]*)@/m.exec(secret)![1]!
    const fresh = `${old}x`
    await writeFile(paths.secret, secret.replace(`functions:${old}@`, `functions:${fresh}@`))
    const redis = await readFile(paths.redis, 'utf8')
    await writeFile(paths.redis, redis.replace(/^PREVIOUS_PASSWORD=.*$/m, `PREVIOUS_PASSWORD=${old}`))
    await rolled(t, (overlay) => deploy(overlay, namespace, '--no-build'))
  })
}
