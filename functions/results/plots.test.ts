import { createHash } from 'node:crypto'
import t from 'tap'
import { call, startLocal } from '../../test/local.ts'
import { serveHere, until } from '../../test/processes.ts'
import { makeStage, startWorker } from '../../test/stage.ts'

const server = await startLocal({ PLOT_MAX_AGE_MS: '90500' })
t.teardown(() => server.stop())
const { url } = server

const csv = { 'content-type': 'text/csv' }
const write = (series: string, body: string, headers: Record<string, string> = {}, base = url) =>
  call(base, 'POST', `/series/${encodeURIComponent(series)}/points`, { body, headers: { ...csv, ...headers } })
const wave = Array.from({ length: 200 }, (_, i) => `${1577836800 + i * 3600},${Math.sin(i / 9)}`).join('\n')
const get = (path: string, headers: Record<string, string> = {}) => call(url, 'GET', path, { headers })
const jobsOf = async (series: string): Promise<{ id: string }[]> =>
  (await call(url, 'GET', `/jobs?series=${encodeURIComponent(series)}`)).body.jobs

/** Width and height as the header of a PNG says them. */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]

t.test('a chart is drawn once, and is the same for everybody until a point changes', async (t) => {
  await write('a', wave)
  const first = await get('/plots/a.png')
  t.equal(first.status, 200)
  t.equal(first.headers.get('content-type'), 'image/png')
  t.equal(first.bytes.subarray(1, 4).toString(), 'PNG')
  t.equal(first.headers.get('cache-control'), 'max-age=90')
  const [job, ...others] = await jobsOf('a')
  t.same(others, [])
  const result = `${url}/results/${job?.id}.png`
  t.equal(first.headers.get('content-location'), result)
  t.same((await call('', 'GET', result)).bytes, first.bytes)
  t.match(first.headers.get('etag'), `"${(await get('/series/a')).body.revision};`)

  const second = await get('/plots/a.png')
  t.same(second.bytes, first.bytes)
  t.equal(second.headers.get('etag'), first.headers.get('etag'))
  const svg = await get('/plots/a.svg')
  t.match(svg.text, /^<svg/)
  t.equal(svg.headers.get('content-type'), 'image/svg+xml')
  t.match(svg.headers.get('content-security-policy'), /sandbox/)
  t.not(svg.headers.get('etag'), first.headers.get('etag'))
  t.equal((await call(url, 'POST', '/jobs', { json: { kind: 'plot', series: 'a' } })).body.id, job?.id)
  t.equal((await jobsOf('a')).length, 1, 'the picture in other forms, and a job that asks the same, are no other job')

  await write('a', '2020-01-02,7')
  const changed = await get('/plots/a.png')
  t.equal(changed.status, 200)
  t.notSame(changed.bytes, first.bytes)
  t.not(changed.headers.get('etag'), first.headers.get('etag'))
  await write('a', '2020-01-02,7')
  t.equal((await get('/plots/a.png')).headers.get('etag'), changed.headers.get('etag'), 'the same point again')
  t.equal((await jobsOf('a')).length, 2)
})

t.test('who has the picture already is told so, without a job', async (t) => {
  await write('b', wave)
  for (const [path, coding] of [
    ['/plots/b.png', 'identity'],
    ['/plots/b.svg', 'gzip'],
    ['/plots/b.svg', 'identity'],
  ] as const) {
    const headers = { 'accept-encoding': coding }
    const etag = (await get(path, headers)).headers.get('etag')!
    const [{ id } = { id: '' }] = await jobsOf('b')
    t.equal((await call(url, 'DELETE', `/results/${id}`)).status, 204, 'nothing is left to be served')
    const known = await get(path, { ...headers, 'if-none-match': `"x", ${etag}` })
    t.equal(known.status, 304, `${path} ${coding}`)
    t.equal(known.bytes.length, 0)
    t.equal(known.headers.get('etag'), etag)
    t.equal(known.headers.get('cache-control'), 'max-age=90')
    t.equal((await jobsOf('b'))[0]?.id, id, 'no job was made')
    const head = await call(url, 'HEAD', path, { headers: { ...headers, 'if-none-match': etag } })
    t.equal(head.status, 304)
  }
  const etag = (await get('/plots/b.png')).headers.get('etag')!
  for (const other of ['/plots/b.png?theme=dark', '/plots/b.png?from=2020-01-02', '/plots/b.svg'])
    t.equal((await get(other, { 'if-none-match': etag })).status, 200, other)
  await write('b', '2020-01-02,7')
  t.equal((await get('/plots/b.png', { 'if-none-match': etag })).status, 200)
})

