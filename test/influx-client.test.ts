import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { venv } from './docs.ts'
import { call, startLocal } from './local.ts'

const sha256 = createHash('sha256').update('a-key').digest('hex')
const server = await startLocal({ API_KEYS: `client:read+write:${sha256}`, AUTH_REQUIRED: 'true' })
t.teardown(() => server.stop())

async function rows(name: string): Promise<[string, number][]> {
  const path = `/series/${encodeURIComponent(name)}/points`
  const { body } = await call(server.url, 'GET', path, { headers: { authorization: 'Bearer a-key' } })
  return body.points.map(({ timestamp, value }: { timestamp: string; value: number }) => [timestamp, value])
}

/** Nothing is skipped where Python or the client is missing: the test fails, and says so. */
t.test("InfluxDB's own Python client writes here unchanged", async (t) => {
  const program = join(import.meta.dirname, 'influx-client.py')
  const { stdout } = await promisify(execFile)(join(venv, 'python3'), [program, server.url, 'a-key'])
  const said = JSON.parse(stdout)

  t.match(said, { ping: true, health: 'pass', version: '1.8', failed: [] })
  for (const host of ['alpha', 'beta']) {
    const of = (field: string) => rows(`cpu.${field},core=1,host=${host}`)
    const seconds = Array.from({ length: 1000 }, (_, i) => i)
    const time = (i: number) => new Date((1_700_000_000 + i) * 1000).toISOString()
    const expected = (value: (i: number) => number) => seconds.map((i) => [time(i), value(i)])
    t.same(
      await of('usage'),
      expected((i) => i / 8),
    )
    t.same(
      await of('count'),
      expected((i) => i),
    )
    t.same(
      await of('busy'),
      expected((i) => (i % 3 === 0 ? 1 : 0)),
    )
  }
  t.same(await rows('odd\\ name\\,\\=1.a\\ field\\,\\=,a\\ tag\\,\\==a\\ value\\,\\=\\ é'), [
    ['2024-02-29T12:00:00.123Z', -0.25],
  ])
  t.same(await rows('line.value,from=text'), [['2023-11-14T22:13:20.123Z', 9007199254740992]])
  t.same(await rows('line.big,from=text'), [['2023-11-14T22:13:20.123Z', 1e300]])
  t.same(await rows('dict.v'), [['1970-01-01T00:00:00.001Z', 1]])
  t.same(await rows('frame.level,room=x'), [['2024-01-01T00:00:00.000Z', 1.5]])
  t.same(await rows('frame.level,room=y'), [['2024-01-02T00:00:00.000Z', 2.5]])

  t.match(said.refused, {
    status: 400,
    message: /line 2: texts are not kept.*strings=skip.*Nothing was written/,
    body: { code: 'invalid', errors: [{ line: 2, column: 'text', text: '"a \\"text\\""' }] },
  })
  t.match(said.unknown, { status: 401, message: 'The key is not known.' })
  const { body } = await call(server.url, 'GET', '/series?prefix=refused', {
    headers: { authorization: 'Bearer a-key' },
  })
  t.same(body.series, [])
})
