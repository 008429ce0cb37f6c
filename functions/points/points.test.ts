import { gzipSync } from 'node:zlib'
import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server
const csv = { 'content-type': 'text/csv' }
const get = (path: string, headers = {}) => call(url, 'GET', path, { headers })
const post = (series: string, body: string, headers: Record<string, string> = csv) =>
  call(url, 'POST', `/series/${encodeURIComponent(series)}/points`, { body, headers })

t.test('metadata: created, changed, read, listed, removed', async (t) => {
  const metadata = {
    unit: '°C',
    description: 'Temperature',
    labels: { city: 'austin' },
    source: 'NOAA',
    licence: 'CC0',
  }
  const created = await call(url, 'PUT', '/series/meta%2Fone', { json: metadata })
  t.equal(created.status, 201)
  t.match(created.body, { name: 'meta/one', count: 0, ...metadata })
  const changed = await call(url, 'PUT', '/series/meta%2Fone', { json: { unit: 'K', licence: null } })
  t.equal(changed.status, 200)
  t.equal(changed.body.unit, 'K')
  t.equal(changed.body.description, 'Temperature', 'what is missing stays')
  t.notOk('licence' in changed.body, 'null removes')
  t.not(changed.body.revision, created.body.revision)
  const same = await call(url, 'PUT', '/series/meta%2Fone', { json: { unit: 'K' } })
  t.equal(same.body.revision, changed.body.revision, 'an unchanged write leaves the revision alone')
  await post('meta/one', '2020-01-01,3\n2020-01-02,-1\n')
  const info = (await get('/series/meta%2Fone')).body
  t.match(info, { count: 2, first: '2020-01-01T00:00:00.000Z', last: '2020-01-02T00:00:00.000Z', min: -1, max: 3 })
  t.ok(info.bytes > 0)
  t.equal((await get('/series/meta%2Fone?timestamps=epoch_ms')).body.first, 1577836800000)
  t.equal((await call(url, 'DELETE', '/series/meta%2Fone')).status, 204)
  t.equal((await get('/series/meta%2Fone')).status, 404)
  t.equal((await call(url, 'DELETE', '/series/meta%2Fone')).status, 404)
})

t.test('lists go by prefix and labels, page by page', async (t) => {
  for (const [i, city] of ['austin', 'berlin', 'austin', 'austin'].entries()) {
    await call(url, 'PUT', `/series/list-${i}`, { json: { labels: { city, n: String(i) } } })
  }
  const names = async (query: string) =>
    (await get(`/series?${query}`)).body.series.map((s: { name: string }) => s.name)
  t.same(await names('prefix=list-'), ['list-0', 'list-1', 'list-2', 'list-3'])
  t.same(await names(`match=${encodeURIComponent('city="austin",n!="2"')}`), ['list-0', 'list-3'])
  t.same(await names(`prefix=list-&match=${encodeURIComponent('city!="austin"')}`), ['list-1'])
  const first = await get('/series?prefix=list-&limit=3')
  t.match(first.headers.get('link'), /rel="next"/)
  const second = await get(`/series?prefix=list-&limit=3&cursor=${first.body.next}`)
  t.same(
    second.body.series.map((s: { name: string }) => s.name),
    ['list-3'],
  )
  t.equal(second.body.next, null)
  const foreign = await get(`/series?prefix=other&cursor=${first.body.next}`)
  t.equal(foreign.status, 400)
  t.match(foreign.body.type, /invalid-cursor/)
})