t.test('HEAD is GET without the picture', async (t) => {
  await write('c', wave)
  const head = await call(url, 'HEAD', '/plots/c.png')
  const whole = await get('/plots/c.png')
  t.equal(head.bytes.length, 0)
  for (const name of ['content-type', 'content-length', 'etag', 'cache-control', 'content-location'])
    t.equal(head.headers.get(name), whole.headers.get(name), name)
  t.equal((await jobsOf('c')).length, 1)
})

t.test('a hundred at once are one job', async (t) => {
  await write('d', wave)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => get(i % 2 ? '/plots/d.png?width=500' : '/plots/d.svg?width=500')),
  )
  t.same(new Set(answers.map(({ status }) => status)), new Set([200]))
  t.equal(new Set(answers.map(({ headers }) => headers.get('etag'))).size, 2)
  t.equal((await jobsOf('d')).length, 1)
})

t.test('the query says what a plot may be told, and what is left out has its default', async (t) => {
  await write('e', wave)
  await call(url, 'PUT', '/series/e', { json: { description: 'Waves', unit: 'm' } })
  const query = 'from=2020-01-02&to=2020-01-05&width=640&height=320&theme=dark&mark=step&zero=true&tz=Europe/Berlin'
  const { bytes } = await get(`/plots/e.png?${query}&title=High%20%26%20low`)
  t.same(sizeOf(bytes), [640, 320])
  const [{ id } = { id: '' }] = await jobsOf('e')
  const job = (await get(`/jobs/${id}`)).body
  t.match(job, { from: '2020-01-01T23:00:00.000Z', to: '2020-01-04T23:00:00.000Z', series: ['e'] })
  t.match(job.params, { width: 640, height: 320, theme: 'dark', mark: 'step', zero: true, title: 'High & low' })
  const params = { ...job.params }
  const same = { kind: 'plot', series: 'e', from: '2020-01-02', to: '2020-01-05', params }
  t.equal((await call(url, 'POST', '/jobs', { json: same })).body.id, id)
  const kind = (await get('/kinds/plot')).body
  const { parameters } = (await get('/openapi.json')).body.paths['/plots/{series}'].get
  const named = new Set(parameters.map(({ name }: { name: string }) => name))
  for (const name of Object.keys(kind.params.properties)) t.ok(named.has(name), `${name} stands in OpenAPI`)
  const own = ['series', 'from', 'to', 'wait', 'format']
  t.same(
    own.filter((name) => name in kind.params.properties),
    [],
    'no parameter of a plot is hidden by one of the address',
  )
})

t.test('what the parameters mean together is checked too', async (t) => {
  await write('j', wave)
  const fault = (await get('/plots/j.png?mark=line&bins=3')).body
  t.match(fault, { status: 400, errors: [{ parameter: 'bins', detail: /is for the mark histogram/ }] })
  const references = encodeURIComponent('[{"value":0.5,"label":"half"},{"time":"2020-01-03"}]')
  const lined = await get(`/plots/j.svg?references=${references}&right=none`)
  t.match(lined.text, /half/)
  const relative = encodeURIComponent('[{"time":"-1h"}]')
  const wrong = (await get(`/plots/j.svg?mark=histogram&references=${relative}`)).body
  t.match(wrong, { status: 400, errors: [{ parameter: 'references', detail: /^\/0\/time: / }] })
})

t.test('a range that counts from now is the same question for a while', async (t) => {
  const now = Math.floor(Date.now() / 1000)
  await write('f', Array.from({ length: 50 }, (_, i) => `${now - i * 86_400 * 30},${i}`).join('\n'))
  // A pixel is a month and more: that its edge falls between these is not to be expected in a lifetime of tests.
  const path = '/plots/f.png?from=-36500d&to=now&width=1000'
  const etags = [await get(path), await get(path), await get(path)].map(({ headers }) => headers.get('etag'))
  t.equal(new Set(etags).size, 1)
  t.equal((await jobsOf('f')).length, 1)
  const [{ id } = { id: '' }] = await jobsOf('f')
  const { from, to } = (await get(`/jobs/${id}`)).body
  t.ok(Date.parse(from) <= now * 1000 - 36_500 * 86_400_000)
  t.ok(Date.parse(to) > now * 1000, 'the newest point is within')
  t.equal((await get(`/results/${id}`)).body.data.series[0].count, 50)
})

