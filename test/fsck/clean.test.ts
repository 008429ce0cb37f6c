import t from 'tap'
import { sayFinding } from '../../shared/fsck/report.ts'
import { call, drawn, startLocal } from '../local.ts'
import { faultsIn, nothingIsLeft } from './look.ts'

const csv = { 'content-type': 'text/csv' }
const rows = (count: number, first: number, step: number, value = 1) =>
  Array.from({ length: count }, (_, i) => `${new Date(first + i * step).toISOString()},${value + (i % 7)}`).join('\n')
const start = Date.UTC(2024, 0, 1)

t.test('a store after writes, imports and jobs has nothing wrong', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  const { url, redis } = server
  const write = (name: string, body: string, method = 'POST', rest = '') =>
    call(url, method, `/series/${encodeURIComponent(name)}/points${rest}`, { body, headers: csv })

  t.equal((await write('a', rows(5000, start, 60_000))).status, 200)
  t.equal((await write('a', rows(700, start + 30_000, 420_000, 9))).status, 200, 'points between others')
  t.equal((await call(url, 'DELETE', `/series/a/points?from=2024-01-01T10:00Z&to=2024-01-02T10:00Z`)).status, 200)
  t.equal((await write('é/ü {x}', '2024-01-01,-0\n2024-01-02,1e308\n2024-01-03,1e308')).status, 200)
  t.equal((await write('recent', rows(3, Date.now() - 5000, 1000))).status, 200)
  const put = (name: string, json: object) => call(url, 'PUT', `/series/${encodeURIComponent(name)}`, { json })
  t.equal((await put('a', { labels: { place: 'here', 'of=': 'x' }, unit: 'm' })).status, 400, 'no such label')
  t.equal((await put('a', { labels: { place: 'a=b', other: 'ü' }, unit: 'm' })).status, 200)
  t.equal((await put('a', { labels: { place: 'there' }, description: 'what it is' })).status, 200)
  t.equal((await put('recent', { retention: '1h' })).status, 200)
  t.equal((await put('empty', { source: 'nowhere', licence: 'none' })).status, 201)
  await write('gone', rows(2000, start, 1000))
  t.equal((await call(url, 'DELETE', '/series/gone')).status, 204)
  const wide = `time,station,level (m),flow\n${Array.from({ length: 3000 }, (_, i) => `${start / 1000 + (i % 500)},s${i % 6},${i},${i / 2}`).join('\n')}\n`
  t.equal((await call(url, 'POST', '/import', { body: wide, headers: csv })).status, 200)
  const headers = { ...csv, 'idempotency-key': 'k1' }
  t.equal((await call(url, 'POST', '/import', { body: wide.replaceAll('s1', 's9'), headers })).status, 200)
  t.equal((await call(url, 'POST', '/import', { body: `${wide}oops,s1,2,x\n`, headers: csv })).status, 400)
  await drawn(url)
  const job = { kind: 'plot', series: ['a', 'é/ü {x}'], params: { title: '汉字' } }
  const once = { prefer: 'wait=30', 'idempotency-key': 'k2' }
  await call(url, 'POST', '/jobs', { json: job, headers: once })
  await call(url, 'POST', '/jobs', { json: { kind: 'gaps', series: 'empty' }, headers: { prefer: 'wait=30' } })
  await nothingIsLeft(t, redis.url)
})

t.test('while others write and jobs run, nothing is taken for a fault', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  const { url } = server
  let writing = true
  const writer = async (k: number) => {
    for (let i = 0; writing; i++) {
      const name = `series/${(i + k) % 4}`
      const path = `/series/${encodeURIComponent(name)}`
      if (i % 9 === 8) await call(url, 'DELETE', path)
      else if (i % 5 === 4) await call(url, 'PUT', path, { json: { labels: { turn: String(i) } } })
      else await call(url, 'POST', `${path}/points`, { body: rows(800, start + i * 7000, 10_000), headers: csv })
      if (i % 20 === 0) await call(url, 'POST', '/jobs', { json: { kind: 'plot', series: 'steady' } })
    }
  }
  await call(url, 'POST', '/series/steady/points', { body: rows(50, start, 1000), headers: csv })
  const writers = [0, 1, 2].map(writer)
  // As long between two looks as fsck leaves: on a busy machine a change takes a while.
  for (let round = 0; round < 5; round++)
    t.same((await faultsIn(server.redis.url, { againMs: 250 })).map(sayFinding), [])
  writing = false
  await Promise.all(writers)
  await nothingIsLeft(t, server.redis.url)
})
