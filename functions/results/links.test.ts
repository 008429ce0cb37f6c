import { createHash } from 'node:crypto'
import { request } from 'node:http'
import t, { type Test } from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'
import { serveHere, until } from '../../test/processes.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const entry = (name: string, scopes: string, key = name) => `${name}:${scopes}:${sha256(key)}`
const API_KEYS = [entry('r', 'read'), entry('w', 'write'), entry('boss', 'admin'), entry('b', 'read+write')].join(' ')
const as = (key: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${key}`, ...more })

// Points and a chart are made while no key is asked for; everything else sees keys.
const open = await startLocal()
const result = await drawn(open.url)
await call(open.url, 'POST', '/series/a%2Fb%20%C2%B0C.png/points', {
  body: '2020-01-01,1\n2020-01-02,2',
  headers: { 'content-type': 'text/csv' },
})
const shared = { REDIS_URL: open.redis.url, API_KEYS }
const parts = {
  points: await serveHere('points', shared),
  jobs: await serveHere('jobs', shared),
  results: await serveHere('results', shared),
}
const addresses = { POINTS_URL: parts.points.url, JOBS_URL: parts.jobs.url, RESULTS_URL: parts.results.url }
const front = await serveHere('web', { ...shared, ...addresses })
t.teardown(async () => {
  for (const part of [front, ...Object.values(parts)]) await part.stop()
  await open.stop()
})
const { url } = front

const ask = (path: unknown, expires: unknown = '1h', key = 'r', base = url) =>
  call(base, 'POST', '/links', { json: { path, expires }, headers: as(key) })
const sign = async (path: string, expires: unknown = '1h', key = 'r') => {
  const { status, body } = await ask(path, expires, key)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.url.slice(url.length) as string
}
const refused = async (t: Test, path: string, status: number, code: string, detail: RegExp, method = 'GET') => {
  const answer = await call(url, method, path)
  t.match(answer, { status, body: { type: `urn:kymograph:problem:${code}`, status, detail } }, path)
  t.notMatch(answer.text, /signature=/, 'an answer repeats no signature')
}

t.test('every address that can be read is read without a header, behind the front door and at its host', async (t) => {
  const cases: [path: string, owner: keyof typeof parts, start: RegExp | string][] = [
    ['/series/a%2Fb%20%C2%B0C.png/points.csv', 'points', 'timestamp,value\n2020-01-01'],
    ['/series/a%2Fb%20%C2%B0C.png/points?from=2020-01-02&timestamps=epoch_ms', 'points', '{"series":"a/b °C.png"'],
    ['/series/s/latest', 'points', '{"timestamp":"2020-01-02'],
    ['/points.csv?series=s&series=a%2Fb%20%C2%B0C.png&every=1y&aggregate=count', 'points', 'series,timestamp,count'],
    ['/series?prefix=a/', 'points', '{"series":[{"name":"a/b °C.png"'],
    [`/jobs/${result}`, 'jobs', `{"id":"${result}"`],
    [`/jobs/${result}/events`, 'jobs', 'retry:'],
    ['/kinds', 'jobs', '{"kinds":'],
    [`/results/${result}`, 'results', `{"id":"${result}"`],
    [`/results/${result}.svg`, 'results', '<svg'],
    [`/results/${result}.vl.json`, 'results', '{'],
  ]
  for (const [path, owner, start] of cases) {
    t.equal((await call(url, 'GET', path)).status, 401, path)
    const { status, body } = await ask(path)
    t.equal(status, 200)
    t.ok(body.url.startsWith(url), 'absolute, at the address that was asked')
    for (const address of [body.url, parts[owner].url + body.url.slice(url.length)]) {
      const answer = await call('', 'GET', address)
      t.equal(answer.status, 200, address)
      t.ok(answer.text.startsWith(String(start)), answer.text.slice(0, 80))
      t.equal((await call('', 'HEAD', address)).status, 200)
    }
    t.equal((await call(url, 'GET', path, { headers: as('r') })).status, 200)
  }
})

t.test('the end is a time, relative or an epoch number, and told', async (t) => {
  const near = (answer: { body: { expires: string } }, ms: number) => {
    const left = Date.parse(answer.body.expires) - Date.now()
    t.ok(left <= ms && left > ms - 60_000, answer.body.expires)
  }
  near(await ask('/series', '7d'), 7 * 86_400_000)
  near(await ask('/series', '+7d'), 7 * 86_400_000)
  near(await ask('/series', 'P1DT12H'), 36 * 3_600_000)
  const tomorrow = Math.ceil(Date.now() / 1000) + 86_400
  for (const same of [tomorrow, tomorrow * 1000 + 999, String(tomorrow), new Date(tomorrow * 1000).toISOString()]) {
    const { body } = await ask('/series', same)
    t.equal(body.expires, new Date(tomorrow * 1000).toISOString(), `${same}`)
    t.match(body.url, `?expires=${tomorrow}&signature=`)
  }
})

t.test('an address that has expired is 410, one that was altered 403', async (t) => {
  const held = await sign('/series/s/points?from=2020-01-02', '2s')
  t.equal((await call(url, 'GET', held)).status, 200)
  const end = Number(/expires=(\d+)/.exec(held)?.[1]) * 1000
  const altered: [string, string][] = [
    [held.replace('/s/', '/t/'), 'another series'],
    [held.replace('01-02', '01-01'), 'another range'],
    [held.replace('points?from', 'points?to'), 'another parameter'],
    [`${held}&limit=1`, 'one more parameter'],
    [held.replace(/from=[^&]*&/, ''), 'one less'],
    [held.replace(/expires=\d+/, `expires=${end / 1000 + 60}`), 'a later end'],
    [held.replace(/expires=\d+&/, ''), 'no end'],
    [held.replace(/signature=./, 'signature='), 'a shorter signature'],
    [held.replace(/signature=.*/, 'signature='), 'an empty one'],
    [`${held}&signature=x`, 'two'],
  ]
  for (const [path, what] of altered) {
    await t.test(what, (t) =>
      refused(t, path, 403, 'link-invalid', /^The signature does not fit: the address was altered/),
    )
  }
  await until(() => Date.now() >= end)
  await refused(t, held, 410, 'link-expired', /^The address held until 20.*; POST \/links signs another/)
})

t.test('an address that is cut differently by who reads it is refused', async (t) => {
  const path = await sign('/points?series=x%23y&from=2020-01-01')
  const status = await new Promise((resolve, reject) => {
    const asked = request(url, { path: path.replace('%23', '#') }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.once('error', reject).end()
  })
  t.equal(status, 400)
})

t.test('the front door repeats no signature when a function is away', async (t) => {
  const away = { POINTS_URL: 'http://127.0.0.1:9', JOBS_URL: 'http://127.0.0.1:9', RESULTS_URL: 'http://127.0.0.1:9' }
  const alone = await serveHere('web', { ...shared, ...away })
  t.teardown(() => alone.stop())
  const answer = await call(alone.url, 'GET', await sign('/results/x.png'))
  t.match(answer, { status: 503, body: { instance: '/results/x.png' } })
  t.notMatch(answer.text, /signature=/)
})

t.test('it is for reading alone', async (t) => {
  const path = await sign('/series/s/points')
  for (const method of ['POST', 'DELETE'])
    t.match(await call(url, method, path), {
      status: 403,
      body: { detail: `A signed address is for GET and HEAD, not for ${method}.` },
    })
  t.equal((await call(url, 'GET', '/series/s', { headers: as('r') })).body.count, 2)
  t.match(await ask('/series', '1h', 'w'), {
    status: 403,
    body: { detail: "The key 'w' has write; this needs 'read'." },
  })
  t.equal((await call(url, 'POST', '/links', { json: { path: '/series', expires: '1h' } })).status, 401)
})

t.test('a key in the header decides, and any other header does not', async (t) => {
  const path = await sign('/series/s')
  t.equal((await call(url, 'GET', path, { headers: as('wrong') })).status, 401)
  t.equal((await call(url, 'GET', path, { headers: as('w') })).status, 403)
  t.equal((await call(url, 'GET', path.slice(0, -1), { headers: as('r') })).status, 200)
  t.equal((await call(url, 'GET', path, { headers: { authorization: 'Basic dTpw' } })).status, 200)
})

t.test('it is gone with its key, or with what the key may do', async (t) => {
  const [reader, boss] = [await sign('/series/s', '1h', 'r'), await sign('/series/s', '1h', 'boss')]
  t.not(reader, boss)
  const later = async (keys: string) => {
    const points = await serveHere('points', { ...shared, API_KEYS: keys })
    const statuses = [await call(points.url, 'GET', reader), await call(points.url, 'GET', boss)].map(
      ({ status }) => status,
    )
    await points.stop()
    return statuses
  }
  t.same(await later(API_KEYS), [200, 200])
  t.same(await later(entry('boss', 'admin')), [403, 200])
  t.same(await later(entry('other', 'read', 'r')), [200, 403], 'a key is itself under another name')
  t.same(await later([entry('r', 'write'), entry('boss', 'admin')].join()), [403, 200])
  t.same(await later(entry('r', 'read', 'renewed')), [403, 403])
})

t.test('what is asked for wrongly is named', async (t) => {
  const fault = async (json: object, pointer: string, detail: RegExp) => {
    const answer = await call(url, 'POST', '/links', { json, headers: as('r') })
    t.match(answer, {
      status: 400,
      body: { type: 'urn:kymograph:problem:invalid-body', errors: [{ pointer, detail }] },
    })
  }
  const expires = '1h'
  await fault({ path: '/series' }, '', /'expires' is missing/)
  await fault({ expires }, '', /'path' is missing/)
  await fault({ path: '/series', expires, scope: 'write' }, '/scope', /'scope' is not known here/)
  for (const path of [
    '/nothing',
    'series',
    '//example.org/series',
    'https://example.org/series',
    '/',
    '/healthz',
    '\\series',
  ])
    await fault({ path, expires }, '/path', /is no address of ours: it begins with \/series, \/points/)
  await fault({ path: '/series/%zz/points', expires }, '/path', /not percent-encoded/)
  await fault({ path: '/series/a#b', expires }, '/path', /'#' is written %23/)
  await fault({ path: await sign('/series'), expires }, '/path', /has 'expires' already/)
  await fault({ path: '/series', expires: 'soon' }, '/expires', /'soon' is not a time: .*'7d'/)
  await fault({ path: '/series', expires: '2020-01-01' }, '/expires', /over already/)
  await fault({ path: '/series', expires: 'now' }, '/expires', /over already/)
  await fault({ path: '/series', expires: '366d' }, '/expires', /too long: an address holds 365d at most/)
  t.equal((await ask('/series', '365d')).status, 200)
})

t.test('links of ours are taken as they are, names as they are written', async (t) => {
  t.equal((await call(url, 'GET', await sign(`${url}/results/${result}.png`))).headers.get('content-type'), 'image/png')
  t.equal((await call(url, 'GET', await sign('/series/a%2Fb °C.png'))).body.count, 2)
  const based = await serveHere('results', { ...shared, PUBLIC_POINTS_URL: 'https://api.example/ts/' })
  t.after(() => based.stop())
  const { body } = await ask('https://api.example/ts/series/s', '1h', 'r', based.url)
  t.match(body.url, /^https:\/\/api\.example\/ts\/series\/s\?expires=/)
  t.equal((await call(parts.points.url, 'GET', body.url.slice('https://api.example/ts'.length))).status, 200)
})

t.test('under an Idempotency-Key the first answer comes again', async (t) => {
  const post = (path: string) =>
    call(url, 'POST', '/links', { json: { path, expires: '7d' }, headers: as('r', { 'idempotency-key': 'link' }) })
  const first = await post('/series')
  const again = await post('/series')
  t.same(again.body, first.body)
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await post('/kinds')).status, 422)
})

t.test('where no key is asked for, the plain address is enough, and a signed one is read too', async (t) => {
  const answer = await call(open.url, 'POST', '/links', { json: { path: '/series/s?', expires: '1h' } })
  t.same([answer.status, answer.body], [200, { url: `${open.url}/series/s`, expires: null }])
  t.equal((await call('', 'GET', answer.body.url)).status, 200)
  t.equal((await call(open.url, 'GET', await sign('/series/s'))).status, 200)
  t.equal((await call(open.url, 'POST', '/links', { json: { path: '/series', expires: '2020-01-01' } })).status, 400)
})
