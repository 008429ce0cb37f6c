import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { Cluster, type RedisCommander, Redis as RedisServer } from 'ioredis'
import { absentKey } from './keys.ts'
import type { Log } from './log.ts'
import { isClusterUrl, readClusterUrl } from './redis-url.ts'
import { slotCount, slotOf } from './slot.ts'

export type { Redis as RedisServer } from 'ioredis'

/**
 * What one server and a cluster have in common. The keys of a command, or of a script, are all of one slot; what has keys
 * of several slots goes through `runAll`. A command without a key reaches any one of a cluster's servers.
 */
export type Redis = RedisCommander & { disconnect(): void }

const scriptsFolder = new URL('../redis/scripts/', import.meta.url)

const scripts = new Map(
  readdirSync(scriptsFolder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => [file.slice(0, -'.lua'.length), readFileSync(new URL(file, scriptsFolder), 'utf8')]),
)

export type Argument = string | number | Buffer
/** A command by its name in ioredis, its key, and the rest of its arguments. */
export type Command = [name: string, key: string, ...args: Argument[]]
type Method = (...args: Argument[]) => Promise<unknown>

/**
 * How long a connection may take to be opened: longer from try to try. Where a network policy lets a new pod in only after
 * a moment, its first packet is lost, and TCP would send the next one a second later.
 */
const connectMs = { first: 250, most: 2000 }

/** Tries of a connection before the commands that wait for it are refused. */
const tries = 5
/** A server that is connected and does not answer for so long is taken for away. */
const commandTimeout = 10_000
const pauseMs = (attempt: number) => Math.min(50 * attempt, 300)
const openingMs = (attempt: number) => Math.min(connectMs.first * 2 ** attempt, connectMs.most)

/**
 * Opens a connection to one server, or to a cluster, that reconnects by itself, with the scripts of redis/scripts/ defined
 * on it. What was sent and not answered when a connection broke is sent again: so a script must do no harm when it runs
 * twice. A command that finds no server is refused within about a second, one that gets no answer at all within seven.
 */
export function connect(url: string, log: Log): Redis {
  return isClusterUrl(url) ? connectCluster(url, log) : connectServer(url, log)
}

/** The same to one server: what it can do beyond a cluster, a transaction or a subscription, is there too. */
export function connectServer(url: string, log: Log): RedisServer {
  const redis = new RedisServer(url, {
    maxRetriesPerRequest: tries,
    connectTimeout: connectMs.first,
    commandTimeout,
    retryStrategy(attempt) {
      redis.options.connectTimeout = openingMs(attempt)
      return pauseMs(attempt)
    },
  })
  redis.on('ready', () => {
    redis.options.connectTimeout = connectMs.first
  })
  tellOf(redis, log)
  defineScripts(redis)
  writeTogether(redis)
  return redis
}

/** Commands that wait for a cluster are refused after this time, however few tries were made in it. */
const refuseMs = 4000

function connectCluster(url: string, log: Log): Cluster {
  const { hosts, isSecure, ...user } = readClusterUrl(url)!
  const redisOptions = { ...user, ...(isSecure ? { tls: {} } : {}), connectTimeout: connectMs.first, commandTimeout }
  let refused = 0
  const cluster = new Cluster(hosts, {
    redisOptions,
    // Names stay names: TLS looks at them, and one that is not found is no fault of the other hosts.
    dnsLookup: (host, done) => done(null, host),
    clusterRetryStrategy(attempt) {
      redisOptions.connectTimeout = openingMs(attempt)
      if (attempt === 1) refused = Date.now()
      if (attempt % (tries + 1) === 0 || Date.now() - refused > refuseMs) {
        refused = Date.now()
        // ioredis would keep them until the cluster is back, and send them then.
        const waiting = cluster as unknown as { flushQueue(error: Error): void }
        waiting.flushQueue(new Error('Failed to refresh slots cache: no server of the cluster answers'))
      }
      return pauseMs(attempt)
    },
  })
  cluster.on('ready', () => {
    redisOptions.connectTimeout = connectMs.first
  })
  tellOf(cluster, log)
  const away = new Set<string>()
  cluster.on('node error', (error: Error, server: string) => {
    if (!away.has(server)) log.warn({ server, reason: error.message }, 'a server of the cluster is unreachable')
    away.add(server)
  })
  cluster.on('+node', (redis: RedisServer) => {
    const server = placeOf(redis)
    redis.on('ready', () => {
      if (away.delete(server)) log.info({ server }, 'a server of the cluster is back')
    })
  })
  defineScripts(cluster)
  return cluster
}

function defineScripts(redis: RedisServer | Cluster): void {
  for (const [name, lua] of scripts) redis.defineCommand(name, { lua })
}

/** Says when a connection is lost, and when it is back, each once. */
function tellOf(redis: RedisServer | Cluster, log: Log): void {
  let down = false
  redis.on('error', (error: Error) => {
    if (!down) log.warn({ reason: error.message }, 'redis is unreachable')
    down = true
  })
  redis.on('ready', () => {
    if (down) log.info('redis is back')
    down = false
  })
}

