import { ConfigError, environment, readConfig } from '../shared/config.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, listen, openFunction } from '../shared/http/serve.ts'
import { makeLog } from '../shared/log.ts'
import { version } from '../shared/version.ts'
import { functions } from './index.ts'

/** Serves one function, named by the first argument, until SIGTERM or SIGINT; then it lets go of its work. */
async function main(name: string | undefined): Promise<void> {
  const load = functions[name ?? '']
  if (!load) throw new ConfigError(`Name a function: ${Object.keys(functions).join(', ')}.`)
  const config = readConfig(environment)
  const log = makeLog(config.LOG_LEVEL)
  const opened = await openFunction(await load(), config, { log, metrics: makeMetrics(), version })
  const server = await listen(opened.listener, { port: config.PORT, host: config.HOST })
  log.info({ function: name, url: server.url }, 'listening')

  const stop = async () => {
    log.info({ function: name }, 'stopping')
    opened.stop?.()
    await drain(server, config.DRAIN_MS)
    await opened.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop())
}

main(process.argv[2]).catch((error: Error) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error.stack}\n`)
  process.exit(1)
})