t.test('points come in every form and are the same', async (t) => {
  const expected = [
    { timestamp: '2020-01-01T00:00:00.000Z', value: 1 },
    { timestamp: '2020-01-01T01:00:00.000Z', value: 2.5 },
    { timestamp: '2020-01-01T02:00:00.000Z', value: -3 },
  ]
  const json = { 'content-type': 'application/json' }
  const ndjson = expected.map((point) => JSON.stringify(point)).join('\n')
  const bodies: [string, string | Uint8Array<ArrayBuffer>, Record<string, string>][] = [
    ['list', JSON.stringify(expected), json],
    [
      'columns',
      JSON.stringify({ timestamps: expected.map((p) => p.timestamp), values: expected.map((p) => p.value) }),
      json,
    ],
    ['csv', 'timestamp,value\n2020-01-01,1\n2020-01-01T01:00:00Z,2.5\n1577844000,-3', csv],
    ['csv without header', '2020-01-01T02:00:00Z,-3\r\n2020-01-01,1\r\n2020-01-01T02:00:00+01:00,2.5\r\n', csv],
    ['ndjson', ndjson, { 'content-type': 'application/x-ndjson' }],
    ['no type', ndjson, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['gzip', new Uint8Array(gzipSync(ndjson)), { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }],
  ]
  for (const [name, body, headers] of bodies) {
    const written = await call(url, 'POST', `/series/${encodeURIComponent(name)}/points`, { body, headers })
    t.match(written.body, { inserted: 3, updated: 0, unchanged: 0 }, name)
    t.same((await get(`/series/${encodeURIComponent(name)}/points`)).body.points, expected, name)
  }
  const one = await call(url, 'POST', '/series/list/points', { json: { timestamp: 1577836800000, value: 7 } })
  t.match(one.body, { inserted: 0, updated: 1, unchanged: 0 })
})

t.test('a range is read in every shape', async (t) => {
  await post(
    'range',
    Array.from({ length: 10 }, (_, i) => `2020-01-0${i < 9 ? i + 1 : 9}T0${i < 9 ? 0 : 1}:00:00Z,${i}`).join('\n'),
  )
  const values = async (query: string) =>
    (await get(`/series/range/points?${query}`)).body.points.map((p: { value: number }) => p.value)
  t.same(await values('from=2020-01-03&to=2020-01-05'), [2, 3], 'from is included, to is not')
  t.same(await values('order=desc&limit=3'), [9, 8, 7])
  t.same(await values('to=2020-01-02T00:00:00.001Z'), [0, 1])
  t.same(await values('from=2021-01-01'), [])
  const columns = (await get('/series/range/points?shape=columns&limit=2&timestamps=epoch_ms')).body
  t.match(columns, { series: 'range', timestamps: [1577836800000, 1577923200000], values: [0, 1] })
  const text = (await get('/series/range/points.csv?to=2020-01-03')).text
  t.equal(text, 'timestamp,value\n2020-01-01T00:00:00.000Z,0\n2020-01-02T00:00:00.000Z,1\n')
  t.equal(
    (await get('/series/range/points?format=ndjson&limit=1')).text,
    '{"timestamp":"2020-01-01T00:00:00.000Z","value":0}\n',
  )
  t.equal(
    (await get('/series/range/points?limit=1', { accept: 'text/csv' })).headers.get('content-type'),
    'text/csv; charset=utf-8',
  )
  for (const order of ['asc', 'desc']) {
    const seen: number[] = []
    let cursor = ''
    do {
      const page = (await get(`/series/range/points?order=${order}&limit=3${cursor}`)).body
      seen.push(...page.points.map((p: { value: number }) => p.value))
      cursor = page.next ? `&cursor=${page.next}` : ''
    } while (cursor)
    t.same(seen, order === 'asc' ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], `pages, ${order}`)
  }
})

t.test('one point, the newest point, a deleted range', async (t) => {
  const at = '/series/single/points/2020-05-05T05:05:05.005Z'
  t.equal((await call(url, 'PUT', at, { json: { value: 5 } })).status, 201)
  t.equal((await call(url, 'PUT', at, { json: { value: 6 } })).status, 200)
  t.same((await get(at)).body, { timestamp: '2020-05-05T05:05:05.005Z', value: 6 })
  await post('single', '2020-05-06,7\n2020-05-07,8')
  t.same((await get('/series/single/latest')).body, { timestamp: '2020-05-07T00:00:00.000Z', value: 8 })
  t.match((await call(url, 'DELETE', at)).body, { deleted: 1 })
  t.equal((await get(at)).status, 404)
  t.equal((await call(url, 'DELETE', '/series/single/points')).status, 400, 'a range needs both bounds')
  t.match((await call(url, 'DELETE', '/series/single/points?from=2020-05-06&to=2020-05-07')).body, { deleted: 1 })
  t.match((await call(url, 'DELETE', '/series/single/points?all=true')).body, { deleted: 1 })
  t.equal((await get('/series/single/latest')).status, 404)
  t.equal((await get('/series/single')).body.count, 0, 'the series itself stays')
})

