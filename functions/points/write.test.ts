import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server

const write = (body: string | Uint8Array<ArrayBuffer>, query = '', headers: Record<string, string> = {}) =>
  call(url, 'POST', `/write${query}`, { body, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } })
const path = (name: string) => `/series/${encodeURIComponent(name)}`
const describe = async (name: string) => (await call(url, 'GET', path(name))).body
async function rows(name: string): Promise<[number, number][] | undefined> {
  const { status, body } = await call(url, 'GET', `${path(name)}/points?shape=columns&timestamps=epoch_ms`)
  if (status === 404) return undefined
  return body.timestamps.map((time: number, i: number) => [time, body.values[i]])
}

t.test('lines become points of series with labels', async (t) => {
  const lines =
    'air,city=Oslo,site=a temp=3.5,wet=t 1700000000000000000\nair,site=a,city=Oslo temp=4 1700000060000000000\n'
  const answer = await write(lines)
  t.equal(answer.status, 204)
  t.equal(answer.text, '')
  t.same(await rows('air.temp,city=Oslo,site=a'), [
    [1700000000000, 3.5],
    [1700000060000, 4],
  ])
  t.same(await rows('air.wet,city=Oslo,site=a'), [[1700000000000, 1]])
  t.match(await describe('air.temp,city=Oslo,site=a'), { labels: { city: 'Oslo', site: 'a' }, count: 2 })
  const listed = await call(url, 'GET', `/series?match=${encodeURIComponent('site="a"')}`)
  t.same(
    listed.body.series.map(({ name }: { name: string }) => name),
    ['air.temp,city=Oslo,site=a', 'air.wet,city=Oslo,site=a'],
  )
})

t.test('points of any order, and of one time: the last counts', async (t) => {
  await write('o f=3 3\no f=1 1\no f=2 2\no f=9 3\n', '?precision=s')
  t.same(await rows('o.f'), [
    [1000, 1],
    [2000, 2],
    [3000, 9],
  ])
  await write('o f=0 2', '?precision=s')
  t.same(await rows('o.f'), [
    [1000, 1],
    [2000, 0],
    [3000, 9],
  ])
})

t.test('lines without a time have that of the request', async (t) => {
  const before = Date.now()
  await write('now f=1\nnow g=2\n', '?precision=h')
  const [[time = 0] = []] = (await rows('now.f')) ?? []
  t.ok(time >= before && time <= Date.now())
  t.same(await rows('now.g'), [[time, 2]])
})

t.test('both addresses take the parameters of their clients, and refuse others by name', async (t) => {
  t.equal((await write('q f=1 1', '?db=x&rp=y&u=me&p=secret&precision=n&consistency=one')).status, 204)
  const v2 = await call(url, 'POST', '/api/v2/write?org=o&orgID=1&bucket=b&precision=ms', {
    body: 'q f=2 1700000000000',
  })
  t.equal(v2.status, 204)
  t.same(await rows('q.f'), [
    [0, 1],
    [1700000000000, 2],
  ])
  t.match((await write('q f=1', '?precison=s')).body, {
    status: 400,
    errors: [{ parameter: 'precison', detail: /did you mean 'precision'/ }],
  })
  t.equal((await write('q f=1', '?precision=d')).status, 400)
  t.equal((await call(url, 'POST', '/api/v2/write?precision=h', { body: 'q f=1' })).status, 400)
  t.match((await call(url, 'GET', '/write')).body, { status: 405 })
})

t.test('every type that clients send is read, and no other', async (t) => {
  for (const type of [
    'text/plain',
    'text/plain; charset=utf-8',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
  ]) {
    t.equal((await write('types f=1 1', '', { 'content-type': type })).status, 204, type)
  }
  const bare = await fetch(`${url}/write`, { method: 'POST', body: new TextEncoder().encode('types f=1 1') })
  t.equal(bare.status, 204, 'no type')
  t.match((await write('{}', '', { 'content-type': 'application/json' })).body, {
    status: 415,
    code: 'unsupported media type',
  })
  t.equal((await write('types f=1 1', '', { accept: 'application/x-msgpack' })).status, 204, 'clients of version 1')
  const packed = new Uint8Array(gzipSync('types f=7 1700000000000000000\n'))
  t.equal((await write(packed, '', { 'content-encoding': 'gzip' })).status, 204)
  t.same((await rows('types.f'))?.at(-1), [1700000000000, 7])
})

