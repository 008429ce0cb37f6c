import { type LocalServer, startLocal as startAll } from '../functions/local.ts'
import { type OwnRedis, startRedis } from '../scripts/own-redis.ts'
import { makeLog } from '../shared/log.ts'

export interface TestServer extends LocalServer {
  redis: OwnRedis
}

/** Short leases and looks, so that no test waits long for what the settings of production would find too. */
export const quick = {
  PORT: '0',
  JOB_LEASE_MS: '600',
  JOB_BEAT_MS: '150',
  JOB_BACKOFF_MS: '20',
  SWEEP_MS: '100',
  POKE_MS: '600',
  DRAIN_MS: '3000',
  LOG_LEVEL: 'silent',
}

/** The whole program on a free port, with a real Redis of its own. */
export async function startLocal(settings: Record<string, string> = {}): Promise<TestServer> {
  const redis = await startRedis()
  const server = await startAll(
    { ...quick, REDIS_URL: redis.url, ...settings },
    makeLog(settings.LOG_LEVEL ?? 'silent'),
  )
  return {
    ...server,
    redis,
    async stop() {
      await server.stop()
      await redis.stop()
    },
  }
}

/** A request and its answer, the body parsed when it is JSON. */
export async function call(base: string, method: string, path: string, options: CallOptions = {}): Promise<Called> {
  const { json, headers = {}, body } = options
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(base + path, {
    method,
    headers: { ...type, ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson =
    /json/.test(response.headers.get('content-type') ?? '') &&
    !/ndjson/.test(response.headers.get('content-type') ?? '')
  const text = bytes.toString()
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text,
    body: isJson && text ? JSON.parse(text) : undefined,
  }
}

/** Makes a series of two points and has it drawn; resolves with the id of the job that has ended well. */
export async function drawn(url: string): Promise<string> {
  await call(url, 'POST', '/series/s/points', {
    body: '2020-01-01,1\n2020-01-02,2',
    headers: { 'content-type': 'text/csv' },
  })
  const { body } = await call(url, 'POST', '/jobs', {
    json: { kind: 'plot', series: 's' },
    headers: { prefer: 'wait=30' },
  })
  if (body.status !== 'succeeded') throw new Error(JSON.stringify(body))
  return body.id
}

export interface CallOptions {
  json?: unknown
  body?: string | Uint8Array<ArrayBuffer>
  headers?: Record<string, string>
}

export interface Called {
  status: number
  headers: Headers
  bytes: Buffer
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any
}