t.test('entity tags: 304 for what is known, 412 for what has changed', async (t) => {
  await post('tagged', '2020-01-01,1')
  const first = await get('/series/tagged/points')
  const etag = first.headers.get('etag')!
  t.equal((await get('/series/tagged/points', { 'if-none-match': etag })).status, 304)
  t.not((await get('/series/tagged/points.csv')).headers.get('etag'), etag, 'another form has another tag')
  const changed = await post('tagged', '2020-01-02,2', { ...csv, 'if-match': etag })
  t.equal(changed.status, 200)
  t.equal((await post('tagged', '2020-01-03,3', { ...csv, 'if-match': etag })).status, 412)
  t.equal((await get('/series/tagged')).body.count, 2, 'nothing was written')
  t.equal((await get('/series/tagged/points', { 'if-none-match': etag })).status, 200)
})

t.test('what is known of a series has an entity tag, and is kept by nobody else', async (t) => {
  await post('told', '2020-01-01,1')
  const first = await get('/series/told')
  const etag = first.headers.get('etag')!
  t.equal(first.headers.get('cache-control'), 'private, no-cache')
  t.equal((await get('/series/told', { 'if-none-match': etag })).status, 304)
  t.not((await get('/series/told?timestamps=epoch_ms')).headers.get('etag'), etag)
  t.equal((await post('told', '2020-01-02,5', { ...csv, 'if-match': etag })).status, 200)
  const second = await get('/series/told', { 'if-none-match': etag })
  t.equal(second.status, 200)
  t.match(second.body, { count: 2, min: 1, max: 5 })
  t.equal((await get('/series?prefix=told')).headers.get('cache-control'), 'private, no-cache')
})

t.test('If-Match: one tag of several is enough, a weak one matches nothing', async (t) => {
  await post('match', '2020-01-01,1')
  let value = 1
  const statusOf = async (tag: (etag: string) => string) => {
    const read = await get('/series/match/points')
    const headers = { ...csv, 'if-match': tag(read.headers.get('etag')!) }
    return (await post('match', `2020-01-01,${++value}`, headers)).status
  }
  t.equal(await statusOf((etag) => `"other.1", ${etag}`), 200)
  t.equal(await statusOf((etag) => `${etag},"other.1"`), 200)
  t.equal(await statusOf((etag) => `W/${etag}`), 412)
  t.equal(await statusOf((etag) => `W/${etag}, ${etag}`), 200)
  t.equal(await statusOf(() => '"other.1", W/"other.2"'), 412)
  t.equal(await statusOf((etag) => `"x,${etag.slice(1)}`), 412, 'a comma within a tag')
  t.equal(await statusOf(() => '*'), 200)
  t.equal(await statusOf(() => '"*"'), 412)
  t.equal((await post('no match', '2020-01-01,1', { ...csv, 'if-match': '*' })).status, 412)
})

t.test('a list with conditions gives all, page by page', async (t) => {
  const names = Array.from({ length: 7 }, (_, i) => `paged/${i}`)
  for (const [i, name] of names.entries()) {
    const json = { labels: i % 2 ? { odd: 'yes' } : {} }
    await call(url, 'PUT', `/series/${encodeURIComponent(name)}`, { json })
  }
  const found: string[] = []
  let cursor = ''
  do {
    const match = encodeURIComponent('odd!="yes"')
    const page = (await get(`/series?prefix=paged/&match=${match}&limit=2${cursor}`)).body
    found.push(...page.series.map((s: { name: string }) => s.name))
    cursor = page.next ? `&cursor=${page.next}` : ''
  } while (cursor)
  t.same(found, ['paged/0', 'paged/2', 'paged/4', 'paged/6'])
})

