import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { call } from '../../test/local.ts'
import { keys, readKey, sendOn, startSmall, writeKey } from '../../test/small-function.ts'

const small = await startSmall({ CORS_ORIGINS: 'https://page.example, https://other.example' })
const guarded = await startSmall({ API_KEYS: keys, INTERNAL_TOKEN: 'between-us' })
t.teardown(() => Promise.all([small.drain(0), guarded.drain(0)]))

type Answer = Awaited<ReturnType<typeof call>>
const ask = (method: string, path: string, options = {}) => call(small.url, method, path, options)

/** What every error must be. */
function isProblem(t: Test, answer: Answer, status: number, code: string, more: object = {}) {
  t.match(
    answer,
    { status, body: { type: `urn:kymograph:problem:${code}`, status, title: /./, detail: /./, ...more } },
    code,
  )
  t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
  t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
}

t.test('an unknown address and a wrong method are problems that say what there is', async (t) => {
  for (const path of [
    '/nothing',
    '/direct/a/b',
    '/direct/',
    '//',
    '/direct/a/',
    '/Direct/a',
    '/favicon.ico',
    '/robots.txt',
  ])
    isProblem(t, await ask('GET', path), 404, 'not-found', { instance: path })
  const wrong = await ask('DELETE', '/framed/a?x=1')
  isProblem(t, wrong, 405, 'method-not-allowed', { instance: '/framed/a?x=1' })
  t.equal(wrong.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
  isProblem(t, await ask('PATCH', '/direct/a'), 405, 'method-not-allowed')
})

for (const path of ['/direct', '/framed']) {
  t.test(`${path}: the query is validated, and every fault of it is named`, async (t) => {
    const read = await ask('GET', `${path}?limit=7&order=desc`)
    t.match(read, { status: 200, body: { query: { limit: 7, order: 'desc' }, format: 'json', method: 'GET' } })
    t.match((await ask('GET', path)).body, { query: { limit: 10 } }, 'defaults')
    const faulty = await ask('GET', `${path}?limi=7&limit=x&order=up&order=down&zzz=1&__proto__=1`)
    isProblem(t, faulty, 400, 'invalid-query')
    t.same(faulty.body.errors, [
      { parameter: 'limi', detail: "'limi' is not known here; did you mean 'limit'?" },
      { parameter: 'order', detail: 'is given more than once' },
      { parameter: 'zzz', detail: "'zzz' is not known here; known are 'limit', 'order', 'format'" },
      { parameter: '__proto__', detail: "'__proto__' is not known here; known are 'limit', 'order', 'format'" },
      { parameter: 'limit', detail: 'must be integer' },
    ])
    for (const query of ['limit=', 'limit=1.5', 'order=UP', 'format=xml', 'limit=1&limit=1'])
      isProblem(t, await ask('GET', `${path}?${query}`), 400, 'invalid-query')
  })

  t.test(`${path}: the format comes from the suffix, the query or Accept`, async (t) => {
    const format = async (rest: string, accept = '*/*') =>
      JSON.parse((await ask('GET', path + rest, { headers: { accept } })).text).format
    t.equal(await format('.csv', 'application/json'), 'csv')
    t.equal(await format('?format=csv', 'application/json'), 'csv')
    t.equal(await format('', 'text/csv'), 'csv')
    t.equal(await format('', 'text/*;q=0.5, application/json;q=0.4'), 'csv')
    t.equal(await format('', 'text/html, */*;q=0.1'), 'json')
    isProblem(t, await ask('GET', path, { headers: { accept: 'text/html' } }), 406, 'not-acceptable', {
      detail: "'Accept: text/html' can't be met; there is application/json, text/csv.",
    })
    isProblem(t, await ask('GET', `${path}.xml`), 404, 'not-found')
    t.match(
      (await ask('GET', `${path}/a.csv`)).body,
      { params: { name: 'a.csv' }, format: 'json' },
      'never after a name',
    )
  })

  t.test(`${path}: a segment is percent-encoded UTF-8`, async (t) => {
    for (const name of ['a/b', 'a b', 'temp °C', '日本', '%', '?#&', '+', 'a%2Fb'])
      t.equal((await ask('GET', `${path}/${encodeURIComponent(name)}`)).body.params.name, name)
    for (const bad of ['%', '%zz', '%C3', 'a%E0%A4%A']) {
      const { status, text } = await sendOn(small.port, { path: `${path}/${bad}` })
      t.match(JSON.parse(text), {
        type: 'urn:kymograph:problem:invalid-path',
        detail: `'${bad}' is not percent-encoded UTF-8.`,
      })
      t.equal(status, 400)
    }
  })

  t.test(`${path}: a mistake is answered without its details, and logged with them`, async (t) => {
    const answer = await ask('GET', `${path}/a/mistake`)
    isProblem(t, answer, 500, 'internal')
    t.notMatch(answer.text, /secret|at .*\.ts|Error:/)
    t.match(small.logged.at(-1), { level: 50, url: `${path}/a/mistake`, err: { stack: /secret detail/ } })
  })

  t.test(`${path}: HEAD, entity tags and compression`, async (t) => {
    const get = await sendOn(small.port, { path: `${path}/a/large` })
    t.match(get.raw.headers, { etag: '"g.1;hash"', 'content-length': '6012', 'cache-control': 'private' })
    t.match(get.raw.headers.vary, /accept, accept-encoding/)
    t.notOk('content-encoding' in get.raw.headers)
    const head = await sendOn(small.port, { path: `${path}/a/large`, method: 'HEAD' })
    t.match(head, { status: 200, text: '' })
    t.match(head.raw.headers, { etag: '"g.1;hash"', 'content-length': '6012' })
    t.match((await ask('HEAD', `${path}/a`)).text, '')

    const packed = await ask('GET', `${path}/a/large`, { headers: { 'accept-encoding': 'gzip' } })
    t.equal(packed.headers.get('content-encoding'), 'gzip')
    t.equal(packed.headers.get('etag'), '"g.1;hash-gzip"', 'another coding, another tag')
    t.equal(packed.body.text.length, 6000)
    const refused = await sendOn(small.port, { path: `${path}/a/large`, headers: { 'accept-encoding': 'gzip;q=0' } })
    t.notOk('content-encoding' in refused.raw.headers)

    const known = async (tag: string, method = 'GET') =>
      (await sendOn(small.port, { method, path: `${path}/a/large`, headers: { 'if-none-match': tag } })).status
    for (const tag of ['"g.1;hash"', '"x", W/"g.1;hash"', '*']) t.equal(await known(tag), 304, tag)
    t.equal(await known('"g.1;hash"', 'HEAD'), 304)
    for (const tag of ['"g.2;hash"', '"g.1;hash-gzip"', 'g.1;hash']) t.equal(await known(tag), 200, tag)
    const fresh = await sendOn(small.port, { path: `${path}/a/large`, headers: { 'if-none-match': '*' } })
    t.equal(fresh.text, '')
    t.match(fresh.raw.headers, { etag: '"g.1;hash"', 'cache-control': 'private' })
    t.notOk('content-type' in fresh.raw.headers)
  })

  t.test(`${path}: a trace is taken over, or begun`, async (t) => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    t.equal((await ask('GET', path, { headers: { traceparent } })).body.traceparent, traceparent)
    await ask('GET', `${path}/a/mistake`, { headers: { traceparent } })
    t.match(small.logged.at(-1), { traceparent, function: 'small' })
    const zero = '00-00000000000000000000000000000000-00f067aa0ba902b7-01'
    for (const sent of ['', 'nonsense', zero, traceparent.toUpperCase(), traceparent.replace(/^00/, 'ff')]) {
      const begun = (await ask('GET', path, { headers: { traceparent: sent } })).body.traceparent
      t.match(begun, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      t.not(begun, sent)
    }
  })
}

t.test('a stream is sent in parts, packed where it may be', async (t) => {
  const packed = await sendOn(small.port, { path: '/lines', headers: { 'accept-encoding': 'gzip' } })
  t.match(packed.raw.headers, {
    'content-encoding': 'gzip',
    'content-type': 'text/csv; charset=utf-8',
    etag: '"g.2;hash-gzip"',
  })
  t.equal(gunzipSync(packed.bytes).toString(), 'timestamp,value\n'.repeat(1000))
  const whole = await sendOn(small.port, { path: '/lines' })
  t.equal(whole.text, 'timestamp,value\n'.repeat(1000))
  t.notOk('content-encoding' in whole.raw.headers)
  const head = await sendOn(small.port, { path: '/lines', method: 'HEAD' })
  t.match(head, { status: 200, text: '' })
})

t.test('a stream that is short is sent whole, with its length', async (t) => {
  const whole = await sendOn(small.port, { path: '/lines' })
  t.equal(whole.raw.headers['content-length'], '16000')
  t.notOk('transfer-encoding' in whole.raw.headers)
  const packed = await sendOn(small.port, { path: '/lines', headers: { 'accept-encoding': 'gzip' } })
  t.equal(packed.raw.headers['content-length'], String(packed.bytes.length))
  const head = await sendOn(small.port, { path: '/lines', method: 'HEAD' })
  t.match(head.raw.headers, { 'content-length': '16000', etag: '"g.2;hash"' })
  const ended = small.gate.ended
  const endless = await sendOn(small.port, { path: '/lines?endless=true', method: 'HEAD' })
  t.notOk('content-length' in endless.raw.headers)
  t.equal(small.gate.ended, ended + 1, 'of an endless one only the beginning is made')
})

t.test('OPTIONS is answered before any key is asked for; CORS only for configured origins', async (t) => {
  const origin = 'https://page.example'
  const preflight = await ask('OPTIONS', '/framed/a', { headers: { origin, 'access-control-request-method': 'POST' } })
  t.equal(preflight.status, 204)
  t.equal(preflight.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
  t.equal(preflight.headers.get('access-control-allow-methods'), 'GET, HEAD, POST, OPTIONS')
  t.equal(preflight.headers.get('access-control-allow-origin'), origin)
  for (const name of ['authorization', 'content-type', 'if-match', 'idempotency-key', 'prefer', 'traceparent'])
    t.ok(preflight.headers.get('access-control-allow-headers')?.split(', ').includes(name), name)
  t.equal((await call(guarded.url, 'OPTIONS', '/read')).status, 204)
  isProblem(t, await ask('OPTIONS', '/nothing'), 404, 'not-found')

  for (const path of ['/direct', '/framed', '/nothing']) {
    const { headers } = await ask('GET', path, { headers: { origin } })
    t.equal(headers.get('access-control-allow-origin'), origin, `${path}: an error too`)
    for (const name of ['ETag', 'Link', 'Location', 'Retry-After'])
      t.ok(headers.get('access-control-expose-headers')?.split(', ').includes(name), name)
    t.match(headers.get('vary'), /^origin, accept, accept-encoding$/)
    const stranger = await ask('GET', path, { headers: { origin: 'https://evil.example' } })
    t.notOk(stranger.headers.has('access-control-allow-origin'))
    t.match(stranger.headers.get('vary'), /^origin\b/)
  }
})

t.test('a key is asked for by scope: 401 without, 403 with another', async (t) => {
  const status = async (method: string, path: string, key: string | undefined) => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` }
    const answer = await call(guarded.url, method, path, { headers })
    if (answer.status === 401) isProblem(t, answer, 401, 'unauthorized')
    if (answer.status === 403) isProblem(t, answer, 403, 'forbidden')
    if (answer.status >= 401 && answer.status <= 403)
      t.match(answer.headers.get('www-authenticate'), /^Bearer realm="kymograph"/)
    return answer.status
  }
  const table: [
    method: string,
    path: string,
    none: number,
    wrong: number,
    reader: number,
    writer: number,
    boss: number,
  ][] = [
    ['GET', '/read', 401, 401, 200, 403, 200],
    ['GET', '/read/direct', 401, 401, 200, 403, 200],
    ['PUT', '/read', 401, 401, 403, 200, 200],
    ['DELETE', '/read', 401, 401, 403, 403, 204],
    ['GET', '/direct/a', 200, 200, 200, 200, 200],
    ['GET', '/metrics', 401, 401, 200, 403, 200],
    ['GET', '/healthz', 200, 200, 200, 200, 200],
    ['POST', '/', 401, 401, 401, 401, 401],
  ]
  for (const [method, path, ...expected] of table) {
    const found: number[] = []
    for (const key of [undefined, 'wrong', readKey, writeKey, 'boss']) found.push(await status(method, path, key))
    t.same(found, expected, `${method} ${path}`)
  }
  t.equal(await status('POST', '/', 'between-us'), 200)
  t.equal(await status('GET', '/read', 'between-us'), 401, 'the internal token is no key')
  t.equal((await call(small.url, 'POST', '/')).status, 200, 'where none is configured, none is asked for')
})

t.test('every function says what it is and how it is', async (t) => {
  t.match((await ask('GET', '/')).body, { name: 'small', version: '1', links: { openapi: '/openapi.json' } })
  for (const accept of ['*/*', 'text/plain', 'application/json, text/plain;q=0.5']) {
    t.equal((await ask('GET', '/healthz', { headers: { accept } })).text, 'ok\n')
    t.equal((await ask('GET', '/readyz', { headers: { accept } })).text, 'ok\n')
    t.match(
      (await ask('GET', '/metrics', { headers: { accept } })).text,
      /kymograph_requests_total\{function="small",method="GET"/,
    )
  }
  t.match((await ask('GET', '/openapi.json')).body, { openapi: '3.1.0' })
})
