import t from 'tap'
import { seriesKeys } from '../../shared/keys.ts'
import { makeLog } from '../../shared/log.ts'
import { connect } from '../../shared/redis.ts'
import { call, startLocal } from '../../test/local.ts'

t.test('a job on a series with a damaged chunk fails at once, and names it', async (t) => {
  const server = await startLocal()
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(async () => {
    redis.disconnect()
    await server.stop()
  })
  const body = Array.from({ length: 30_000 }, (_, i) => `${1.6e9 + i * 60},${i % 7}`).join('\n')
  await call(server.url, 'POST', '/series/s/points', { body, headers: { 'content-type': 'text/csv' } })
  const { chunks, index } = seriesKeys('s')
  const ids = await redis.zrange(index, 0, -1)
  t.ok(ids.length > 2)
  for (const id of [ids[1]!, ids[0]!]) {
    const bytes = (await redis.hgetBuffer(chunks, id))!
    const damaged = Buffer.from(bytes)
    damaged[40]! ^= 1
    await redis.hset(chunks, id, damaged)
    const { body: job } = await call(server.url, 'POST', '/jobs', {
      json: { kind: 'plot', series: 's' },
      headers: { prefer: 'wait=30' },
    })
    t.match(job, { status: 'failed', attempt: 1, error: { code: 'damaged' } })
    t.match(job.error.detail, `The chunk ${id} of the series 's' is damaged: its checksum does not match.`)
    const said = { detail: `The chunk ${id} of the series 's' is damaged: its checksum does not match.` }
    const answer = await call(server.url, 'GET', `/series/s/points?from=${id}`)
    t.match(answer, { status: 500, body: { type: /:damaged$/, ...said } })
    t.equal((await call(server.url, 'GET', `/series/s/points?from=${ids[2]}`)).status, 200, 'the rest can be read')
    await redis.hset(chunks, id, bytes)
  }
  const { body: job } = await call(server.url, 'POST', '/jobs', {
    json: { kind: 'plot', series: 's' },
    headers: { prefer: 'wait=30' },
  })
  t.equal(job.status, 'succeeded')
})
