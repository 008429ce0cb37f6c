import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, connect as dial } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startRedis } from '../scripts/own-redis.ts'
import { importKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { nothingIsLeft } from './fsck/look.ts'
import { call } from './local.ts'
import { type FunctionProcess, startFunction, until } from './processes.ts'

const stations = 40
const body = `time,station,level (m)\n${Array.from({ length: 4000 }, (_, i) => `${1704067200 + Math.floor(i / stations)},s${i % stations},${i}\n`).join('')}`
const post = (url: string, text = body, type = 'text/csv') =>
  call(url, 'POST', '/import', { body: text, headers: { 'content-type': type } })

/** What names a script to Redis. */
const lua = readFileSync(join(import.meta.dirname, '../redis/scripts/commitStaged.lua'), 'utf8')
const script = createHash('sha1').update(lua).digest('hex')

/** Stands between a function and Redis; `passing` is asked before each piece of what the function sends. */
async function between(t: Test, port: number, passing: (data: Buffer) => boolean): Promise<string> {
  const server = createServer((socket) => {
    const redis = dial(port, '127.0.0.1')
    socket.on('data', (data) => {
      if (passing(data)) redis.write(data)
    })
    redis.on('data', (data) => socket.write(data))
    for (const end of [socket, redis]) {
      end.on('error', () => {}).on('close', () => void [socket, redis].map((other) => other.destroy()))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('a function that is killed in the middle of a commit: the next request finishes it', async (t) => {
  const redis = await startRedis()
  const settings = { IMPORT_LEASE_MS: '300', SWEEP_MS: '50' }
  let doomed: FunctionProcess | undefined
  let commits = 0
  const address = await between(t, redis.port, (data) => {
    commits += data.toString('latin1').split(script).length - 1
    if (commits < 12) return true
    doomed!.signal('SIGKILL')
    return false
  })
  const other = await startFunction('points', { REDIS_URL: redis.url, ...settings })
  doomed = await startFunction('points', { REDIS_URL: address, ...settings })
  const direct = connect(redis.url, makeLog('silent'))
  t.teardown(async () => {
    direct.disconnect()
    await other.kill()
    await redis.stop()
  })

  await t.rejects(post(doomed.url), 'the caller gets no answer')
  t.equal(await doomed.ended, 'SIGKILL')
  const [id] = await direct.zrange(importKeys.open, 0, -1)
  const waiting = await direct.hlen(importKeys.journal(id!))
  t.ok(waiting > 0 && waiting <= stations, `${waiting} series were still to be committed`)

  await until(async () => {
    await call(other.url, 'GET', '/series') // any request sweeps
    return (await direct.zcard(importKeys.open)) === 0
  })
  const found = (await call(other.url, 'GET', '/series?limit=1000')).body.series
  t.equal(found.length, stations)
  for (const { name, count, unit, labels } of found) {
    t.match({ count, unit }, { count: 100, unit: 'm' }, name)
    t.equal(name, `level,station=${labels.station}`)
  }
  for (const key of await direct.keys('*:staged:*'))
    t.ok((await direct.pttl(key)) > 0, `${key} is of the killed process, and expires`)
  t.ok(other.log.some(({ msg }) => /an import was finished/.test(msg)))
  t.match((await post(other.url)).body, { inserted: 0, updated: 0, unchanged: 4000 }, 'sent again, it changes nothing')
  await nothingIsLeft(t, redis.url)
})

t.test('a function that is killed before the journal: nothing was written, and what is staged expires', async (t) => {
  const redis = await startRedis()
  let doomed: FunctionProcess | undefined
  const address = await between(t, redis.port, (data) => {
    if (!data.includes(importKeys.open)) return true
    doomed!.signal('SIGKILL')
    return false
  })
  doomed = await startFunction('points', { REDIS_URL: address, SWEEP_MS: '3600000', IMPORT_TTL_MS: '60000' })
  const direct = connect(redis.url, makeLog('silent'))
  t.teardown(async () => {
    direct.disconnect()
    await redis.stop()
  })
  await t.rejects(post(doomed.url))
  await doomed.ended
  const keys = await direct.keys('*:staged:*')
  t.ok(keys.length > 0)
  for (const key of keys) t.ok((await direct.pttl(key)) > 0, `${key} expires`)
  t.same(await direct.keys('*:meta'), [])
  await nothingIsLeft(t, redis.url)
})

t.test('writers of the same series at the same time: none is lost', async (t) => {
  const redis = await startRedis()
  const one = await startFunction('points', { REDIS_URL: redis.url })
  const two = await startFunction('points', { REDIS_URL: redis.url })
  t.teardown(async () => {
    await Promise.all([one.kill(), two.kill()])
    await redis.stop()
  })
  const part = (k: number) =>
    `time,v\n${Array.from({ length: 1500 }, (_, i) => `${1704067200 + i * 8 + k},${k}\n`).join('')}`
  const answers = await Promise.all(Array.from({ length: 8 }, (_, k) => post([one, two][k % 2]!.url, part(k))))
  t.same(
    answers.map(({ status, body }) => [status, body.inserted]),
    Array(8).fill([200, 1500]),
  )
  const { body } = await call(one.url, 'GET', '/series/v/points?shape=columns&timestamps=epoch_ms')
  t.equal(body.values.length, 12000)
  t.ok(body.timestamps.every((time: number, i: number) => time === (1704067200 + i) * 1000 && body.values[i] === i % 8))
  await nothingIsLeft(t, redis.url)
})
