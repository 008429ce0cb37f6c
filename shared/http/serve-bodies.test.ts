import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { call } from '../../test/local.ts'
import { sendOn, sendRaw, startSmall, streamLimit } from '../../test/small-function.ts'

const small = await startSmall()
t.teardown(() => small.drain(0))

const json = { 'content-type': 'application/json' }
const csv = { 'content-type': 'text/csv' }
const documentLimit = 1_048_576
const put = (body: string | Uint8Array<ArrayBuffer>, headers: object = {}) =>
  call(small.url, 'PUT', '/document', { body, headers: { ...json, ...headers } })
const stream = (body: string | Uint8Array<ArrayBuffer>, headers: object = {}) =>
  call(small.url, 'POST', '/stream', { body, headers: { ...csv, ...headers } })

function isProblem(t: Test, answer: Awaited<ReturnType<typeof put>>, status: number, code: string, more: object = {}) {
  t.match(answer, { status, body: { type: `urn:kymograph:problem:${code}`, status, ...more } })
  t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8')
}

/** A body as a client sends it that does not know its length. */
function chunked(path: string, body: Buffer, headers: Record<string, string>) {
  return sendOn(
    small.port,
    { method: path === '/stream' ? 'POST' : 'PUT', path, headers: { 'transfer-encoding': 'chunked', ...headers } },
    body,
  )
}

t.test('malformed JSON is refused with its line', async (t) => {
  isProblem(t, await put('{"unit":\n"m",\n}'), 400, 'invalid-body', {
    errors: [{ line: 3, detail: 'not JSON: Expected double-quoted property name' }],
  })
  isProblem(t, await put('{"unit":\nNaN}'), 400, 'invalid-body', {
    errors: [{ line: 2, detail: "not JSON: Unexpected token 'N'" }],
  })
  isProblem(t, await put(''), 400, 'invalid-body', { errors: [{ line: 1, detail: 'the body is empty' }] })
  isProblem(t, await put('{"unti":"m"}'), 400, 'invalid-body', {
    errors: [{ pointer: '/unti', detail: "'unti' is not known here; did you mean 'unit'?" }],
  })
  t.same((await put('\uFEFF{"unit":"m"}')).body, { read: { unit: 'm' } })
})

t.test('a body of another type is refused before it is read', async (t) => {
  const answer = await put('<a/>', { 'content-type': 'text/html; charset=utf-8' })
  isProblem(t, answer, 415, 'unsupported-type', {
    detail: "A body of the type 'text/html' is not read here; send application/json.",
  })
  t.equal(answer.headers.get('accept'), 'application/json')
  isProblem(t, await stream('1,2', json), 415, 'unsupported-type')
  const coded = await put('{}', { 'content-encoding': 'br' })
  isProblem(t, coded, 415, 'unsupported-type')
  t.equal(coded.headers.get('accept-encoding'), 'gzip, identity')
  for (const type of ['APPLICATION/JSON', 'application/json;charset=nonsense', 'application/x-www-form-urlencoded'])
    t.equal((await put('{"unit":"m"}', { 'content-type': type })).status, 200, type)
  const untyped = await sendOn(small.port, { method: 'PUT', path: '/document' }, '{"unit":"m"}')
  t.equal(untyped.status, 200, 'no type is taken for the first')
})

t.test('a body may be gzip, in one part or many', async (t) => {
  const packed = gzipSync('{"unit":"m"}')
  for (const coding of ['gzip', 'x-gzip', 'GZIP', 'identity'])
    t.same((await put(coding === 'identity' ? '{"unit":"m"}' : packed, { 'content-encoding': coding })).body, {
      read: { unit: 'm' },
    })
  const twice = Buffer.concat([gzipSync('{"unit":'), gzipSync('"m"}')])
  t.same((await put(twice, { 'content-encoding': 'gzip' })).body, { read: { unit: 'm' } })
  t.same((await stream(gzipSync('1,2\n'.repeat(1000)), { 'content-encoding': 'gzip' })).body, { bytes: 4000 })
})

