import { createHash } from 'node:crypto'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import pino from 'pino'
import { readConfig } from '../shared/config.ts'
import { bodyStream } from '../shared/http/body.ts'
import { type Request, type Route, readJson } from '../shared/http/http.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, listen, openFunction } from '../shared/http/serve.ts'

export const streamLimit = 20_000

export const readKey = 'key-that-reads'
export const writeKey = 'key-that-writes'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
export const keys = `reader:read:${sha256(readKey)}, writer:write:${sha256(writeKey)} boss:admin:${sha256('boss')}`

/** A gate that requests wait at, how many have come to it, and how many streams have ended. */
interface Gate {
  arrived: number
  ended: number
  opened: Promise<void>
}

interface Services {
  gate: Gate
}

const answers = { 200: { description: 'What was understood' } }
const plain = { answers, summary: 'A route of a test' }
const seen = ({ method, params, query, format, traceparent, body }: Request) => ({
  body: { method, params, query, format, traceparent, bytes: body.length },
})

const documentSchema = { type: 'object', additionalProperties: false, properties: { unit: { type: 'string' } } }

/** Each way that serve.ts has to answer, direct and through functions-framework. */
const routes: Route<Services>[] = [
  ...[true, false].flatMap((direct): Route<Services>[] => {
    const path = direct ? '/direct' : '/framed'
    const query = { limit: { type: 'integer', default: 10 }, order: { enum: ['asc', 'desc'] } }
    const formats = { json: 'application/json', csv: 'text/csv' }
    const open = { scope: 'open' as const, direct, ...plain }
    return [
      { method: 'GET', path, query, formats, suffix: true, ...open, handle: async (request) => seen(request) },
      { method: 'GET', path: `${path}/{name}`, ...open, handle: async (request) => seen(request) },
      { method: 'POST', path: `${path}/{name}`, ...open, handle: async (request) => seen(request) },
      {
        method: 'GET',
        path: `${path}/{name}/mistake`,
        ...open,
        handle: () => Promise.reject(new Error('secret detail')),
      },
      {
        method: 'GET',
        path: `${path}/{name}/large`,
        ...open,
        handle: async () => ({
          etag: 'g.1;hash',
          body: { text: 'abc'.repeat(2000) },
          headers: { 'cache-control': 'private' },
        }),
      },
      {
        method: 'GET',
        path: `${path}/{name}/gate`,
        ...open,
        async handle(request, { gate }) {
          gate.arrived++
          await gate.opened
          return seen(request)
        },
      },
    ]
  }),
  {
    method: 'PUT',
    path: '/document',
    scope: 'open',
    ...plain,
    body: {
      types: { 'application/json': documentSchema },
    },
    handle: async (request) => ({ body: { read: readJson(request, documentSchema) as object } }),
  },
  {
    method: 'POST',
    path: '/stream',
    scope: 'open',
    direct: true,
    ...plain,
    body: { types: { 'text/csv': { type: 'string' } } },
    async handle(request) {
      let bytes = 0
      for await (const chunk of bodyStream(request.raw, streamLimit)) bytes += chunk.length
      return { body: { bytes } }
    },
  },
  { method: 'GET', path: '/read', scope: 'read', ...plain, handle: async (request) => seen(request) },
  {
    method: 'GET',
    path: '/read/direct',
    scope: 'read',
    direct: true,
    ...plain,
    handle: async (request) => seen(request),
  },
  { method: 'PUT', path: '/read', scope: 'write', ...plain, handle: async (request) => seen(request) },
  { method: 'DELETE', path: '/read', scope: 'admin', ...plain, handle: async () => ({ status: 204 }) },
  { method: 'POST', path: '/', scope: 'internal', ...plain, handle: async (request) => seen(request) },
  {
    method: 'GET',
    path: '/lines',
    scope: 'open',
    direct: true,
    formats: { csv: 'text/csv' },
    query: { endless: { type: 'boolean', default: false } },
    ...plain,
    async handle({ query }, { gate }) {
      function* lines() {
        try {
          do yield 'timestamp,value\n'.repeat(1000)
          while (query.endless)
        } finally {
          gate.ended++
        }
      }
      return { etag: 'g.2;hash', body: lines() }
    },
  },
]

export interface SmallFunction {
  url: string
  port: number
  gate: Gate & { open(): void }
  /** The lines that were logged. */
  logged: Record<string, unknown>[]
  drain(ms: number): Promise<void>
}

/** A function of its own on a free port, without Redis. */
export async function startSmall(
  settings: Record<string, string> = {},
  times: { idleMs?: number } = {},
): Promise<SmallFunction> {
  const config = readConfig({ REDIS_URL: 'redis://127.0.0.1:1', ...settings })
  const logged: Record<string, unknown>[] = []
  const lines = new Writable({
    write(line, _encoding, done) {
      logged.push(JSON.parse(String(line)))
      done()
    },
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  const gate = { arrived: 0, ended: 0, opened: promise, open: resolve }
  const lifetime = { ready: async () => {}, close: async () => {} }
  const definition = { name: 'small', segments: ['small'], routes, open: async () => ({ gate, ...lifetime }) }
  const { listener } = await openFunction(definition, config, {
    log: pino(lines),
    metrics: makeMetrics(),
    version: '1',
  })
  const server = await listen(listener, { port: 0, host: '127.0.0.1', ...times })
  return { url: server.url, port: Number(new URL(server.url).port), gate, logged, drain: (ms) => drain(server, ms) }
}

/** Sends bytes as they are, and gives all that comes until the server closes or `enough` says so. */
export function sendRaw(
  port: number,
  bytes: string | Buffer,
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (data) => {
      text += data
      if (enough(text)) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })
}

export interface RawAnswer {
  status: number
  text: string
  bytes: Buffer
  raw: IncomingMessage
  localPort: number | undefined
}

/** A request whose socket can be looked at: which connection it used, and whether that stays open. */
export function sendOn(port: number, options: RequestOptions, body: string | Buffer = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', ...options }, (raw) => {
      const localPort = raw.socket.localPort
      const parts: Buffer[] = []
      raw.on('data', (part) => parts.push(part))
      raw.on('error', reject)
      raw.on('end', () => {
        const bytes = Buffer.concat(parts)
        resolve({ status: raw.statusCode!, text: bytes.toString(), bytes, raw, localPort })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
