import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server
const csv = { 'content-type': 'text/csv' }
const replace = (series: string, query: string, body: string, headers: Record<string, string> = {}) =>
  call(url, 'PUT', `/series/${series}/points?${query}`, { body, headers: { ...csv, ...headers } })
const post = (series: string, body: string) => call(url, 'POST', `/series/${series}/points`, { body, headers: csv })
const rowsOf = async (series: string) =>
  (await call(url, 'GET', `/series/${series}/points.csv`)).text.split('\n').slice(1, -1)
const lines = (first: number, count: number, value: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => `${first + i},${value(first + i)}`).join('\n')
const may = 'from=2020-05-01&to=2020-06-01'

t.test('a range is what the body says, and what lies outside stays', async (t) => {
  await post('r', '2020-04-30,1\n2020-05-01,2\n2020-05-02,3\n2020-05-03,4\n2020-06-01,5')
  const answer = await replace('r', may, '2020-05-01,2\n2020-05-03,40\n2020-05-31T23:59:59.999Z,6')
  t.equal(answer.status, 200)
  const { revision } = (await call(url, 'GET', '/series/r')).body
  t.same(answer.body, { inserted: 1, updated: 1, unchanged: 1, deleted: 1, revision })
  const expected = [
    '2020-04-30T00:00:00.000Z,1',
    '2020-05-01T00:00:00.000Z,2',
    '2020-05-03T00:00:00.000Z,40',
    '2020-05-31T23:59:59.999Z,6',
    '2020-06-01T00:00:00.000Z,5',
  ]
  t.same(await rowsOf('r'), expected)
  const again = await replace('r', may, '2020-05-01,2\n2020-05-03,40\n2020-05-31T23:59:59.999Z,6')
  t.same(again.body, { inserted: 0, updated: 0, unchanged: 3, deleted: 0, revision }, 'the same again changes nothing')
  t.match((await replace('r', may, 'timestamp,value\n')).body, { inserted: 0, deleted: 3 }, 'nothing empties the range')
  t.same(await rowsOf('r'), [expected[0], expected[4]])
  t.match((await replace('r', 'all=true', '2021-01-01,7')).body, { inserted: 1, deleted: 2 })
  t.same(await rowsOf('r'), ['2021-01-01T00:00:00.000Z,7'])
  t.match((await replace('r', 'all=true', 'timestamp,value\n')).body, { deleted: 1 })
  t.equal((await call(url, 'GET', '/series/r')).body.count, 0, 'the series itself stays')
})

t.test('what lies outside of the range is refused with its place, and nothing is changed', async (t) => {
  await post('out', '2020-05-02,1')
  const { revision } = (await call(url, 'GET', '/series/out')).body
  const bad = await replace('out', may, '2020-05-01,1\n2020-04-30T23:59:59.999Z,2\n2020-06-01,3\n2020-05-05,x')
  t.equal(bad.status, 400)
  t.same(bad.body.errors, [
    {
      line: 2,
      column: 'timestamp',
      text: '2020-04-30T23:59:59.999Z',
      detail: '2020-04-30T23:59:59.999Z is before the range, which begins at 2020-05-01T00:00:00.000Z',
    },
    {
      line: 3,
      column: 'timestamp',
      text: '2020-06-01',
      detail: '2020-06-01T00:00:00.000Z is not before the end of the range, 2020-06-01T00:00:00.000Z',
    },
    {
      line: 4,
      column: 'value',
      text: 'x',
      detail: '"x" is not a finite number; digits were expected, such as -3.1 or 2e6, and a missing value has no line',
    },
  ])
  const json = await call(url, 'PUT', `/series/out/points?${may}`, { json: [{ timestamp: '2020-07-01', value: 1 }] })
  t.match(json.body.errors, [{ pointer: '/0/timestamp' }])
  t.equal((await call(url, 'GET', '/series/out')).body.revision, revision)
})

