import t from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server
const id = await drawn(url)
const suffixes = ['json', 'png', 'svg', 'html', 'csv', 'txt', 'vl.json']

t.test('each form comes by suffix, by format and by Accept, with an entity tag of its own', async (t) => {
  const tags = new Set<string>()
  for (const suffix of suffixes) {
    const form = await call(url, 'GET', `/results/${id}.${suffix}`)
    t.equal(form.status, 200, suffix)
    const type = form.headers.get('content-type')!.split(';')[0]!
    t.same((await call(url, 'GET', `/results/${id}?format=${suffix}`)).bytes, form.bytes, suffix)
    t.same((await call(url, 'GET', `/results/${id}`, { headers: { accept: type } })).bytes, form.bytes, type)
    t.match(form.headers.get('cache-control'), /immutable/)
    const etag = form.headers.get('etag')!
    t.match(etag, /^"[^"]+"$/, 'strong')
    tags.add(etag)
    const again = await call(url, 'GET', `/results/${id}.${suffix}`, { headers: { 'if-none-match': etag } })
    t.equal(again.status, 304)
    const head = await call(url, 'HEAD', `/results/${id}.${suffix}`, { headers: { 'accept-encoding': 'identity' } })
    t.equal(head.headers.get('content-length'), String(form.bytes.length), suffix)
    t.equal(head.headers.get('accept-ranges'), 'bytes')
    t.equal(head.bytes.length, 0)
  }
  t.equal(tags.size, suffixes.length)
})

t.test('the table, the specification and the text hold what was drawn', async (t) => {
  const csv = (await call(url, 'GET', `/results/${id}.csv`)).text
  t.equal(csv, 'series,timestamp,value\ns,2020-01-01T00:00:00.000Z,1\ns,2020-01-02T00:00:00.000Z,2\n')
  const { chart } = (await call(url, 'GET', `/results/${id}`)).body
  const spec = await call(url, 'GET', `/results/${id}.vl.json`)
  t.equal(spec.headers.get('content-type'), 'application/vnd.vegalite.v6+json')
  t.same(spec.body, chart)
  const text = await call(url, 'GET', `/results/${id}.txt`)
  t.equal(text.headers.get('content-type'), 'text/plain; charset=utf-8')
  t.match(text.text, /^s\n/)
  t.match(text.text, /2\.0 ┤ *\S/)
})

t.test('POST /jobs answers in the form that is accepted', async (t) => {
  for (const [accept, start] of [
    ['text/csv', /^series,timestamp,value\n/],
    ['text/plain', /┤/],
    ['application/vnd.vegalite.v6+json', /^\{"\$schema"/],
  ] as const) {
    const answer = await call(url, 'POST', '/jobs', { json: { kind: 'plot', series: 's' }, headers: { accept } })
    t.equal(answer.status, 200)
    t.ok(answer.headers.get('content-type')!.startsWith(accept))
    t.match(answer.text, start)
    t.equal(answer.headers.get('cache-control'), 'no-store')
  }
  const refused = await call(url, 'POST', '/jobs', {
    json: { kind: 'plot', series: 's' },
    headers: { accept: 'application/pdf' },
  })
  t.equal(refused.status, 406)
  t.match(refused.body.detail, /text\/csv/)
})

t.test('the page is sandboxed, and harmless whatever a series is called', async (t) => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&'
  const path = `/series/${encodeURIComponent(evil)}`
  await call(url, 'POST', `${path}/points`, {
    body: '2020-01-01,1\n2020-01-02,2',
    headers: { 'content-type': 'text/csv' },
  })
  await call(url, 'PUT', path, { json: { description: evil, unit: evil, source: evil, licence: evil } })
  const json = { kind: 'plot', series: [evil, 's'], params: { title: evil, subtitle: evil, yTitle: '</style>' } }
  const page = await call(url, 'POST', '/jobs', { json, headers: { accept: 'text/html' } })
  t.equal(page.status, 200)
  t.equal(page.headers.get('content-type'), 'text/html; charset=utf-8')
  t.equal(page.headers.get('x-content-type-options'), 'nosniff')
  const policy = page.headers.get('content-security-policy')
  t.match(policy, /^sandbox allow-scripts allow-downloads; default-src 'none';/)
  t.notMatch(policy, /allow-same-origin|unsafe-eval|script-src [^;]*unsafe-inline/)
  t.equal(page.text.match(/<script/g)!.length, 2, 'the data and our own script')
  t.equal(page.text.match(/<\/script/g)!.length, 2)
  t.notMatch(page.text, /<img|<\/style>[\s\S]*<\/style>/)
  const made = await call(url, 'GET', `/results/${page.headers.get('location')!.split('/').at(-1)}.html`)
  t.equal(made.text, page.text, 'the same page by its own address')
})

t.test('parts of a form', async (t) => {
  const path = `/results/${id}.png`
  const whole = await call(url, 'GET', path)
  const size = whole.bytes.length
  const part = (range: string, more = {}) => call(url, 'GET', path, { headers: { range, ...more } })

  for (const [range, start, end] of [
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, size],
    ['bytes=-10', size - 10, size],
    [`bytes=5-${size + 5}`, 5, size],
  ] as const) {
    const answer = await part(range)
    t.equal(answer.status, 206, range)
    t.same(answer.bytes, whole.bytes.subarray(start, end))
    t.equal(answer.headers.get('content-range'), `bytes ${start}-${end - 1}/${size}`)
    t.equal(answer.headers.get('content-length'), String(end - start))
    t.equal(answer.headers.get('etag'), whole.headers.get('etag'))
  }

  const behind = await part(`bytes=${size}-`)
  t.equal(behind.status, 416)
  t.equal(behind.headers.get('content-range'), `bytes */${size}`)
  t.match(behind.body.type, /range-not-satisfiable/)

  for (const unheeded of ['lines=0-1', 'bytes=a-b', 'bytes=0-1,5-6']) {
    const answer = await part(unheeded)
    t.equal(answer.status, 200, unheeded)
    t.same(answer.bytes, whole.bytes)
  }
  t.equal((await part('bytes=0-9', { 'if-range': whole.headers.get('etag') })).status, 206)
  t.equal((await part('bytes=0-9', { 'if-range': '"another"' })).status, 200)
  t.equal((await part('bytes=0-9', { 'if-none-match': whole.headers.get('etag') })).status, 304)
  const head = await call(url, 'HEAD', path, { headers: { range: 'bytes=0-9' } })
  t.equal(head.headers.get('content-length'), String(size), 'a range is for GET')
})

t.test('a part of a compressed form is a part of the compressed bytes, under their entity tag', async (t) => {
  const path = `/results/${id}.svg`
  const gzip = { 'accept-encoding': 'gzip' }
  const head = await call(url, 'HEAD', path, { headers: gzip })
  t.match(head.headers.get('etag'), /-gzip"$/)
  const plain = await call(url, 'GET', path, { headers: { range: 'bytes=0-3' } })
  t.equal(plain.text, '<svg')
  const other = await call(url, 'GET', path, {
    headers: { range: 'bytes=0-3', 'accept-encoding': 'identity', 'if-range': head.headers.get('etag')! },
  })
  t.equal(other.status, 200, 'the whole, rather than bytes of the other coding')
})
