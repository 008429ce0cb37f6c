import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { smqKeys } from '../../shared/jobs/smq-keys.ts'
import { namesKey } from '../../shared/keys.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { call, drawn, startLocal } from '../local.ts'
import { nothingIsLeft } from './look.ts'

const program = fileURLToPath(new URL('../../scripts/fsck', import.meta.url))

function run(url: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH, ...(url ? { REDIS_URL: url } : {}) }
  return new Promise((resolve) => {
    execFile(program, args, { env }, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }))
  })
}

t.test('scripts/fsck tells what is wrong, mends it, and then says that nothing is', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const { url } = server.redis
  await drawn(server.url)
  await nothingIsLeft(t, url)
  const clean = await run(url)
  t.equal(clean.code, 0)
  t.match(clean.out, /^\d+ keys: nothing wrong\n$/)

  await redis.zadd(namesKey, 0, 'nobody\nat all')
  await redis.hset(smqKeys.consumers, 'dead', '{}')
  const found = await run(url)
  t.equal(found.code, 1)
  const lines = found.out.trimEnd().split('\n')
  t.match(lines[0], /^leftover name-orphan ky:.*: there is no series 'nobody\?at all'; --repair mends it$/)
  t.match(lines[1], /^note smq-consumer .*; --repair mends it$/)
  t.match(lines[2], /^\d+ keys: leftover 1, note 1$/)

  const json = await run(url, '--json', '--repair', '--at-rest')
  t.equal(json.code, 1)
  const [first, , last] = json.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(first, { severity: 'leftover', code: 'name-orphan', key: namesKey, item: 'nobody\nat all', mended: true })
  t.match(last, { keys: Number, counts: { damage: 0, leftover: 1, unfinished: 0, note: 1 } })
  t.equal((await run(url, '--at-rest')).code, 0)
  t.equal((await call(server.url, 'GET', '/series')).body.series.length, 1)
})

t.test('what it can’t look at is another exit code', async (t) => {
  const nowhere = await run('redis://127.0.0.1:1')
  t.equal(nowhere.code, 2)
  t.match(nowhere.err, /^fsck could not look: /)
  t.match(await run(''), { code: 2, err: /REDIS_URL is missing/ })
  t.match(await run('redis://127.0.0.1:1', '--mend'), { code: 2, err: /--mend/ })
  t.match(await run('', '--help'), { code: 0, out: /--repair/ })
})