t.test('both bounds are needed, or all', async (t) => {
  for (const query of [
    '',
    'from=2020-05-01',
    'to=2020-05-01',
    `${may}&all=true`,
    'all=true&to=2020-05-01',
    'all=false',
  ]) {
    const answer = await replace('bounds', query, '2020-05-02,1')
    t.equal(answer.status, 400, query)
    t.match(answer.body.detail, /both 'from' and 'to'/)
  }
  t.equal((await call(url, 'GET', '/series/bounds')).status, 404)
  t.equal((await replace('bounds', may, 'timestamp,value\n')).status, 404, 'nothing makes no series')
  t.match((await replace('bounds', may, '2020-05-02,1')).body, { inserted: 1, deleted: 0 }, 'points make it')
})

t.test('a replacement honours If-Match', async (t) => {
  await post('if', '2020-05-02,1')
  const etag = (await call(url, 'GET', '/series/if/points')).headers.get('etag')!
  t.equal((await replace('if', may, '2020-05-02,2', { 'if-match': '"other.1"' })).status, 412)
  t.equal((await replace('if', may, '2020-05-02,2', { 'if-match': etag })).status, 200)
  t.equal((await replace('if', may, '2020-05-02,3', { 'if-match': etag })).status, 412)
  t.same(await rowsOf('if'), ['2020-05-02T00:00:00.000Z,2'])
  t.equal((await replace('if-none', may, '2020-05-02,2', { 'if-match': '*' })).status, 412)
})

t.test('over many chunks, and whatever of them it meets', async (t) => {
  await post(
    'many',
    lines(1e6, 40_000, (i) => i),
  )
  const seconds = (first: number, end: number) => `from=${first}&to=${end}&unit=s`
  const put = (query: string, body: string) =>
    call(url, 'PUT', `/series/many/points?${query}`, { body: `timestamp,value\n${body}`, headers: csv })
  const cut = await call(url, 'PUT', `/series/many/points?${seconds(1_001_500, 1_038_500)}`, {
    body: [1_002_000, 1_025_000, 1_025_001, 1_038_499].map((s) => `${s},-1`).join('\n'),
    headers: csv,
  })
  t.match(cut.body, { inserted: 0, updated: 4, unchanged: 0, deleted: 36_996 })
  t.match((await put(seconds(1_002_000, 1_002_000), '')).body, { deleted: 0, inserted: 0 }, 'an empty range')
  const columns = (await call(url, 'GET', '/series/many/points?shape=columns&timestamps=epoch_ms')).body
  const times = columns.timestamps.map((ms: number) => ms / 1000)
  const expected = Array.from({ length: 40_000 }, (_, i) => 1e6 + i).filter(
    (s) => s < 1_001_500 || s >= 1_038_500 || [1_002_000, 1_025_000, 1_025_001, 1_038_499].includes(s),
  )
  t.same(times, expected)
  t.same(
    columns.values,
    expected.map((s) => (s < 1_001_500 || s >= 1_038_500 ? s : -1)),
  )
  t.match((await call(url, 'GET', '/series/many')).body, { count: 3004, min: -1 })
})

t.test('a reader sees the range as it was or as it is', async (t) => {
  const count = 5000
  const put = (mark: number) =>
    replace(
      'whole',
      'all=true',
      lines(1e6 + mark, count - mark, () => mark),
    )
  await put(0)
  let written = 0
  const writing = (async () => {
    for (; written < 25; written++) await put(written)
  })()
  const seen = new Set<number>()
  const torn: unknown[] = []
  while (written < 25) {
    const { values } = (await call(url, 'GET', '/series/whole/points?shape=columns&timestamps=epoch_ms')).body
    if (new Set(values).size !== 1 || values.length !== count - values[0])
      torn.push([values.length, ...new Set(values)])
    seen.add(values[0])
  }
  await writing
  t.same(torn, [])
  t.ok(seen.size > 2, `${seen.size} states were seen`)
})