t.test('a body with a bad line changes nothing, and names every bad line', async (t) => {
  const good = 'bad,host=a f=1 1\n'
  const { status, headers, body } = await write(`${good}bad f=x 2\n${good}bad s="text" 3\nbad f=1 4x\n`)
  t.equal(status, 400)
  t.match(headers.get('content-type'), 'application/problem+json')
  t.match(body, {
    type: 'urn:kymograph:problem:invalid-body',
    detail: /line 2: .* And 2 more\. Nothing was written\.$/,
    instance: '/write',
    errors: [
      { line: 2, column: 'f', text: 'x' },
      { line: 4, column: 's', text: '"text"', detail: /strings=skip/ },
      { line: 5, text: '4x' },
    ],
    code: 'invalid',
    message: body.detail,
    error: body.detail,
  })
  t.equal(await rows('bad.f,host=a'), undefined)
  const many = await write('m f=x\n'.repeat(150))
  t.equal(many.body.errors.length, 100)
  t.match(many.body.detail, /The first 100 of 150 are listed\. Nothing was written\.$/)
  t.match((await write(`${good}${good.trim().repeat(2)}`)).body.errors, [{ line: 2, detail: /--data-binary/ }])
})

t.test('texts are left out where that is asked for', async (t) => {
  t.equal((await write('st a=1,s="x" 1\nst s="y" 2\n', '?strings=skip')).status, 204)
  t.same(await rows('st.a'), [[0, 1]])
  t.equal(await rows('st.s'), undefined)
})

t.test('a body without lines is nothing to write', async (t) => {
  for (const body of ['', '\n', '# comment']) t.equal((await write(body)).status, 204)
})

t.test('a write that says nothing new costs no revision, also by its labels', async (t) => {
  const line = 'same,host=a f=1 1\n'
  const name = 'same.f,host=a'
  await write(line)
  const { revision } = await describe(name)
  for (let i = 0; i < 3; i++) await write(line)
  t.equal((await describe(name)).revision, revision)
  await write('same,host=a f=2 1000000\n')
  const [generation, counter] = revision.split('.')
  t.equal((await describe(name)).revision, `${generation}.${Number(counter) + 1}`)
})

t.test('labels that somebody changed meanwhile come back, others stay', async (t) => {
  const name = 'relabel.f,host=a'
  const next = (i: number) => write(`relabel,host=a f=${i} ${i}000000\n`)
  for (let i = 0; i < 3; i++) await next(i)
  await call(url, 'PUT', path(name), { json: { labels: { host: 'b', room: '1' } } })
  await next(3)
  t.same((await describe(name)).labels, { host: 'a', room: '1' })
  for (let i = 4; i < 7; i++) await next(i)
  await call(url, 'PUT', path(name), { json: { labels: null } })
  await next(6)
  t.same((await describe(name)).labels, { host: 'a' }, 'also by a write that changes no point')
  await call(url, 'DELETE', path(name))
  await next(6)
  t.match(await describe(name), { labels: { host: 'a' }, count: 1 })
})

t.test('thousands of series in one body', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, i) => `wide,n=${i} f=${i},g=-${i} ${i}\n`)
  t.equal((await write(lines.join(''), '?precision=ms')).status, 204)
  t.same(await rows('wide.g,n=2999'), [[2999, -2999]])
  const page = await call(url, 'GET', '/series?prefix=wide.f&limit=1000')
  t.equal(page.body.series.length, 1000)
  t.ok(page.body.next)
})

t.test('writers of the same series at once lose nothing', async (t) => {
  const bodies = Array.from({ length: 16 }, (_, writer) =>
    Array.from({ length: 50 }, (_, i) => `busy,host=a f=${writer},g=${i} ${i * 16 + writer}\n`).join(''),
  )
  const answers = await Promise.all(bodies.map((body) => write(body, '?precision=ms')))
  t.same(new Set(answers.map(({ status }) => status)), new Set([204]))
  const found = await rows('busy.f,host=a')
  t.same(
    found,
    Array.from({ length: 800 }, (_, i) => [i, i % 16]),
  )
})

t.test('a request that is sent again by its Idempotency-Key is answered alike', async (t) => {
  const headers = { 'idempotency-key': 'lines-1' }
  t.equal((await write('once f=1', '', headers)).status, 204)
  const again = await write('once f=1', '', headers)
  t.equal(again.status, 204)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await rows('once.f'))?.length, 1)
})

