import { request } from 'node:http'
import { connect } from 'node:net'
import t from 'tap'
import { call, startLocal } from './local.ts'

const sha256 = async (text: string) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')
const keys = [
  `reader:read:${await sha256('r')}`,
  `writer:write:${await sha256('w')}`,
  `both:read+write:${await sha256('b')}`,
]
const server = await startLocal({ API_KEYS: keys.join(' '), AUTH_REQUIRED: 'true', INTERNAL_TOKEN: 'between-us' })
t.teardown(() => server.stop())
const { url } = server
const as = (key: string, more: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...more },
})

t.test('behind one address / is the page, and everything says what it is', async (t) => {
  const page = await call(url, 'GET', '/')
  t.match(page.headers.get('content-type'), 'text/html')
  t.match(page.headers.get('content-security-policy'), "default-src 'self'")
  for (const [, path = ''] of page.text.matchAll(/(?:href|src)="(\/page\.[^"]+)"/g))
    t.equal((await call(url, 'GET', path)).status, 200, path)
  t.equal((await call(url, 'GET', '/', { headers: { accept: 'application/json' } })).body.links.jobs, '/jobs')
  t.equal((await call(url, 'GET', '/readyz')).text, 'ok\n')
  const { paths } = (await call(url, 'GET', '/openapi.json')).body
  for (const path of ['/series/{series}/points', '/jobs/{id}', '/results/{id}', '/kinds']) t.ok(paths[path], path)
  t.equal((await call(url, 'GET', '/nothing')).status, 404)
})

t.test('each route asks for its scope; a chart in the answer needs read too', async (t) => {
  const csv = { 'content-type': 'text/csv' }
  t.equal((await call(url, 'POST', '/series/s/points', { body: '2020-01-01,1\n2020-01-02,2' })).status, 401)
  t.equal((await call(url, 'POST', '/series/s/points', { body: '2020-01-01,1', ...as('r', csv) })).status, 403)
  t.equal(
    (await call(url, 'POST', '/series/s/points', { body: '2020-01-01,1\n2020-01-02,2', ...as('w', csv) })).status,
    200,
  )
  t.equal((await call(url, 'GET', '/series/s/points', as('w'))).status, 403)
  t.equal((await call(url, 'GET', '/series/s/points', as('r'))).status, 200)
  const json = { kind: 'plot', series: 's' }
  t.equal((await call(url, 'POST', '/jobs', { json, ...as('w', { prefer: 'wait="30"' }) })).body.status, 'succeeded')
  t.equal((await call(url, 'POST', '/jobs', { json, ...as('w', { accept: 'image/svg+xml' }) })).status, 403)
  t.equal((await call(url, 'POST', '/jobs', { json, ...as('b', { accept: 'image/svg+xml' }) })).status, 200)
})

t.test('a request line with the whole address is understood', async (t) => {
  const { hostname, port } = new URL(url)
  const answer = await new Promise<number | undefined>((resolve, reject) => {
    request({ hostname, port, path: `${url}/series?limit=1`, ...as('r') }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end()
  })
  t.equal(answer, 200)
})

t.test('a client that asks before it sends a body is refused without it, or told to go on', async (t) => {
  const ask = (headers: string, body = '') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      let text = ''
      socket.on('data', (data) => {
        text += data
        if (/^HTTP\/1.1 100/.test(text) && body !== '' && !text.includes('200 OK')) socket.write(body)
        if (/HTTP\/1.1 [245]/.test(text)) socket.end()
      })
      socket.on('close', () => resolve(text)).on('error', reject)
      socket.write(
        `POST /series/s/points HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nExpect: 100-continue\r\n${headers}\r\n\r\n`,
      )
    })
  t.match(
    await ask('Authorization: Bearer w\r\nContent-Length: 12', '2020-01-05,1'),
    /^HTTP\/1.1 100 Continue[\s\S]*HTTP\/1.1 200 OK/,
  )
  t.match(await ask('Authorization: Bearer w\r\nContent-Length: 999999999'), /^HTTP\/1.1 413/)
  t.match(await ask('Content-Length: 12'), /^HTTP\/1.1 401/)
})
