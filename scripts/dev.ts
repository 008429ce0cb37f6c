import { environment } from '../shared/config.ts'
import { makeLog } from '../shared/log.ts'
import { explainStart, serveLocally } from './serve-locally.ts'

/** Serves every function until Ctrl-C. */
try {
  const local = await serveLocally(environment, makeLog(environment.LOG_LEVEL ?? 'info'))
  process.stdout.write(`Kymograph answers at ${local.url}\n`)
  local.stopOnSignals()
} catch (error) {
  process.stderr.write(`${explainStart(error as Error, environment.PORT)}\n`)
  process.exit(1)
}
