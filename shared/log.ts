import pino from 'pino'

export type Log = pino.Logger

/** A logger of JSON lines on standard output; each line carries what the caller binds to it. */
export function makeLog(level: string, bindings: Record<string, unknown> = {}): Log {
  return pino({
    level,
    base: bindings,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  })
}

/**
 * What a log line tells of an error. Nothing but this: an error of Redis carries its command, and with it passwords
 * and whole chunks of points.
 */
export function describeError(error: Error & { code?: unknown }): object {
  const { name, message, code, stack, cause } = error
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    stack,
    ...(cause instanceof Error ? { cause: describeError(cause) } : {}),
  }
}
