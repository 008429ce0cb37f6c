import t from 'tap'
import { call, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

const count = 2000
const lines = Array.from({ length: count }, (_, i) => `m,n=${i} f=${i} 1\nm,n=${i} f=-${i} 2\n`).join('')

t.test('Redis is killed in the middle of a write: 503, and the same sent again makes it whole', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  const { url, redis } = server
  const write = () => call(url, 'POST', '/write?precision=s', { body: lines })
  const listed = async (limit: number) => {
    const { status, body } = await call(url, 'GET', `/series?limit=${limit}`)
    return status === 200 ? (body.series as { name: string; count: number; labels: { n: string } }[]) : []
  }

  const answer = write()
  await until(async () => (await listed(100)).length === 100)
  await redis.kill()
  const { status, body, headers } = await answer
  t.equal(status, 503)
  t.match(body, { code: 'unavailable', message: /safe to send it again/ })
  t.ok(headers.get('retry-after'))

  await redis.restart()
  await until(async () => (await call(url, 'GET', '/readyz')).status === 200)
  t.match(await listed(1), [{ count: 2 }], 'what is there is whole')
  t.equal((await write()).status, 204)
  let [found, next] = [0, '']
  while (next !== null) {
    const page = (await call(url, 'GET', `/series?limit=1000${next && `&cursor=${next}`}`)).body
    for (const { name, count, labels } of page.series)
      if (count === 2 && name === `m.f,n=${labels.n}`) found++
      else t.fail(`${name} has ${count} points and the label ${labels.n}`)
    next = page.next
  }
  t.equal(found, count)
})

t.test('a client that goes away in the middle of a body leaves nothing', async (t) => {
  const server = await startLocal()
  t.teardown(() => server.stop())
  const leave = new AbortController()
  let sent = 0
  const body = new ReadableStream({
    pull(stream) {
      if (sent++ < 8) stream.enqueue(Buffer.from(lines))
      else leave.abort()
    },
  })
  const options = { method: 'POST', body, duplex: 'half', signal: leave.signal } as RequestInit
  await t.rejects(fetch(`${server.url}/write?precision=s`, options))
  const metrics = async () => (await call(server.url, 'GET', '/metrics')).text
  await until(async () => /method="POST"/.test(await metrics()))
  t.same((await call(server.url, 'GET', '/series')).body.series, [])
})
