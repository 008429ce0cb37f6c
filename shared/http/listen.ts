import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Problem } from '../problems.ts'
import { holdBack, isHeldBack } from './body.ts'

/** Connections that have not asked anything yet: node counts them as busy. */
const silentConnections = new WeakMap<Server, Set<Socket>>()

/** How long a body may pause. */
const bodyIdleMs = 60_000

/**
 * Listens; resolves when connections are accepted. A body may take as long as its bytes keep coming; one that pauses for
 * `idleMs` is answered 408, and its connection is closed.
 */
export async function listen(
  listener: RequestListener,
  { port, host, idleMs = bodyIdleMs }: { port: number; host: string; idleMs?: number },
): Promise<Server & { url: string }> {
  // Without a Host the listener answers; what is expected beyond 100-continue may be ignored.
  const times = { keepAliveTimeout: 65_000, headersTimeout: 60_000, requestTimeout: 0 }
  const server = createServer({ ...times, requireHostHeader: false }, listener)
  cutIdleBodies(server, idleMs)
  server.on('checkExpectation', listener)
  server.on('checkContinue', (req, res) => {
    holdBack(req, () => res.writeContinue())
    server.emit('request', req, res)
  })
  refuseMalformed(server)
  const silent = new Set<Socket>()
  silentConnections.set(server, silent)
  server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.on('request', (req) => silent.delete(req.socket))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return Object.assign(server, { url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${taken}` })
}

/** Cuts bodies of which nothing comes although everything that came was read: the client has gone, or stands still. */
function cutIdleBodies(server: Server, idleMs: number): void {
  server.on('request', (req) => {
    const { socket, headers } = req
    if (headers['transfer-encoding'] === undefined && !(Number(headers['content-length']) > 0)) return
    let [seen, since] = [socket.bytesRead, performance.now()]
    const look = setInterval(() => {
      const unread = req.readableLength > 0 || socket.isPaused() || isHeldBack(req)
      if (unread || socket.bytesRead !== seen) [seen, since] = [socket.bytesRead, performance.now()]
      if (performance.now() - since < idleMs) return
      clearInterval(look)
      const code = 'ERR_HTTP_REQUEST_TIMEOUT'
      if (!req.complete) server.emit('clientError', Object.assign(new Error('the body has paused'), { code }), socket)
    }, idleMs / 4).unref()
    for (const end of ['end', 'close']) req.once(end, () => clearInterval(look))
  })
}

/** Answers what the parser of HTTP could not read, unless an answer is already being written. */
function refuseMalformed(server: Server): void {
  const answering = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (req, res) => answering.set(req.socket, res))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = answering.get(socket)
    if (!socket.writable || error.code === 'ECONNRESET' || (answer?.headersSent && !answer.writableFinished)) {
      socket.destroy()
      return
    }
    const problem =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? new Problem('headers-too-large', 'The header fields have more than 16384 bytes.')
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
          ? new Problem('request-timeout', 'The request was not sent within the time that the server waits.')
          : new Problem('bad-request', 'The request is not HTTP.')
    const body = `${JSON.stringify(problem.document('/'))}\n`
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'x-content-type-options: nosniff',
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
  })
}

/**
 * Stops accepting, lets the requests under way end, and cuts those that are still open after `drainMs`. A connection on
 * which yet another request comes closes with its answer: a client that asks on and on would else keep the process.
 */
export async function drain(server: Server, drainMs: number): Promise<void> {
  server.prependListener('request', (_req, res) => {
    res.shouldKeepAlive = false
  })
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const closeIdle = () => {
    server.closeIdleConnections()
    for (const socket of silentConnections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy()
  }
  closeIdle()
  const idle = setInterval(closeIdle, 50)
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(cut)
}
