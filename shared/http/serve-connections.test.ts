import { Agent } from 'node:http'
import { connect } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { call } from '../../test/local.ts'
import { sendOn, sendRaw, startSmall } from '../../test/small-function.ts'

/** Waits for a condition, not for a time. */
async function until(condition: () => boolean, what: string) {
  for (const deadline = Date.now() + 5000; !condition(); await turn())
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${what}`)
}

t.test('what is no HTTP is answered as a problem too', async (t) => {
  const small = await startSmall()
  const host = 'host: a\r\n\r\n'
  const cases: [bytes: string, status: number, code: string][] = [
    ['hello\r\n\r\n', 400, 'bad-request'],
    [`FETCH / HTTP/1.1\r\n${host}`, 400, 'bad-request'],
    [`GET / HTTP/9.9\r\n${host}`, 400, 'bad-request'],
    [`GET /direct/a b HTTP/1.1\r\n${host}`, 400, 'bad-request'],
    ['GET / HTTP/1.1\r\nhost a\r\n\r\n', 400, 'bad-request'],
    ['GET / HTTP/1.1\r\n\r\n', 400, 'bad-request'],
    [`GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n${host}`, 431, 'headers-too-large'],
    [`POST /stream HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n${host}`, 400, 'bad-request'],
    [`POST /stream HTTP/1.1\r\ncontent-length: -1\r\n${host}`, 400, 'bad-request'],
    [`POST /stream HTTP/1.1\r\ntransfer-encoding: chunked\r\n${host}zz\r\n`, 400, 'bad-request'],
  ]
  for (const [bytes, status, code] of cases) {
    const text = await sendRaw(small.port, bytes, (text) => text.endsWith('}\n'))
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const label = bytes.slice(0, 40)
    t.match(head, new RegExp(`^HTTP/1.1 ${status} [A-Z]`), label)
    t.match(head, /content-type: application\/problem\+json; charset=utf-8/, label)
    t.match(
      JSON.parse(body),
      { type: `urn:kymograph:problem:${code}`, status, title: /./, detail: /./, instance: '/' },
      label,
    )
  }
  t.equal((await call(small.url, 'GET', '/direct/a')).status, 200, 'the server goes on')
  await small.drain(1000)
})

t.test('what is unusual and right is answered', async (t) => {
  const small = await startSmall()
  const ask = (head: string) => sendRaw(small.port, `${head}\r\nconnection: close\r\n\r\n`)
  t.match(await ask('GET /direct/a HTTP/1.0'), /^HTTP\/1\.1 200 /, 'HTTP/1.0 has no Host')
  t.match(await ask('GET /direct/a HTTP/1.1\r\nhost: a\r\nexpect: a-miracle'), /^HTTP\/1\.1 200 /)
  t.match(await ask('OPTIONS * HTTP/1.1\r\nhost: a'), /^HTTP\/1\.1 204 /)
  const upgrade = await sendRaw(
    small.port,
    'GET /direct/a HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n',
    (text) => /\}\n/.test(text),
  )
  t.match(upgrade, /^HTTP\/1\.1 200 /)
  await small.drain(1000)
})

t.test('a connection survives errors whose bodies were read', async (t) => {
  const small = await startSmall()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  const requests: [method: string, path: string, body: string, status: number][] = [
    ['GET', '/direct/a', '', 200],
    ['GET', '/nothing', '', 404],
    ['DELETE', '/direct', '', 405],
    ['GET', '/direct?x=1', '', 400],
    ['GET', '/framed/a/mistake', '', 500],
    ['PUT', '/document', '{', 400],
    ['PUT', '/document', 'x'.repeat(1_100_000), 413],
    ['POST', '/nothing', 'x'.repeat(300_000), 404],
    ['GET', '/framed/a', '', 200],
  ]
  for (const [method, path, body, status] of requests) {
    const answer = await sendOn(small.port, { agent, method, path, headers: { 'content-length': body.length } }, body)
    t.equal(answer.status, status, `${method} ${path}`)
    ports.add(answer.localPort)
  }
  t.equal(ports.size, 1, 'one connection')
  agent.destroy()
  await small.drain(1000)
})

t.test('a client that goes away in the middle of an answer is no mistake of the server', async (t) => {
  const small = await startSmall()
  const text = await sendRaw(
    small.port,
    'GET /lines?endless=true HTTP/1.1\r\nhost: a\r\n\r\n',
    (text) => text.length > 100_000,
  )
  t.match(text, /^HTTP\/1\.1 200 /)
  await until(() => small.gate.ended === 1, 'the answer has stopped')
  await call(small.url, 'GET', '/direct/a')
  await small.drain(2000)
  t.same(
    small.logged.filter(({ level }) => Number(level) >= 40),
    [],
  )
})

t.test('a body may take as long as bytes keep coming, and is cut when they do not', async (t) => {
  const idleMs = 400
  const small = await startSmall({}, { idleMs })
  const head = 'POST /stream HTTP/1.1\r\nhost: a\r\ncontent-type: text/csv\r\nconnection: close\r\n'
  const steady = connect(small.port, '127.0.0.1')
  const started = Date.now()
  let [sent, answer] = [0, '']
  steady.on('data', (data) => {
    answer += data
  })
  steady.write(`${head}content-length: 12\r\n\r\n`)
  const drip = setInterval(() => {
    steady.write('x')
    if (++sent === 12) clearInterval(drip)
  }, idleMs / 4)
  const waiting = sendOn(small.port, { path: '/direct/a/gate' })
  const cut = await sendRaw(small.port, `${head}content-length: 12\r\n\r\nx`)
  t.match(cut, /^HTTP\/1\.1 408 /)
  t.match(JSON.parse(cut.split('\r\n\r\n')[1]!), { type: 'urn:kymograph:problem:request-timeout', status: 408 })
  t.ok(Date.now() - started >= idleMs, 'not before its time')
  await until(() => answer.endsWith('}\n'), 'the answer to the steady one')
  t.match(answer, /^HTTP\/1\.1 200 .*"bytes":12/s)
  t.ok(Date.now() - started > 2 * idleMs, 'it took longer than a pause may')
  small.gate.open()
  t.equal((await waiting).status, 200, 'an answer may take its time')
  await small.drain(1000)
})

t.test('a drain answers what is under way, takes nothing new, and lets idle connections go', async (t) => {
  const small = await startSmall()
  const agent = new Agent({ keepAlive: true })
  await sendOn(small.port, { agent, path: '/direct/idle' })
  const underWay = ['/direct/a/gate', '/framed/b/gate'].map((path) => sendOn(small.port, { agent, path }))
  await until(() => small.gate.arrived === 2, 'both under way')
  let ended = false
  const drained = small.drain(30_000).then(() => {
    ended = true
  })
  await t.rejects(call(small.url, 'GET', '/direct/new'))
  t.equal(ended, false)
  small.gate.open()
  t.match(await Promise.all(underWay), [
    { status: 200, text: /"name":"a"/ },
    { status: 200, text: /"name":"b"/ },
  ])
  await drained
  agent.destroy()
})

t.test('a drain ends although a client asks on and on', async (t) => {
  const small = await startSmall()
  const ask = 'GET /direct/a/gate HTTP/1.1\r\nhost: a\r\n\r\n'
  const socket = connect(small.port, '127.0.0.1', () => socket.write(ask))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let text = ''
  socket.on('data', (data) => {
    text += data
  })
  await until(() => small.gate.arrived === 1, 'under way')
  const drained = small.drain(30_000)
  socket.write(ask)
  await until(() => small.gate.arrived === 2, 'another behind it')
  small.gate.open()
  await Promise.all([drained, closed])
  const connections = [...text.matchAll(/^connection: (.*)\r$/gim)].map(([, said]) => said)
  t.same(connections, ['keep-alive', 'close'], 'who asks during the drain is told to ask elsewhere')
})

t.test('a drain with only idle connections is over at once', async (t) => {
  const small = await startSmall()
  const agent = new Agent({ keepAlive: true })
  await Promise.all(Array.from({ length: 5 }, () => sendOn(small.port, { agent, path: '/framed/a' })))
  // One that was opened ahead and never asked anything.
  const silent = connect(small.port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  silent.on('error', () => {})
  const started = Date.now()
  await small.drain(30_000)
  t.ok(Date.now() - started < 3000)
  silent.destroy()
  agent.destroy()
})

t.test('a request that takes longer than the drain is cut', async (t) => {
  const small = await startSmall()
  const slow = sendOn(small.port, { path: '/framed/a/gate' })
  const cut = t.rejects(slow, { code: 'ECONNRESET' })
  await until(() => small.gate.arrived === 1, 'under way')
  const started = Date.now()
  await small.drain(100)
  t.ok(Date.now() - started < 3000)
  await cut
  small.gate.open()
})