t.test('a body without points makes no series', async (t) => {
  const json = { 'content-type': 'application/json' }
  const bodies: [string, Record<string, string>][] = [
    ['[]', json],
    ['{"timestamps":[],"values":[]}', json],
    ['timestamp,value\n', csv],
  ]
  for (const [body, headers] of bodies) {
    const answer = await post('hollow', body, headers)
    t.equal(answer.status, 404, body)
    t.match(answer.body.type, /unknown-series/)
  }
  t.equal((await get('/series/hollow')).status, 404)
  await post('hollow', '2020-01-01,1')
  const { revision } = (await get('/series/hollow')).body
  for (const [body, headers] of bodies) {
    t.same((await post('hollow', body, headers)).body, { inserted: 0, updated: 0, unchanged: 0, revision }, body)
  }
})

t.test('a bad body changes nothing and names every place', async (t) => {
  const lines = Array.from({ length: 5000 }, (_, i) => `${1577836800 + i},${i}`)
  lines[4710] = '1577841510,abc'
  const bad = await post('bad', lines.join('\n'))
  t.equal(bad.status, 400)
  t.same(bad.body.errors, [{ line: 4711, detail: '"abc" is not a finite number' }])
  t.equal((await get('/series/bad')).status, 404, 'the series was not created')
  const cases: [string, string, Record<string, string>, RegExp][] = [
    ['NaN', '[{"timestamp":"2020-01-01","value":NaN}]', { 'content-type': 'application/json' }, /not JSON/],
    [
      'a time',
      '[{"timestamp":"yesterday","value":1}]',
      { 'content-type': 'application/json' },
      /'yesterday' is not a time/,
    ],
    [
      'a member',
      '[{"timestamp":"2020-01-01","valeu":1}]',
      { 'content-type': 'application/json' },
      /'valeu' is not known/,
    ],
    ['empty', '', csv, /empty|no points/],
  ]
  for (const [what, body, headers, detail] of cases) {
    const answer = await post('bad', body, headers)
    t.equal(answer.status, 400, what)
    t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
    t.match(answer.body.errors[0].detail, detail, what)
  }
})

t.test('a file without its line ends is told from a bad line', async (t) => {
  const hint = /curl's -d takes the line ends out of a file, --data-binary sends it as it is\. Nothing was written\.$/
  const body = 'timestamp,value\n2020-01-01,1\n2020-01-02,2\n2020-01-03,3\n'
  t.match((await post('joined', body.replaceAll('\n', ''))).body.detail, hint)
  t.notMatch((await post('joined', body.replace('2020-01-02', 'never'))).body.detail, hint)
  t.notMatch((await post('joined', '2020-01-01T00:00:00.000Z;1.5')).body.detail, hint)
})

t.test('what can not be meant is refused by name', async (t) => {
  const cases: [string, string, number, string][] = [
    [
      'GET',
      '/series/x/points?from=2020-02-01&to=2020-01-01',
      400,
      "from: 2020-02-01T00:00:00.000Z is after 'to', 2020-01-01",
    ],
    ['GET', '/series/x/points?limt=3', 400, "did you mean 'limit'"],
    ['GET', '/series/x/points?to=soon', 400, "to: 'soon' is not a time"],
    ['GET', '/series/x/points/soon', 400, "'soon' is not a time"],
    ['GET', '/series/x/points?tz=Mars/Base', 400, 'not an IANA time zone'],
    ['GET', '/series/nowhere/points', 404, "no series 'nowhere'"],
    ['GET', '/series?match=city', 400, 'column 5: expected one of =, !=, =~, !~'],
    ['GET', '/points?match={city=%22x%22}', 400, "column 1: the label's name '{city' must have 1 to 128 characters"],
    ['GET', '/series/..%2F..', 404, 'no series'],
    ['GET', '/series/%00', 400, 'control character'],
    ['POST', '/series/x', 405, 'does not take POST'],
    ['DELETE', '/series/x/points?all=true&from=2020-01-01', 400, "'all=true' alone"],
    ['DELETE', '/series/x/points?from=2020-01-01', 400, "both 'from' and 'to'"],
  ]
  for (const [method, path, status, detail] of cases) {
    const answer = await call(url, method, path)
    t.equal(answer.status, status, path)
    t.match(answer.body.detail, detail, path)
  }
  const named = await call(url, 'PUT', '/series/x', { json: { labels: { 'my city': 'Rome' } } })
  t.equal(named.status, 400)
  t.match(named.body.detail, "/labels/my city: the name 'my city' must have 1 to 128 characters, and no white space")
})
