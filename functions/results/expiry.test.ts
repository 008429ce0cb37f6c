import t from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

const server = await startLocal({ RESULT_TTL_MS: '2500' })
t.teardown(() => server.stop())
const { url } = server

t.test('a result expires: first 410, then 404', async (t) => {
  const id = await drawn(url)
  t.equal((await call(url, 'GET', `/results/${id}`)).status, 200)
  const gone = await until(async () => {
    const answer = await call(url, 'GET', `/results/${id}.png`)
    return answer.status === 410 && answer
  })
  t.match(gone.body.type, /expired/)
  t.equal((await call(url, 'GET', `/jobs/${id}`)).status, 410)
  await until(async () => (await call(url, 'GET', `/jobs/${id}`)).status === 404)
  t.equal((await call(url, 'GET', `/results/${id}`)).status, 404)
  t.same((await call(url, 'GET', '/jobs')).body.jobs, [], 'the list has forgotten it')
})
