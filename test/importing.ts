import type { Test } from 'tap'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { call, startLocal } from './local.ts'

/** A time of midnight in UTC. */
export const day = (date: string) => `${date}T00:00:00.000Z`

/** The whole program, and what tests of imports do with it. */
export async function startImports(t: Test, settings: Record<string, string> = {}) {
  const server = await startLocal(settings)
  const redis = connect(server.redis.url, makeLog('silent'))
  t.teardown(async () => {
    redis.disconnect()
    await server.stop()
  })
  const { url } = server
  return {
    url,
    redis,
    post: (query: string, body: string | Buffer, type = 'application/octet-stream') =>
      call(url, 'POST', `/import?${query}`, {
        body: typeof body === 'string' ? body : new Uint8Array(body),
        headers: { 'content-type': type },
      }),
    describe: async (name: string) => (await call(url, 'GET', `/series/${encodeURIComponent(name)}`)).body,
    /** The points of a series as rows of time and value; undefined when there is no such series. */
    async rows(name: string): Promise<[string, number][] | undefined> {
      const { status, body } = await call(url, 'GET', `/series/${encodeURIComponent(name)}/points`)
      if (status === 404) return undefined
      return body.points.map((p: { timestamp: string; value: number }) => [p.timestamp, p.value])
    },
  }
}
