import { type Config, readConfig } from '../shared/config.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, type FunctionDefinition, listen, type OpenFunction, openFunction } from '../shared/http/serve.ts'
import type { Log } from '../shared/log.ts'
import { segments } from '../shared/segments.ts'
import { version } from '../shared/version.ts'
import { functions } from './index.ts'
import { frontDoor, type Upstreams } from './web/index.ts'

export interface LocalServer {
  url: string
  /** Where the worker listens: it is not behind the common address. */
  workerUrl: string
  stop(): Promise<void>
}

/** Every function's definition, in the order of the table. */
export function loadAll(): Promise<FunctionDefinition<never>[]> {
  return Promise.all(Object.values(functions).map((load) => load()))
}

/**
 * Serves all functions in this process behind one port, by the first segment of the path; the worker on a port of its
 * own. Rejects when the port is taken.
 */
export async function startLocal(settings: Record<string, string | undefined>, log: Log): Promise<LocalServer> {
  const config = readConfig(settings)
  const context = { log, metrics: makeMetrics(), version }
  const definitions = await loadAll()
  const definitionOf = (name: string) => definitions.find((definition) => definition.name === name)!

  const worker = await openFunction(definitionOf('worker'), config, context)
  const workerServer = await listen(worker.listener, { port: 0, host: '127.0.0.1' })
  // One worker process serves every poke here: a second poke would wake nobody.
  const withWorker: Config = { ...config, WORKER_URL: workerServer.url, WORKER_MAX: 1 }

  const parts: Partial<Record<string, OpenFunction>> = {}
  for (const name of Object.keys(segments)) parts[name] = await openFunction(definitionOf(name), withWorker, context)
  const all = Object.values(parts) as OpenFunction[]
  const upstreams = Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [name, (req, res) => void part!.listener(req, res)]),
  ) as Upstreams
  const ready = async () => void (await Promise.all(all.map((part) => part.ready())))
  const speaksFor = definitions.filter(({ name }) => name !== 'worker' && name !== 'web')
  const front = await openFunction({ ...frontDoor(upstreams, ready), speaksFor }, withWorker, context)
  const close = () => Promise.all([...all, front, worker].map((part) => part.close()))
  const server = await listen(front.listener, { port: config.PORT, host: config.HOST }).catch(async (error) => {
    await close()
    workerServer.close()
    throw error
  })

  const clock = pokeByTheClock(workerServer.url, config)
  return {
    url: server.url,
    workerUrl: workerServer.url,
    async stop() {
      clearInterval(clock)
      for (const part of [...all, worker]) part.stop?.()
      await Promise.all([drain(server, config.DRAIN_MS), drain(workerServer, config.DRAIN_MS)])
      await close()
    },
  }
}

/** What a cluster's CronJob does: whatever got lost is found even when nobody asks. */
function pokeByTheClock(workerUrl: string, { SWEEP_MS, INTERNAL_TOKEN }: Config): NodeJS.Timeout {
  let held = false
  return setInterval(async () => {
    if (held) return
    held = true
    const headers = { authorization: `Bearer ${INTERNAL_TOKEN}` }
    await fetch(workerUrl, { method: 'POST', headers }).catch(() => {})
    held = false
  }, SWEEP_MS)
}
