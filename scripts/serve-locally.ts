import { fileURLToPath } from 'node:url'
import { type LocalServer, startLocal } from '../functions/local.ts'
import { ConfigError } from '../shared/config.ts'
import type { Log } from '../shared/log.ts'
import { type OwnRedis, startRedis } from './own-redis.ts'

const conf = fileURLToPath(new URL('../redis/redis.conf', import.meta.url))
const dataFolder = fileURLToPath(new URL('../.kymograph/redis', import.meta.url))

export interface Local extends LocalServer {
  stopOnSignals(): void
}

/** Starts every function behind one port; without REDIS_URL also a Redis whose data stay in .kymograph/. */
export async function serveLocally(env: Record<string, string | undefined>, log: Log): Promise<Local> {
  const redis = env.REDIS_URL ? undefined : await startRedis({ conf, dir: dataFolder })
  const server = await startLocal({ ...env, REDIS_URL: env.REDIS_URL || redis!.url }, log).catch(async (error) => {
    await stopRedis(redis)
    throw error
  })
  const stop = async () => {
    await server.stop()
    await stopRedis(redis)
  }
  return {
    ...server,
    stop,
    stopOnSignals() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => void stop().then(() => process.exit(0)))
    },
  }
}

async function stopRedis(redis: OwnRedis | undefined): Promise<void> {
  await redis?.kill('SIGTERM')
}

/** What went wrong at the start, as a sentence that says what to do. */
export function explainStart(error: Error & { code?: string }, port: string | undefined): string {
  if (error.code === 'EADDRINUSE')
    return `Port ${port || 8090} is in use: end what listens there, or name another one, as in PORT=8091.`
  if (error.code === 'EACCES')
    return `Port ${port} needs rights that you don't have: name one above 1023, as in PORT=8091.`
  if (error instanceof ConfigError) return error.message
  return error.message || String(error)
}
