import t from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'

const server = await startLocal({ JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
t.teardown(() => server.stop())
const { url } = server
await drawn(url) // makes the series 's'
await call(url, 'POST', '/series/other/points', { body: '2020-01-01,1', headers: { 'content-type': 'text/csv' } })

const draw = async (series: string | string[], title: string, from?: string) =>
  (
    await call(url, 'POST', '/jobs', {
      json: { kind: 'plot', series, params: { title }, ...(from ? { from } : {}) },
      headers: { prefer: 'wait=60' },
    })
  ).body
const list = async (query = '') => (await call(url, 'GET', `/results${query}`)).body
const idsOf = ({ results }: { results: { id: string }[] }) => results.map(({ id }) => id)

t.test('results are listed newest first, page by page, by what they are of', async (t) => {
  const first = (await list()).results[0]
  const ids = [first.id]
  for (const title of ['a', 'b', 'c']) ids.unshift((await draw('s', title)).id)
  const both = (await draw(['s', 'other'], 'both')).id
  const failed = await draw('other', 'nothing', '2040-01-01')
  t.equal(failed.status, 'failed')

  t.same(idsOf(await list()), [both, ...ids], 'nothing of jobs that have failed')
  t.same(idsOf(await list('?series=other')), [both])
  t.same(idsOf(await list('?kind=gaps')), [])
  const page = await call(url, 'GET', '/results?series=s&limit=2')
  t.same(idsOf(page.body), [both, ids[0]])
  t.equal(page.headers.get('link'), `<${url}/results?series=s&limit=2&cursor=${page.body.next}>; rel="next"`)
  const second = await list(`?series=s&limit=2&cursor=${page.body.next}`)
  t.same(idsOf(second), [ids[1], ids[2]])
  t.same(await list(`?series=s&limit=2&cursor=${second.next}`), { results: [first], next: null })
  t.equal(
    (await call(url, 'GET', `/results?limit=2&cursor=${page.body.next}`)).status,
    400,
    'a cursor of another query',
  )
  t.equal((await call(url, 'GET', '/results?status=failed')).status, 400)
})

t.test('a listed result says what it is, and where it is', async (t) => {
  const [listed] = (await list('?series=s')).results
  const whole = (await call(url, 'GET', `/results/${listed.id}`)).body
  const job = (await call(url, 'GET', `/jobs/${listed.id}`)).body
  const { id, kind, series, from, to, params, finished, expires } = job
  const { alt, artifacts } = whole
  const links = { self: `${url}/results/${id}`, job: `${url}/jobs/${id}` }
  t.same(listed, { id, kind, series, from, to, params, finished, expires, alt, artifacts, links })
})

t.test('a result that was removed is not listed', async (t) => {
  const before = idsOf(await list())
  t.equal((await call(url, 'DELETE', `/results/${before[1]}`)).status, 204)
  t.same(idsOf(await list()), before.toSpliced(1, 1))
  t.same(idsOf(await list('?limit=1')), [before[0]])
})