t.test('what is not gzip, or cut off, is refused and not a broken connection', async (t) => {
  const cut = gzipSync(Buffer.alloc(5000, 'abc')).subarray(0, -9)
  for (const body of [Buffer.from('{}'), cut, Buffer.alloc(900_000, 'x')]) {
    isProblem(t, await put(body, { 'content-encoding': 'gzip' }), 400, 'invalid-body', {
      detail: 'The body is not valid gzip, or it is cut off.',
    })
    isProblem(t, await stream(body.subarray(0, 15_000), { 'content-encoding': 'gzip' }), 400, 'invalid-body')
  }
})

t.test('the limit holds for a length that is declared, sent in chunks, or inflated', async (t) => {
  t.same((await stream('x'.repeat(streamLimit))).body, { bytes: streamLimit }, 'the limit itself passes')
  const detail = `The body has more than ${streamLimit} bytes (inflated); send it in parts.`
  isProblem(t, await stream('x'.repeat(streamLimit + 1)), 413, 'body-too-large', { detail })
  isProblem(t, await put('x'.repeat(documentLimit + 1)), 413, 'body-too-large')

  t.equal((await chunked('/stream', Buffer.alloc(streamLimit, 'x'), csv)).status, 200)
  for (const [path, headers, limit] of [
    ['/stream', csv, streamLimit],
    ['/document', json, documentLimit],
  ] as const) {
    const answer = await chunked(path, Buffer.alloc(limit + 1, 'x'), headers)
    t.match(JSON.parse(answer.text), { type: 'urn:kymograph:problem:body-too-large' })
    t.equal(answer.status, 413)
  }
})

t.test('a small body that inflates to a large one is refused without being inflated', async (t) => {
  const bomb = gzipSync(Buffer.alloc(1 << 27))
  t.ok(bomb.length < 200_000)
  const before = process.memoryUsage().arrayBuffers
  for (let i = 0; i < 5; i++) {
    isProblem(t, await put(bomb, { 'content-encoding': 'gzip' }), 413, 'body-too-large')
    isProblem(t, await stream(bomb, { 'content-encoding': 'gzip' }), 413, 'body-too-large')
  }
  const grown = process.memoryUsage().arrayBuffers - before
  t.ok(grown < 1 << 26, `${grown} bytes more`)
})

t.test('an unread large body neither breaks the answer nor is taken for the next request', async (t) => {
  for (let i = 0; i < 10; i++) {
    isProblem(t, await put(new Uint8Array(8_000_000)), 413, 'body-too-large')
    isProblem(t, await stream(new Uint8Array(8_000_000)), 413, 'body-too-large')
    t.equal((await put('{}')).status, 200)
  }
})

t.test('a client that sends all before it reads gets its answer, and may go on', async (t) => {
  const next = 'GET /direct/next HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
  const smuggled = 'GET /direct/smuggled HTTP/1.1\r\nhost: a\r\n\r\n'
  for (const [first, type] of [
    ['POST /stream', 'text/csv'],
    ['PUT /document', 'application/json'],
    ['POST /document', 'text/csv'],
  ] as const) {
    const body = smuggled.repeat(100_000)
    const head = `${first} HTTP/1.1\r\nhost: a\r\ncontent-type: ${type}\r\ncontent-length: ${body.length}\r\n\r\n`
    const text = await sendRaw(small.port, head + body + next)
    t.match(text, /^HTTP\/1\.1 4(13|05) .*"name":"next"/s, first)
    t.notMatch(text, /smuggled/)
    const closing = await sendRaw(small.port, head.replace('host: a', 'connection: close\r\nhost: a') + body)
    t.match(closing, /^HTTP\/1\.1 4(13|05) [^{]*\{[^{]*\}\n$/, 'one that will not go on, too')
  }
})

t.test('a body that nobody asked for is read over, and the next request is answered', async (t) => {
  const first = `POST /direct/a HTTP/1.1\r\nhost: a\r\ncontent-length: 70000\r\n\r\n${'x'.repeat(70_000)}`
  const text = await sendRaw(small.port, `${first}GET /direct/next HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
  t.match(text, /"name":"a".*"name":"next"/s)
})
