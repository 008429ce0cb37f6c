import t from 'tap'
import { type CallOptions, call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server
const csv = { 'content-type': 'text/csv' }
const may = '?from=2020-05-01&to=2020-06-01'
const etagOf = async (path: string) => (await call(url, 'GET', path)).headers.get('etag')!

/** Every write of a series or its points, by what its `*` is about. */
const writes: [what: string, method: string, path: string, options: CallOptions][] = [
  ['series', 'PUT', '', { json: { unit: 'm' } }],
  ['series', 'POST', '/points', { body: '2020-05-02,2', headers: csv }],
  ['series', 'PUT', `/points${may}`, { body: '2020-05-02,2', headers: csv }],
  ['point', 'PUT', '/points/2020-05-02', { json: { value: 2 } }],
]

const withHeader = (options: CallOptions, name: string, value: string): CallOptions => ({
  ...options,
  headers: { ...options.headers, [name]: value },
})

for (const [number, [what, method, path, options]] of writes.entries()) {
  const series = `/series/new-${number}`
  t.test(`If-None-Match: * lets ${method} ${path} make what is not there, and change nothing else`, async (t) => {
    const once = withHeader(options, 'if-none-match', '*')
    const made = await call(url, method, series + path, once)
    t.ok(made.status === 200 || made.status === 201, `${made.status}`)
    const before = (await call(url, 'GET', series)).body.revision
    const again = await call(url, method, series + path, once)
    t.equal(again.status, 412)
    t.match(again.body, {
      type: 'urn:kymograph:problem:precondition-failed',
      detail: `The ${what} exists already; nothing was changed.`,
    })
    t.equal((await call(url, 'GET', series)).body.revision, before)
  })

  t.test(`If-None-Match with tags refuses ${method} ${path} at these revisions`, async (t) => {
    const etag = await etagOf(series)
    for (const tags of [etag, `W/${etag}`, `"other.1", ${etag}`]) {
      const refused = await call(url, method, series + path, withHeader(options, 'if-none-match', tags))
      t.equal(refused.status, 412, tags)
      t.match(refused.body.detail, /^The series still has the revision '.*'; nothing was changed\.$/)
    }
    t.equal((await call(url, method, series + path, withHeader(options, 'if-none-match', '"other.1"'))).status, 200)
  })
}

t.test('of many that make the same thing at once, one does', async (t) => {
  for (const [number, [, method, path, options]] of writes.entries()) {
    const series = `/series/race-${number}`
    const racing = Array.from({ length: 8 }, () =>
      call(url, method, series + path, withHeader(options, 'if-none-match', '*')),
    )
    const statuses = (await Promise.all(racing)).map(({ status }) => status)
    t.equal(statuses.filter((status) => status < 300).length, 1, statuses.join())
    t.equal(statuses.filter((status) => status === 412).length, 7)
  }
})

t.test('of one point it is the point that must be there, or must not', async (t) => {
  const lines = Array.from({ length: 30 }, (_, i) => `2020-05-${String(i + 1).padStart(2, '0')},${i}`)
  await call(url, 'POST', '/series/some/points', { body: lines.join('\n'), headers: csv })
  const put = (time: string, headers: Record<string, string>) =>
    call(url, 'PUT', `/series/some/points/${time}`, { json: { value: -1 }, headers })
  for (const time of ['2020-05-01', '2020-05-15', '2020-05-30']) {
    t.equal((await put(time, { 'if-none-match': '*' })).status, 412, time)
    t.equal((await put(time, { 'if-match': '*' })).status, 200, time)
  }
  for (const time of ['2020-04-30', '2020-05-15T12:00:00Z', '2020-07-01']) {
    const missing = await put(time, { 'if-match': '*' })
    t.equal(missing.status, 412, time)
    t.equal(missing.body.detail, 'The point does not exist; nothing was changed.')
    t.equal((await put(time, { 'if-none-match': '*' })).status, 201, time)
  }
  const etag = await etagOf('/series/some')
  const both = { 'if-match': etag, 'if-none-match': '*' }
  t.equal((await put('2020-05-15', both)).status, 412, 'both conditions must hold')
  t.equal((await put('2020-08-01', both)).status, 201)
  t.equal((await put('2020-09-01', both)).status, 412, 'the series has another revision now')
  t.equal(
    (await put('2020-08-02', { 'if-none-match': await etagOf('/series/some') })).status,
    201,
    'a new point has no tag',
  )
})

t.test('deletes hold conditions too', async (t) => {
  const remove = (path: string, headers: Record<string, string>) =>
    call(url, 'DELETE', `/series/old${path}`, { headers })
  await call(url, 'POST', '/series/old/points', { body: '2020-05-01,1\n2020-05-02,2', headers: csv })
  const etag = await etagOf('/series/old')
  for (const path of ['', `/points${may}`, '/points/2020-05-01']) {
    t.equal((await remove(path, { 'if-none-match': '*' })).status, 412, path)
    t.equal((await remove(path, { 'if-none-match': etag })).status, 412, path)
  }
  t.equal((await remove('/points/2020-05-03', { 'if-none-match': '*' })).status, 404)
  t.equal((await remove('/points/2020-05-01', { 'if-match': '*' })).status, 200)
  t.equal((await remove('/points/2020-05-01', { 'if-match': '*' })).status, 412)
  t.equal((await remove('/points/2020-05-02', { 'if-none-match': etag })).status, 200)
  t.equal((await remove('', { 'if-none-match': etag })).status, 204)
  t.equal((await remove('', { 'if-none-match': '*' })).status, 404)
})