/**
 * Hands what is sent in one turn of the event loop to the system in one write: each costs as much as some commands. A
 * pipeline is one write as it is, and goes at once, since whoever sends one may have much to do then.
 */
function writeTogether(redis: RedisServer): void {
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
export function subscriber(redis: RedisServer): RedisServer {
  const copy = redis.duplicate({ maxRetriesPerRequest: null, commandTimeout: undefined })
  copy.on('error', () => {}) // the first connection says it
  return copy
}

/**
 * Runs commands, each of one slot, and gives their replies; throws the first error once all have been answered. They go
 * together: to one server as one pipeline, to a cluster without waiting for each other, so that each goes where its slot
 * is, even when that is being moved. Those of one key keep their order.
 */
export async function runAll(redis: Redis, commands: Command[]): Promise<unknown[]> {
  if (isOneServer(redis)) {
    const replies = (await redis.pipeline(commands).exec()) ?? []
    return replies.map(([error, reply]) => {
      if (error) throw error
      return reply
    })
  }
  const sent = commands.map(([name, ...args]) => method(redis, name)(...args))
  return (await Promise.allSettled(sent)).map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason
    return outcome.value
  })
}

export const isOneServer = (redis: Redis): redis is RedisServer => redis instanceof RedisServer

const placeOf = ({ options: { host, port } }: RedisServer) => `${host}:${port}`

/** A connection to each server that holds keys. Throws when one is not known: whoever looks at all keys must miss none. */
export async function serversOf(redis: Redis): Promise<RedisServer[]> {
  if (isOneServer(redis)) return [redis]
  await redis.ping() // from there on it knows its servers
  const places = new Set<string>()
  const servers: RedisServer[] = []
  for (let slot = 0; slot < slotCount; slot++) {
    const server = serverOfSlot(redis, slot)
    if (!places.has(placeOf(server))) servers.push(server)
    places.add(placeOf(server))
  }
  return servers
}

/** The connection to the server that holds a key. */
export function serverOf(redis: Redis, key: string): RedisServer {
  return isOneServer(redis) ? redis : serverOfSlot(redis, slotOf(key))
}

function serverOfSlot(redis: Redis, slot: number): RedisServer {
  const cluster = redis as Cluster
  const place = cluster.slots[slot]?.[0]
  const found = cluster.nodes().find((server) => placeOf(server) === place)
  if (!found) throw new Error(`CLUSTERDOWN no server is known that holds slot ${slot}`)
  return found
}

/** A command, or a script, by its name. */
function method(redis: Redis, name: string): Method {
  const run = (redis as unknown as Record<string, Method | undefined>)[name]
  if (!run) throw new Error(`there is no command or script ${name}`)
  return run.bind(redis)
}

/**
 * The clock of Redis in Unix milliseconds: leases and due times go by it, since those of the functions differ. On a cluster
 * it is that of the server that holds `key`: times that are compared are asked for by one key.
 */
export async function redisTime(redis: Redis, key: string): Promise<number> {
  return Number(await runScript(redis, 'readTime', [key], []))
}

/** Runs a script of redis/scripts/ by its file's name; bulk replies come as texts. */
export function runScript(redis: Redis, name: string, keys: string[], args: Argument[]): Promise<unknown> {
  const all = scriptKeys(redis, keys)
  return method(redis, name)(all.length, ...all, ...args)
}

/** The same with bulk replies as Buffers. */
export function runScriptForBuffers(redis: Redis, name: string, keys: string[], args: Argument[]): Promise<unknown> {
  const all = scriptKeys(redis, keys)
  return method(redis, `${name}Buffer`)(all.length, ...all, ...args)
}

/**
 * While a slot is moved to another server, Redis runs a script whose keys are all there, and breaks it off in the middle
 * where it uses one that it has emptied itself: half a change. A script that names a key that is not there is sent away
 * until the slot has been moved (TRYAGAIN), so on a cluster each names one more.
 */
function scriptKeys(redis: Redis, keys: string[]): string[] {
  return isOneServer(redis) ? keys : [...keys, absentKey(keys[0]!)]
}

/** Before its version 7 Redis says such an error of a script behind the script's name. */
const unavailable =
  /^(?:ERR Error running script .*?@user_script: ?\d+: -)?(?:LOADING|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|READONLY|MISCONF|OOM|TRYAGAIN|NOREPLICAS|BUSY|WRONGPASS|NOAUTH|NOPERM)\b|Too many Cluster redirections|Failed to refresh slots cache|None of startup nodes|Cluster is ended|max retries per request|Connection is closed|Command timed out|Stream isn't writeable|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|connect timeout/i

/** Whether an error says that Redis can't serve now, rather than that we asked it something wrong. */
export function isUnavailable(error: unknown): error is Error {
  return error instanceof Error && unavailable.test(error.message)
}
