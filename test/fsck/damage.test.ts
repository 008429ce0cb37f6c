import t, { type Test } from 'tap'
import { type FaultCode, faultTable } from '../../shared/fsck/faults.ts'
import { sayFinding } from '../../shared/fsck/report.ts'
import { importKeys, jobKeys, onceKey } from '../../shared/keys.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { call, drawn, startLocal } from '../local.ts'
import type { Damage, Victim } from './damage.ts'
import { importDamages } from './import-damages.ts'
import { jobDamages } from './job-damages.ts'
import { faultsIn, nothingIsLeft } from './look.ts'
import { notes } from './notes.ts'
import { seriesDamages } from './series-damages.ts'
import { tailDamages } from './tail-damages.ts'

// No sweep may mend what is damaged here.
const server = await startLocal({ SWEEP_MS: '3600000', JOB_LEASE_MS: '3600000' })
const redis = connect(server.redis.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const found = new Set<FaultCode>()
const csv = { 'content-type': 'text/csv' }
const start = Date.UTC(2024, 0, 1)
const body = Array.from({ length: 18_000 }, (_, i) => `${new Date(start + i * 3_600_000).toISOString()},${i % 9}`).join(
  '\n',
)

let made = 0
async function makeVictim(withJob: boolean): Promise<Victim> {
  const series = `victim ${made++}`
  const path = `/series/${encodeURIComponent(series)}`
  await call(server.url, 'POST', `${path}/points`, { body, headers: csv })
  await call(server.url, 'PUT', path, { json: { labels: { place: 'here' } } })
  return { redis, series, job: withJob ? await draw(series) : '' }
}

async function draw(series: string): Promise<string> {
  const json = { kind: 'plot', series, params: { width: 200, height: 120 } }
  const { body } = await call(server.url, 'POST', '/jobs', { json, headers: { prefer: 'wait=30' } })
  if (body.status !== 'succeeded') throw new Error(JSON.stringify(body))
  return body.id
}

/** Does a damage, finds it, mends it where that can be, and looks that nothing is wrong then. */
async function tryOut(t: Test, damage: Damage, victim: Victim) {
  await damage.make(victim)
  const told = await faultsIn(server.redis.url, { notes: true })
  const mine = told.filter(({ code }) => code === damage.code)
  t.ok(mine.length > 0, `${damage.code} among ${told.map(sayFinding).join('\n') || 'nothing'}`)
  found.add(damage.code)
  const mended = await faultsIn(server.redis.url, { repair: true, notes: true })
  for (const finding of mended) t.equal(finding.mended, finding.mendable, sayFinding(finding))
  await damage.undo?.(victim)
  // Where a job was removed, what it answered is found by the next look.
  await faultsIn(server.redis.url, { repair: true })
  t.same((await faultsIn(server.redis.url, { notes: true })).map(sayFinding), [], 'nothing is wrong then')
}

for (const [what, damages] of Object.entries({
  series: seriesDamages,
  tails: tailDamages,
  imports: importDamages,
  jobs: jobDamages,
  notes,
})) {
  t.test(`damages to ${what} are found and mended`, async (t) => {
    for (const damage of damages) {
      await t.test(`${damage.code}: ${damage.what}`, async (t) => {
        const victim = await makeVictim(what === 'jobs')
        await tryOut(t, damage, victim)
        if (damage.left === -1) return
        const path = `/series/${encodeURIComponent(victim.series)}`
        const { body } = await call(server.url, 'GET', `${path}/points?shape=columns&timestamps=epoch_ms&limit=20000`)
        t.equal(body.values.length, damage.left ?? 18_000, 'the points that are left can be read')
        t.equal((await call(server.url, 'GET', path)).body.count, body.values.length)
        t.same(
          body.timestamps,
          [...body.timestamps].sort((a: number, b: number) => a - b),
        )
        t.equal((await call(server.url, 'DELETE', path)).status, 204)
        if (what !== 'imports') return
        await redis.del(
          importKeys.open,
          ...(await redis.keys(importKeys.journal('*'))),
          ...(await redis.keys('*:staged:*')),
        )
      })
    }
  })
}

t.test('what is under way is a finding where nothing may be', async (t) => {
  const other = await startLocal({ SWEEP_MS: '3600000' }) // nobody takes over what is made up here
  t.teardown(() => other.stop())
  const redis = connect(other.redis.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  const id = await drawn(other.url)
  await nothingIsLeft(t, other.redis.url)
  await redis.zadd(importKeys.open, 0, 'i9')
  await redis.zadd(jobKeys.pokes, Date.now() + 1e6, 'p')
  await redis.hset(onceKey('z'), 'claim', 'c', 'state', 'running', 'until', 1, 'digest', '')
  await redis.pexpire(onceKey('z'), 1e9)
  await redis.hset(jobKeys.job(id), 'status', 'running')
  await redis.persist(jobKeys.job(id))
  await redis.unlink(jobKeys.result(id))
  await redis.zrem(jobKeys.expiry, id)
  await redis.zadd(jobKeys.leases, 1e15, id)
  const unfinished = ['import-open', 'job-open', 'poke-open', 'record-open'] as const
  const codes = (await faultsIn(other.redis.url, { atRest: true })).map(({ code }) => code)
  t.same(codes, unfinished)
  t.same(await faultsIn(other.redis.url), [], 'else it is none')
  for (const code of unfinished) found.add(code)
})

t.test('a key on the wrong Redis', async (t) => {
  const other = await startLocal()
  t.teardown(() => other.stop())
  await drawn(other.url)
  const wrong = await faultsIn(other.redis.url, {}, server.redis.url)
  t.ok(wrong.some(({ code, key }) => code === 'misplaced' && key.startsWith(jobKeys.jobPrefix)))
  found.add('misplaced')
})

t.test('each fault of the table was made and found', async (t) => {
  t.same([...found].sort(), Object.keys(faultTable).sort())
})
