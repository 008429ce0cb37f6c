import type { RequestListener } from 'node:http'
import { type Config, readConfig } from '../shared/config.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, type FunctionDefinition, listen, type OpenFunction, openFunction } from '../shared/http/serve.ts'
import type { Log } from '../shared/log.ts'
import { version } from '../shared/version.ts'
import { functions } from './index.ts'

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

  const parts: OpenFunction[] = []
  for (const definition of definitions) {
    if (definition.name !== 'worker') parts.push(await openFunction(definition, withWorker, context))
  }
  const front = await openFunction(wholeOf(definitions, parts), withWorker, context)
  const server = await listen(byFirstSegment(parts, front), { port: config.PORT, host: config.HOST }).catch(
    async (error) => {
      await Promise.all([...parts, front, worker].map((part) => part.close()))
      workerServer.close()
      throw error
    },
  )

  const clock = pokeByTheClock(workerServer.url, config)
  return {
    url: server.url,
    workerUrl: workerServer.url,
    async stop() {
      clearInterval(clock)
      worker.stop?.()
      await Promise.all([drain(server, config.DRAIN_MS), drain(workerServer, config.DRAIN_MS)])
      await Promise.all([...parts, front, worker].map((part) => part.close()))
    },
  }
}

/** What answers for all of them: `/`, health, and the whole OpenAPI document. */
function wholeOf(definitions: FunctionDefinition<never>[], parts: OpenFunction[]): FunctionDefinition<object> {
  return {
    name: 'kymograph',
    segments: [],
    routes: [],
    speaksFor: definitions.filter(({ name }) => name !== 'worker'),
    open: async () => ({
      async ready() {
        await Promise.all(parts.map((part) => part.ready()))
      },
      async close() {},
    }),
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

function byFirstSegment(parts: OpenFunction[], front: OpenFunction): RequestListener {
  const bySegment = new Map(parts.flatMap((part) => part.segments.map((segment) => [segment, part] as const)))
  return (req, res) => {
    const [segment = ''] = (req.url ?? '/').slice(1).split(/[/?]/, 1)
    return (bySegment.get(segment) ?? front).listener(req, res)
  }
}
