import pino from 'pino'

export type Log = pino.Logger

/** A logger of JSON lines on standard output; each line carries `function` and what the caller binds to it. */
export function makeLog(level: string, bindings: Record<string, unknown> = {}): Log {
  return pino({
    level,
    base: bindings,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  })
}