t.test('a series may be called anything, and a chart have several', async (t) => {
  for (const name of ['g/1', 'g.png', 'g.svg.png', 'g°, "x"', 'g?&#=%2F']) {
    await write(name, wave)
    const { status, headers } = await get(`/plots/${encodeURIComponent(name)}.svg`)
    t.equal(status, 200, name)
    t.equal(headers.get('content-type'), 'image/svg+xml')
    t.equal((await jobsOf(name)).length, 1)
  }
  const more = `series=${encodeURIComponent('g?&#=%2F')}&series=g.png&series=${encodeURIComponent('g/1')}`
  const several = await get(`/plots/g%2F1.png?${more}&height=500`)
  t.equal(several.status, 200)
  const jobs = (await get('/jobs?series=g.png')).body.jobs
  t.same(jobs[0].series, ['g/1', 'g?&#=%2F', 'g.png'], 'each once, in their order')
  const etag = several.headers.get('etag')
  t.equal((await get(`/plots/g%2F1.png?${more}&height=500`)).headers.get('etag'), etag)
  await write('g.png', '2020-01-02,7')
  t.not((await get(`/plots/g%2F1.png?${more}&height=500`)).headers.get('etag'), etag, 'any of them changes it')
})

t.test('what is wrong is said in a problem document, never in a picture', async (t) => {
  await write('h', '2020-01-01,1\n2020-01-03,2')
  const fault = async (path: string, status: number, code: string, detail: RegExp) => {
    const answer = await get(path, { accept: 'image/avif,image/webp,image/png,*/*;q=0.8' })
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/, path)
    t.match(answer, { status, body: { type: `urn:kymograph:problem:${code}`, detail } }, path)
  }
  await fault('/plots/nothing.png', 404, 'unknown-series', /^There is no series 'nothing'\.$/)
  await fault('/plots/h.png?series=nothing', 404, 'unknown-series', /'nothing'/)
  await fault('/plots/h.gif', 404, 'unknown-series', /'h.gif'\. The address of a chart ends in \.png or \.svg/)
  await fault('/plots/h.png?widht=3', 400, 'invalid-query', /did you mean 'width'/)
  await fault('/plots/h.png?width=3', 400, 'invalid-query', /width: must be >= 200/)
  await fault('/plots/h.png?mark=pie', 400, 'invalid-query', /mark: must be one of/)
  await fault('/plots/h.png?tz=Mars', 400, 'invalid-query', /'Mars' is not an IANA time zone/)
  await fault('/plots/h.png?from=soon', 400, 'invalid-query', /'soon' is not a time/)
  await fault('/plots/h.png?series=', 400, 'invalid-query', /name of a series is empty/)
  await fault('/plots/h.png?title=a&title=b', 400, 'invalid-query', /given more than once/)
  await fault('/plots/.%01.png', 400, 'invalid-path', /control character/)
  await fault('/plots', 404, 'not-found', /nothing at/)
  await fault('/plots/h.png?from=2021-01-01', 404, 'no-points', /no series|No series/)
  await fault('/plots/h.png?to=2020-01-01', 404, 'no-points', /No series/)
  t.same(await jobsOf('h'), [], 'none of them was a job')
  await fault('/plots/h.png?from=2020-01-02&to=2020-01-02T12:00', 404, 'no-points', /No series/)
  t.equal((await get('/plots/h.png?from=2021-01-01')).headers.get('cache-control'), 'max-age=90')
  t.equal((await get('/plots/h.png?width=3')).headers.get('cache-control'), null)
  t.match(await call(url, 'POST', '/plots/h.png'), { status: 405 })
})

t.test('a chart that takes too long is there later', async (t) => {
  await write('i', wave)
  const soon = await get('/plots/i.png?wait=0')
  t.match(soon, { status: 503, body: { type: 'urn:kymograph:problem:not-drawn-yet' } })
  t.equal(soon.headers.get('retry-after'), '2')
  t.equal(soon.headers.get('cache-control'), null)
  const preferred = await get('/plots/i.png', { prefer: 'wait=50' })
  t.equal(preferred.status, 200)
  t.equal(preferred.headers.get('preference-applied'), 'wait=50')
  t.equal((await get('/plots/i.png?wait=0')).status, 200)
  t.equal((await jobsOf('i')).length, 1)
})

