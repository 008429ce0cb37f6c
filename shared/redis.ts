import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { Redis } from 'ioredis'
import type { Log } from './log.ts'

export type { Redis } from 'ioredis'

const scriptsFolder = new URL('../redis/scripts/', import.meta.url)

const scripts = new Map(
  readdirSync(scriptsFolder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => [file.slice(0, -'.lua'.length), readFileSync(new URL(file, scriptsFolder), 'utf8')]),
)

type Argument = string | number | Buffer
type ScriptMethod = (keyCount: number, ...args: Argument[]) => Promise<unknown>

/**
 * How long a connection may take to be opened: longer from try to try. Where a network policy lets a new pod in only after
 * a moment, its first packet is lost, and TCP would send the next one a second later.
 */
const connectMs = { first: 250, most: 2000 }

/**
 * Opens a connection that reconnects by itself, with the scripts of redis/scripts/ defined on it. What was sent and not
 * answered when a connection broke is sent again: so a script must do no harm when it runs twice.
 * A command that finds no server is refused within about a second, one that gets no answer at all within seven.
 */
export function connect(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 5,
    connectTimeout: connectMs.first,
    commandTimeout: 10_000,
    retryStrategy(attempt) {
      redis.options.connectTimeout = Math.min(connectMs.first * 2 ** attempt, connectMs.most)
      return Math.min(50 * attempt, 300)
    },
  })
  let down = false
  redis.on('error', (error) => {
    if (!down) log.warn({ reason: error.message }, 'redis is unreachable')
    down = true
  })
  redis.on('ready', () => {
    redis.options.connectTimeout = connectMs.first
    if (down) log.info('redis is back')
    down = false
  })
  for (const [name, lua] of scripts) redis.defineCommand(name, { lua })
  writeTogether(redis)
  return redis
}

/**
 * Hands what is sent in one turn of the event loop to the system in one write: each costs as much as some commands. A
 * pipeline is one write as it is, and goes at once, since whoever sends one may have much to do then.
 */
function writeTogether(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (command, stream) => {
    const socket = redis.stream as Socket | undefined
    if (stream === undefined && socket?.writable && socket.writableCorked === 0) {
      socket.cork()
      setImmediate(() => socket.uncork())
    }
    return send(command, stream)
  }
}

/** A second connection with the same options, for subscriptions: these occupy a connection. */
export function subscriber(redis: Redis): Redis {
  const copy = redis.duplicate({ maxRetriesPerRequest: null, commandTimeout: undefined })
  copy.on('error', () => {}) // the first connection says it
  return copy
}

function method(redis: Redis, name: string): ScriptMethod {
  const run = (redis as unknown as Record<string, ScriptMethod | undefined>)[name]
  if (!run) throw new Error(`there is no script ${name}`)
  return run.bind(redis)
}

/** The clock of Redis in Unix milliseconds: leases and due times go by it, since those of the functions differ. */
export async function redisTime(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

/** Runs a script of redis/scripts/ by its file's name; bulk replies come as texts. */
export function runScript(redis: Redis, name: string, keys: string[], args: Argument[]): Promise<unknown> {
  return method(redis, name)(keys.length, ...keys, ...args)
}

/** The same with bulk replies as Buffers. */
export function runScriptForBuffers(redis: Redis, name: string, keys: string[], args: Argument[]): Promise<unknown> {
  return method(redis, `${name}Buffer`)(keys.length, ...keys, ...args)
}

const unavailable =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|MISCONF|OOM|TRYAGAIN|NOREPLICAS|BUSY|WRONGPASS|NOAUTH|NOPERM)\b|max retries per request|Connection is closed|Command timed out|Stream isn't writeable|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|connect timeout/i

/** Whether an error says that Redis can't serve now, rather than that we asked it something wrong. */
export function isUnavailable(error: unknown): error is Error {
  return error instanceof Error && unavailable.test(error.message)
}
