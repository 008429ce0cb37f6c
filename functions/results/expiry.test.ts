import t from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

// So long a result is there, and so long its id is remembered then: even a busy machine looks in between.
const server = await startLocal({ RESULT_TTL_MS: '6000' })
t.teardown(() => server.stop())
const { url } = server
const get = (path: string) => call(url, 'GET', path)

t.test('a result expires: first 410, then 404', async (t) => {
  const id = await drawn(url)
  const json = { kind: 'plot', series: 's', from: '2040-01-01' }
  const failed = await call(url, 'POST', '/jobs', { json, headers: { prefer: 'wait=30' } })
  t.equal(failed.body.status, 'failed')
  t.equal((await get(`/results/${id}`)).status, 200)
  t.equal((await get(`/results/${failed.body.id}`)).status, 409)

  const gone = await until(async () => {
    const answer = await get(`/results/${id}.png`)
    return answer.status === 410 && answer
  })
  t.match(gone.body.type, /:expired$/)
  t.equal((await get(`/jobs/${id}`)).status, 410)
  t.equal((await get(`/jobs/${id}/events`)).status, 410)
  t.equal((await call(url, 'DELETE', `/results/${id}`)).status, 410)
  t.equal((await call(url, 'DELETE', `/jobs/${id}`)).status, 410)
  t.equal((await call(url, 'POST', `/jobs/${id}/retry`)).status, 410)
  t.same((await get('/results')).body.results, [], 'it is listed no more')
  await until(async () => (await get(`/jobs/${failed.body.id}`)).status === 410)
  t.equal((await get(`/results/${failed.body.id}`)).status, 410)

  await until(async () => (await get(`/jobs/${failed.body.id}`)).status === 404)
  for (const path of [`/jobs/${id}`, `/jobs/${id}/events`, `/results/${id}`, `/results/${id}.png`])
    t.equal((await get(path)).status, 404, path)
  t.same((await get('/jobs')).body.jobs, [], 'the list has forgotten it')
})

t.test('what has expired answers no question', async (t) => {
  const id = await drawn(url)
  t.equal(await drawn(url), id)
  await until(async () => (await get(`/jobs/${id}`)).status === 410)
  t.not(await drawn(url), id)
})