t.test('a chart that can not be drawn is not asked for at each view', async (t) => {
  await write('k', wave)
  const failed = await get('/plots/k.png?mark=histogram&binWidth=0.0000001')
  t.match(failed, {
    status: 409,
    body: { type: 'urn:kymograph:problem:job-unsuccessful', detail: /could not be drawn: / },
  })
  t.equal(failed.headers.get('cache-control'), 'max-age=90')
})

t.test('who asks wakes a worker; a picture has the tag of the points that were read', async (t) => {
  const stage = await makeStage(t)
  const point = (value: number) => call(stage.points.url, 'PUT', '/series/wave/points/2020-01-02', { json: { value } })
  const queued = () =>
    until(async () => {
      const { jobs } = (await call(stage.jobs.url, 'GET', '/jobs?status=queued')).body
      return jobs[0]
    })
  // Nobody draws yet.
  const given = call(stage.results.url, 'GET', '/plots/wave.png?wait=60')
  await call(stage.jobs.url, 'DELETE', `/jobs/${(await queued()).id}?all=true`)
  t.match(await given, { status: 503, body: { detail: /^Somebody cancelled/ } })
  const waiting = call(stage.results.url, 'GET', '/plots/wave.png?wait=60')
  const job = await queued()
  const { revision } = (await point(5)).body
  const worker = await startWorker(stage)
  const results = await serveHere('results', { ...stage.settings, WORKER_URL: worker.url })
  t.after(() => results.stop())
  const other = await call(results.url, 'GET', '/plots/wave.png?width=300')
  t.equal(other.status, 200, 'nobody else pokes this worker')
  const drawn = await waiting
  t.equal(drawn.status, 200)
  t.equal(drawn.headers.get('content-location'), `${stage.results.url}/results/${job.id}.png`)
  const etag = drawn.headers.get('etag')!
  t.ok(etag.startsWith(`"${revision};`), `${etag} is of ${revision}`)
  const again = await call(results.url, 'GET', '/plots/wave.png', { headers: { 'if-none-match': etag } })
  t.equal(again.status, 304)
  t.equal((await call(results.url, 'GET', '/plots/wave.png')).headers.get('etag'), etag)
  t.equal((await call(stage.jobs.url, 'GET', '/jobs?status=succeeded')).body.jobs.length, 2)
})

t.test('where keys are asked for, a signed address shows a chart to who sends no header', async (t) => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const API_KEYS = `r:read:${sha256('r')} w:write:${sha256('w')}`
  const guarded = await startLocal({ API_KEYS, AUTH_REQUIRED: 'true', INTERNAL_TOKEN: 'between-us' })
  t.after(() => guarded.stop())
  const as = (key: string) => ({ authorization: `Bearer ${key}` })
  await write('a/b', wave, as('w'), guarded.url)
  const path = '/plots/a%2Fb.png?from=2020-01-02&width=480'
  t.equal((await call(guarded.url, 'GET', path)).status, 401)
  t.equal((await call(guarded.url, 'GET', path, { headers: as('w') })).status, 403)
  const sign = { json: { path, expires: '30d' }, headers: as('r') }
  const { body } = await call(guarded.url, 'POST', '/links', sign)
  const browser = {
    accept: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    'user-agent': 'Mozilla/5.0',
  }
  const shown = await call('', 'GET', body.url, { headers: browser })
  t.equal(shown.status, 200)
  t.same(sizeOf(shown.bytes), [480, 400])
  t.equal(shown.headers.get('cache-control'), 'max-age=60')
  t.notMatch(shown.headers.get('content-location'), /signature/)
  const etag = shown.headers.get('etag')!
  t.equal((await call('', 'GET', body.url, { headers: { ...browser, 'if-none-match': etag } })).status, 304)
  const byKey = await call(guarded.url, 'GET', path, { headers: as('r') })
  t.equal(byKey.headers.get('etag'), etag)
  t.equal(byKey.headers.get('cache-control'), 'private, max-age=60')
  t.equal((await call('', 'GET', body.url.replace('480', '481'))).status, 403)
})
