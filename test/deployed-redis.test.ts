import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startLocal } from '../functions/local.ts'
import { startRedis } from '../scripts/own-redis.ts'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { nothingIsLeft } from './fsck/look.ts'
import { call, drawn, quick } from './local.ts'
import { until } from './processes.ts'

/** Redis as it is deployed: redis/start.sh with its users, and redis/redis.conf. */
async function startDeployed(t: Test) {
  const passwords = await mkdtemp(join(tmpdir(), 'kymograph-passwords-'))
  t.teardown(() => rm(passwords, { recursive: true }))
  const texts = { REDIS_URL: 'redis://functions:of-functions@redis', ADMIN_PASSWORD: 'of-admin', PREVIOUS_PASSWORD: '' }
  for (const [name, text] of Object.entries(texts)) await writeFile(join(passwords, name), text)
  const redis = await startRedis({ command: ['sh', 'redis/start.sh', passwords], conf: 'redis/redis.conf' })
  t.teardown(() => redis.stop())
  const as = (user: string, password: string) => `redis://${user}:${password}@127.0.0.1:${redis.port}`
  return { redis, as }
}

t.test('all of the program works as the user of the functions, and a Redis that is killed loses nothing', async (t) => {
  const { redis, as } = await startDeployed(t)
  const server = await startLocal({ ...quick, REDIS_URL: as('functions', 'of-functions') }, makeLog('silent'))
  t.teardown(() => server.stop())
  const id = await drawn(server.url)
  await call(server.url, 'PUT', '/series/s', { json: { unit: 'mm' } })
  const paths = ['/series/s', '/series/s/points', '/series', `/jobs/${id}`, `/results/${id}`, `/results/${id}.png`]
  const read = () => Promise.all(paths.map((path) => call(server.url, 'GET', path)))
  const before = await read()
  for (const { status } of before) t.equal(status, 200)
  await redis.restart()
  await until(async () => (await call(server.url, 'GET', '/readyz')).status === 200)
  const after = await read()
  await nothingIsLeft(t, as('functions', 'of-functions'))
  for (const [i, { status, bytes }] of after.entries()) {
    t.equal(status, 200, paths[i]!)
    t.ok(bytes.equals(before[i]!.bytes), `${paths[i]} is what it was`)
  }
})

t.test('nobody else gets in, and the functions get nowhere else', async (t) => {
  const { as } = await startDeployed(t)
  const ask = async (user: string, password: string, command: string, ...args: string[]) => {
    const redis = connect(as(user, password), makeLog('silent'))
    return redis
      .call(command, ...args)
      .then(
        (reply) => String(reply),
        (error: Error) => error.message,
      )
      .finally(() => redis.disconnect())
  }
  t.match(await ask('default', '', 'GET', jobKeys.ready), /WRONGPASS|NOAUTH/)
  t.match(await ask('functions', 'wrong', 'GET', jobKeys.ready), /WRONGPASS|NOAUTH/)
  t.equal(await ask('probe', 'any', 'PING'), 'PONG')
  t.match(await ask('probe', 'any', 'GET', jobKeys.ready), /NOPERM/)
  t.match(await ask('functions', 'of-functions', 'GET', 'elsewhere'), /NOPERM/)
  t.match(await ask('functions', 'of-functions', 'FLUSHALL'), /NOPERM/)
  t.match(await ask('functions', 'of-functions', 'CONFIG', 'GET', 'dir'), /NOPERM/)
  t.equal(await ask('admin', 'of-admin', 'CONFIG', 'SET', 'hz', '10'), 'OK')
})
