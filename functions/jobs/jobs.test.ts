import t from 'tap'
import { call, startLocal } from '../../test/local.ts'
import { until } from '../../test/processes.ts'

// Long leases: every job here is to end at its first attempt, however slow the machine is.
const server = await startLocal({ JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
t.teardown(() => server.stop())
const { url } = server
const submit = (json: unknown, headers: Record<string, string> = {}) => call(url, 'POST', '/jobs', { json, headers })

const csv = Array.from({ length: 100 }, (_, i) => `${1577836800 + i * 3600},${i % 24}`).join('\n')
for (const name of ['one', 'two/b']) {
  await call(url, 'POST', `/series/${encodeURIComponent(name)}/points`, {
    body: csv,
    headers: { 'content-type': 'text/csv' },
  })
  await call(url, 'PUT', `/series/${encodeURIComponent(name)}`, { json: { labels: { of: 'jobs', name } } })
}

t.test('the catalogue says what there is', async (t) => {
  const { body } = await call(url, 'GET', '/kinds')
  t.same(
    body.kinds.map((kind: { name: string }) => kind.name),
    ['plot'],
  )
  const plot = (await call(url, 'GET', '/kinds/plot')).body
  t.equal(plot.params.additionalProperties, false)
  t.equal(plot.example.kind, 'plot')
  const unknown = await call(url, 'GET', '/kinds/plto')
  t.equal(unknown.status, 404)
  t.match(unknown.body.detail, "did you mean 'plot'")
})

t.test('a job is accepted, runs, and tells of itself', async (t) => {
  const accepted = await submit({ kind: 'plot', series: 'one', from: '2020-01-02', to: '2020-01-03' })
  t.equal(accepted.status, 202)
  t.match(accepted.body, {
    kind: 'plot',
    series: ['one'],
    from: '2020-01-02T00:00:00.000Z',
    to: '2020-01-03T00:00:00.000Z',
  })
  t.equal(accepted.headers.get('location'), `${url}/jobs/${accepted.body.id}`)
  t.ok(accepted.headers.get('retry-after'))
  t.equal(accepted.body.params.mark, 'line', 'the defaults are filled in')
  const ended = await call(url, 'GET', `/jobs/${accepted.body.id}?wait=30`)
  t.match(ended.body, { status: 'succeeded', attempt: 1, progress: 1 })
  t.equal(ended.headers.get('preference-applied'), 'wait=30')
  t.ok(Date.parse(ended.body.expires) > Date.parse(ended.body.finished))
  t.equal(ended.body.links.result, `${url}/results/${accepted.body.id}`)
})

t.test('with Prefer: wait the answer is the job that has ended', async (t) => {
  const ended = await submit({ kind: 'plot', series: ['one', 'two/b'] }, { prefer: 'respond-async, wait=30' })
  t.equal(ended.status, 200)
  t.equal(ended.body.status, 'succeeded')
  t.equal(ended.headers.get('preference-applied'), 'wait=30')
  t.equal(
    (await submit({ kind: 'plot', series: 'one' }, { prefer: 'wait=5000' })).headers.get('preference-applied'),
    'wait=60',
  )
})

t.test('with Accept the answer is the chart', async (t) => {
  const png = await submit(
    { kind: 'plot', series: 'one', params: { width: 640, height: 300 } },
    { accept: 'image/png' },
  )
  t.equal(png.status, 200)
  t.equal(png.headers.get('content-type'), 'image/png')
  t.same([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)], [640, 300], 'of the size that was asked for')
  const svg = await submit({ kind: 'plot', series: { match: 'of="jobs"' } }, { accept: 'image/svg+xml' })
  t.match(svg.text, /^<svg[^>]*/)
  t.match(svg.headers.get('content-security-policy'), /sandbox/)
  t.equal((await submit({ kind: 'plot', series: 'one' }, { accept: 'video/mp4' })).status, 406)
})

t.test('what can not run never becomes a job', async (t) => {
  const count = async () => (await call(url, 'GET', '/jobs?limit=1000')).body.jobs.length
  const before = await count()
  const cases: [unknown, number, string, RegExp][] = [
    [{ kind: 'plto', series: 'one' }, 404, '/kind', /did you mean 'plot'/],
    [{ kind: 'plot' }, 400, '', /'series' is missing/],
    [{ kind: 'plot', series: 'one', parms: {} }, 400, '/parms', /did you mean 'params'/],
    [{ kind: 'plot', series: 'one', params: { mrak: 'bar' } }, 400, '/params/mrak', /did you mean 'mark'/],
    [{ kind: 'plot', series: 'one', params: { mark: 'pie' } }, 400, '/params/mark', /must be one of/],
    [{ kind: 'plot', series: 'one', params: { tz: 'Mars' } }, 400, '/params/tz', /not an IANA time zone/],
    [{ kind: 'plot', series: ['one', 'nowhere'] }, 404, '/series/1', /no series 'nowhere'/],
    [{ kind: 'plot', series: [] }, 400, '/series', /fewer than 1/],
    [{ kind: 'plot', series: { match: 'of="nobody"' } }, 404, '/series/match', /no series matches/],
    [{ kind: 'plot', series: { match: 'of=' } }, 400, '/series/match', /column 4: expected a value in double quotes/],
    [{ kind: 'plot', series: 'one', from: '2021-01-01', to: '2020-01-01' }, 400, '/from', /is after 'to'/],
    [{ kind: 'plot', series: 'one', from: 'soon' }, 400, '/from', /not a time/],
    [{ kind: 'plot', series: 'a\u0000b' }, 400, '/series', /control character/],
  ]
  for (const [json, status, pointer, detail] of cases) {
    const answer = await submit(json)
    t.equal(answer.status, status, JSON.stringify(json))
    t.equal(answer.body.errors[0].pointer, pointer, JSON.stringify(json))
    t.match(answer.body.errors[0].detail, detail)
  }
  t.equal(
    (await call(url, 'POST', '/jobs', { body: '{"kind":', headers: { 'content-type': 'application/json' } })).status,
    400,
  )
  t.equal(await count(), before)
})

t.test('a job on a range without a point fails, and says why', async (t) => {
  const failed = await submit({ kind: 'plot', series: 'one', from: '2030-01-01' }, { prefer: 'wait=30' })
  t.equal(failed.status, 200)
  t.match(failed.body, { status: 'failed', attempt: 1, error: { code: 'no-points' } })
  const asked = await submit({ kind: 'plot', series: 'one', from: '2030-01-01' }, { accept: 'image/png' })
  t.equal(asked.status, 409)
  t.match(asked.body.type, /job-unsuccessful/)
})

t.test('jobs are listed newest first, page by page, by what they are', async (t) => {
  const ids: string[] = []
  for (let i = 0; i < 5; i++)
    ids.unshift((await submit({ kind: 'plot', series: 'two/b', params: { title: `no. ${i}` } })).body.id)
  await until(async () => (await call(url, 'GET', '/jobs?status=queued')).body.jobs.length === 0)
  await call(url, 'GET', `/jobs/${ids[0]}?wait=30`)
  const mine = `/jobs?series=${encodeURIComponent('two/b')}&limit=3`
  const first = (await call(url, 'GET', mine)).body
  const second = (await call(url, 'GET', `${mine}&cursor=${first.next}`)).body
  const listed = [...first.jobs, ...second.jobs].map((job: { id: string }) => job.id)
  t.same(listed.slice(0, 5), ids)
  t.same((await call(url, 'GET', '/jobs?kind=none')).body.jobs, [])
  t.equal((await call(url, 'GET', '/jobs?status=done')).status, 400)
  t.equal((await call(url, 'GET', `/jobs?limit=2&cursor=${first.next}`)).status, 400, 'a cursor of another query')
})

t.test('fifty jobs at once all end, each with its own result', async (t) => {
  const accepted = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      submit({ kind: 'plot', series: 'one', params: { title: `no. ${i}`, width: 200, height: 120 } }),
    ),
  )
  const ended = await Promise.all(accepted.map(({ body }) => call(url, 'GET', `/jobs/${body.id}?wait=60`)))
  t.same(new Set(ended.map(({ body }) => `${body.status} ${body.attempt}`)), new Set(['succeeded 1']))
  t.equal(new Set(ended.map(({ body }) => body.id)).size, 50)
})
