import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { v7 as uuidv7 } from 'uuid'
import { jobKeys } from '../keys.ts'
import type { Log } from '../log.ts'
import { type Redis, runScript } from '../redis.ts'

export interface Poker {
  /** Wakes as many workers as are wanted and not yet awake. Resolves when the pokes are under way, not when they end. */
  poke(): Promise<void>
  /** Wakes one worker although no job is there yet, unless one is awake. */
  wake(): Promise<void>
  /** Drops the pokes under way; the workers go on. */
  close(): void
}

export interface PokeSettings {
  WORKER_URL: string
  INTERNAL_TOKEN: string
  WORKER_MAX: number
  POKE_MS: number
}

/**
 * Wakes workers. A worker answers its poke when it has drained the queue, or after a minute: the open request
 * is what keeps it.
 * Pokes are counted in Redis over all processes; one that is not renewed for POKE_MS no longer counts.
 */
export function makePoker(redis: Redis, settings: PokeSettings, log: Log): Poker | undefined {
  const { WORKER_URL: url, WORKER_MAX, POKE_MS } = settings
  if (url === '') return undefined
  const stop = new AbortController()

  async function hold(id: string): Promise<void> {
    const renewal = setInterval(() => {
      runScript(redis, 'holdPoke', [jobKeys.pokes], [id, POKE_MS]).catch(() => {})
    }, POKE_MS / 3)
    let answered = false
    try {
      const status = await post(url, settings.INTERNAL_TOKEN, stop.signal)
      answered = status < 300
      if (!answered) log.warn({ status }, 'a worker refused its poke')
    } catch (error) {
      if (!stop.signal.aborted) log.warn({ reason: (error as Error).message }, 'a poke was lost')
    } finally {
      clearInterval(renewal)
      await redis.zrem(jobKeys.pokes, id).catch(() => {})
      // A job that came while the worker was answering found this poke still counted.
      if (answered) await poke().catch(() => {})
    }
  }

  /** Says whether one more poke was under way, with `fewest` wanted whatever is ready. */
  async function take(fewest: number): Promise<boolean> {
    const id = uuidv7()
    const keys = [jobKeys.pokes, jobKeys.ready, jobKeys.leases]
    if ((await runScript(redis, 'takePoke', keys, [id, POKE_MS, fewest, WORKER_MAX])) !== 1) return false
    void hold(id)
    return true
  }

  async function poke(): Promise<void> {
    for (let taken = 0; taken < WORKER_MAX && !stop.signal.aborted; taken++) if (!(await take(0))) return
  }

  return {
    poke,
    async wake() {
      await take(1)
    },
    close: () => stop.abort(),
  }
}

/** node:http, since fetch gives up after five minutes without an answer. */
function post(url: string, token: string, signal: AbortSignal): Promise<number> {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  const headers = { 'content-length': 0, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) }
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, signal, agent: false }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.end()
  })
}