t.test('what clients ask before they write', async (t) => {
  for (const method of ['GET', 'HEAD']) {
    const ping = await call(url, method, '/ping')
    t.equal(ping.status, 204)
    t.equal(ping.headers.get('x-influxdb-version'), '1.8')
    t.match(ping.headers.get('x-influxdb-build'), /^kymograph-/)
  }
  t.equal((await call(url, 'GET', '/ping?wait_for_leader=1s')).status, 204)
  t.match((await call(url, 'GET', '/health')).body, { name: 'kymograph', status: 'pass' })
})

t.test('bounds: of the body, and of the series that it makes', async (t) => {
  const small = await startLocal({ MAX_BODY_BYTES: '2000', MAX_IMPORT_SERIES: '3' })
  t.teardown(() => small.stop())
  const send = (body: string) => call(small.url, 'POST', '/write', { body })
  const four = await send('m,n=1 f=1\nm,n=2 f=1\nm,n=3 f=1\nm,n=4 f=1\nm,n=5 f=1')
  t.match(four.body, {
    status: 400,
    errors: [{ line: 4, detail: /more than 3 series/ }],
    detail: /Reading has stopped there/,
  })
  t.equal((await call(small.url, 'GET', '/series')).body.series.length, 0)
  t.equal((await send('m,n=1 f=1\nm,n=2 f=1\nm,n=3 f=1')).status, 204)
  t.match((await send(`# ${'x'.repeat(3000)}`)).body, { status: 413, code: 'request too large' })
})

t.test('without Redis it is 503, and can be sent again', async (t) => {
  const alone = await startLocal()
  t.teardown(() => alone.stop())
  await alone.redis.stop()
  const answer = await call(alone.url, 'POST', '/write', { body: 'm f=1' })
  t.match(answer.body, { status: 503, code: 'unavailable', message: /safe to send it again/ })
  t.ok(answer.headers.get('retry-after'))
  t.equal((await call(alone.url, 'GET', '/health')).status, 503)
})

t.test('keys: as a bearer, as a token, and as a password', async (t) => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const logged: string[] = []
  const settings = { API_KEYS: `w:write:${sha256('w-key')} r:read:${sha256('r-key')}`, AUTH_REQUIRED: 'true' }
  const guarded = await startLocal(settings)
  t.teardown(() => guarded.stop())
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const as = async (route: string, authorization?: string) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    const { status, body, text } = await call(guarded.url, 'POST', route, { body: 'm f=1', headers })
    if (text.includes('-key')) logged.push(text)
    return body ? `${status} ${body.code}` : String(status)
  }
  for (const route of ['/write?db=x', '/api/v2/write?bucket=x']) {
    t.equal(await as(route), '401 unauthorized', route)
    t.equal(await as(route, 'Bearer w-key'), '204')
    t.equal(await as(route, 'Token w-key'), '204')
    t.equal(await as(route, basic('anybody', 'w-key')), '204')
    t.equal(await as(route, basic('w-key', 'wrong')), '401 unauthorized')
    t.equal(await as(route, 'Token wrong'), '401 unauthorized')
    t.equal(await as(route, 'Token r-key'), '403 forbidden')
    t.equal(await as(route, 'Basic !'), '401 unauthorized')
  }
  t.equal(await as('/write?u=me&p=w-key&db=x'), '204')
  t.equal(await as('/write?p=w%2Dkey'), '204')
  t.equal(await as('/write?p=w-key&precison=s'), '400 invalid', 'a fault of the query does not repeat the key')
  t.equal(await as('/write?u=me&p=r-key'), '403 forbidden')
  t.equal(await as('/write?u=me&p=w-key', basic('me', 'wrong')), '204', 'p goes first')
  t.equal(await as('/write?u=me&p=', 'Bearer w-key'), '204', 'an empty one is none')
  t.equal(await as('/write?p=a%0Ab', basic('me', 'w-key')), '401 unauthorized')
  t.same(logged, [], 'no answer repeats a key')
  const read = (authorization: string) => call(guarded.url, 'GET', '/series', { headers: { authorization } })
  t.equal((await read('Token r-key')).status, 200)
  t.equal((await read(basic('me', 'r-key'))).status, 401, 'elsewhere no password is a key')
})
