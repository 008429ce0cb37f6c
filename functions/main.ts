import { setTimeout as pause } from 'node:timers/promises'
import { ConfigError, environment, readConfig } from '../shared/config.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, listen, openFunction } from '../shared/http/serve.ts'
import { makeLog } from '../shared/log.ts'
import { version } from '../shared/version.ts'
import { functions } from './index.ts'

/** How often it is said that a function waits for Redis, in tries of 100 ms. */
const triesBetweenWarnings = 100

/**
 * Serves one function, named by the first argument, until SIGTERM or SIGINT; then it lets go of its work. It listens once
 * Redis has answered: a port that is open means that the function can serve with the settings that it was given.
 */
async function main(name: string | undefined): Promise<void> {
  const load = functions[name ?? '']
  if (!load) throw new ConfigError(`Name a function: ${Object.keys(functions).join(', ')}.`)
  const config = readConfig(environment)
  const log = makeLog(config.LOG_LEVEL)
  const definition = await load()
  const opened = await openFunction(definition, config, { log, metrics: makeMetrics(), version })
  let server: Awaited<ReturnType<typeof listen>> | undefined
  const stop = async () => {
    log.info({ function: name }, 'stopping')
    opened.stop?.()
    if (server) await drain(server, config.DRAIN_MS)
    await opened.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())

  const warn = (error: Error) => log.warn({ function: name, reason: error.message }, 'waiting for redis')
  if (!definition.listensAtOnce) await untilReady(opened.ready, warn)
  server = await listen(opened.listener, { port: config.PORT, host: config.HOST })
  log.info({ function: name, url: server.url }, 'listening')
}

async function untilReady(ready: () => Promise<void>, warn: (error: Error) => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await ready()
    } catch (error) {
      if (tries % triesBetweenWarnings === 0) warn(error as Error)
      await pause(100)
    }
  }
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`)
  process.exit(1)
})
