import { Agent, request } from 'node:http'
import { type OwnRedis, startRedis } from '../scripts/own-redis.ts'
import { type FunctionProcess, startFunction } from '../test/processes.ts'
import { post, sendAll } from './connection.ts'

/** As in production, unlike the tests. */
const asShipped = {
  JOB_LEASE_MS: '15000',
  JOB_BEAT_MS: '5000',
  JOB_BACKOFF_MS: '1000',
  SWEEP_MS: '5000',
  POKE_MS: '15000',
  LOG_LEVEL: 'info',
  NODE_OPTIONS: '--max-semi-space-size=4', // as in the image
}

export interface Answered {
  status: number
  type: string
  body: Buffer
  ms: number
}

/** The functions as processes of their own, each on its own port, with a Redis of their own that syncs as ours does. */
export interface Program {
  redis: OwnRedis
  settings: Record<string, string>
  start(name: string, settings?: Record<string, string>): Promise<FunctionProcess>
  ask(base: string, method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Answered>
  stop(): Promise<void>
}

export async function openProgram(appendfsync = 'always'): Promise<Program> {
  const redis = await startRedis({ args: ['--appendfsync', appendfsync] })
  const settings = { ...asShipped, REDIS_URL: redis.url }
  const processes: FunctionProcess[] = []
  const agent = new Agent({ keepAlive: true })
  return {
    redis,
    settings,
    async start(name, more = {}) {
      const started = await startFunction(name, { ...settings, PORT: '0', ...more })
      processes.push(started)
      return started
    },
    ask(base, method, path, body = '', headers = {}) {
      const started = performance.now()
      return new Promise((resolve, reject) => {
        const length = { 'content-length': Buffer.byteLength(body) }
        const asked = request(base + path, { agent, method, headers: { ...length, ...headers } }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () =>
            resolve({
              status: response.statusCode!,
              type: response.headers['content-type'] ?? '',
              body: Buffer.concat(chunks),
              ms: performance.now() - started,
            }),
          )
        })
        asked.once('error', reject).end(body)
      })
    },
    async stop() {
      agent.destroy()
      await Promise.all(processes.map((process) => process.kill()))
      await redis.stop()
    },
  }
}

/** What comes of an answer that the measurement relies on. */
export function expect({ status, body }: Answered, wanted: number): void {
  if (status !== wanted) throw new Error(`answered ${status} instead of ${wanted}: ${body.subarray(0, 300)}`)
}

export const csv = { 'content-type': 'text/csv' }
export const json = { 'content-type': 'application/json' }

/** When the walks begin, in Unix seconds. */
export const walkStart = 1_577_836_800

/** CSV of a random walk of one decimal, a minute apart; the same each time. */
export function walk(count: number): string {
  const next = walker()
  return Array.from({ length: count }, (_, i) => `${walkStart + i * 60},${next()}`).join('\n')
}

/** Writes such a walk to a series. */
export async function fill(url: string, series: string, count: number): Promise<void> {
  const next = walker()
  const each = 50_000
  for (let first = 0; first < count; first += each) {
    const lines = Array.from(
      { length: Math.min(each, count - first) },
      (_, i) => `${walkStart + (first + i) * 60},${next()}`,
    )
    await sendAll(url, [post(`/series/${series}/points`, csv['content-type'], lines.join('\n'))])
  }
}

/** What a series holds: the values by their times in milliseconds. */
export async function valuesOf(program: Program, url: string, series: string): Promise<Map<number, number>> {
  const answer = await program.ask(url, 'GET', `/series/${series}/points?format=csv&timestamps=epoch_ms`)
  expect(answer, 200)
  const lines = String(answer.body).trim().split('\n')
  return new Map(lines.map((line) => line.split(',').map(Number) as [number, number]))
}

/** Gives a random walk of one decimal by steps from −1.0 to 1.0; the same each time. */
export function walker(): () => number {
  const random = randoms(1)
  let tenths = 200
  return () => {
    tenths += (random() % 21) - 10
    return tenths / 10
  }
}

/** Gives random whole numbers below 2³¹ − 1; the same each time. */
export function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state
  }
}

/** Does something `count` times, `at` of them at once. */
export async function many(count: number, at: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0
  const line = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: at }, line))
}
