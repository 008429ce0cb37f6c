import { createRequire } from 'node:module'
import { connect as dial, isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as dialTls } from 'node:tls'
import type { Message, Producer } from 'redis-smq'
import type { ICallback, IRedisClient } from 'redis-smq-common'
import { QUEUE } from './smq-keys.ts'

export type { Consumer as SmqConsumer, IMessageDeleteResponse, Producer } from 'redis-smq'

/** What one queue holds to send, count and delete; all of it is thrown away when any of it fails. */
export interface Line {
  client: IRedisClient
  producer: Producer
  message: Message
}

export { QUEUE } from './smq-keys.ts'
/** redis-smq's list of what waits. */
/** A Redis that does not answer within so long is taken for away. */
export const ANSWER_MS = 2000
/** A process that has just started has much else to do: its first connection may take so long. */
const CONNECT_MS = 10_000
/** What closes gets so long. */
export const CLOSE_MS = 1000

export const ignore = () => {}

/** The promise of a callback's result. */
export function ask<T>(call: (callback: ICallback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error?: Error | null, result?: T) => (error ? reject(error) : resolve(result as T)))
  })
}

export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`the queue's Redis did not answer within ${ms} ms`)
  })
  late.catch(ignore)
  return Promise.race([promise, late]).finally(() => timer.abort())
}

/** ioredis options of a redis: or rediss: URL. */
export function connectionOptions(url: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  if (protocol !== 'redis:' && protocol !== 'rediss:') throw new Error(`the queue needs a redis: or rediss: URL`)
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1'
  return {
    host,
    port: Number(port) || 6379,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    db: Number(pathname.slice(1)) || 0,
    ...(protocol === 'rediss:' && { tls: isIP(host) ? {} : { servername: host } }),
  }
}

export type Library = ReturnType<typeof load>
/**
 * Loads and configures redis-smq, whose configuration is one per process: two queues may be open at a time only at
 * the same URL. It takes about 0.3 s, so this happens when the first queue is opened; required, not imported, since its
 * ES modules take 0.1 s more.
 */
export function load(url: string) {
  const require = createRequire(import.meta.url)
  const smq = require('redis-smq') as typeof import('redis-smq')
  const common = require('redis-smq-common') as typeof import('redis-smq-common')
  // A consumer starts four threads, for 2 s of CPU and 150 MB, that bring back what dead consumers held. We do without:
  // tickets may get lost, and where those threads meet a message that is gone, they stop their consumer silently. What
  // stays is 2 KB for each consumer that is killed, and nothing for one that is closed.
  common.WorkerResourceGroup.prototype.run = (callback) => callback(null, true)

  /** Called when a connection is lost. */
  const listeners = new Set<() => void>()
  const options = {
    ...connectionOptions(url),
    connectTimeout: ANSWER_MS,
    keepAlive: 10_000,
    generation: 0,
    /** A connection is never resumed, since redis-smq's parts break when theirs is; ioredis calls this at its end. */
    retryStrategy(this: { generation: number }) {
      if (this.generation === live.generation) lose()
      return null
    },
  }
  smq.Configuration.reset()
  const { redis: config } = smq.Configuration.getSetConfig({
    redis: { client: common.ERedisConfigClient.IOREDIS, options },
    logger: { enabled: false },
  })
  // redis-smq copied the options. Each connection copies them again: `generation` tells old ones from new ones.
  const live = config.options as typeof options
  const lose = () => {
    live.generation++
    for (const listener of [...listeners]) listener()
  }
  return { url, smq, common, config, live, listeners, scriptsOf: -1 }
}

/** Connects what a queue needs, and creates it in Redis unless it is there. Leaves nothing open if that fails. */
export function connect(library: Library): Promise<Line> {
  const { smq, common, config, live } = library
  const parts: { shutdown(callback: () => void): void }[] = []
  async function build(): Promise<Line> {
    await knock(live)
    const client = await ask<IRedisClient>((callback) => common.createRedisClient(config, callback))
    parts.push({ shutdown: (callback) => client.halt(callback) })
    client.on('error', ignore)
    if (library.scriptsOf !== live.generation) {
      // redis-smq loads its scripts once per process, but a Redis that was restarted has forgotten them.
      const { scripts } = client.constructor as unknown as { scripts: Record<string, string> }
      for (const name of Object.keys(scripts)) delete scripts[name]
      library.scriptsOf = live.generation
    }
    const queue = withoutEvents(new smq.Queue())
    const producer = withoutEvents(new smq.Producer())
    const message = new smq.Message()
    parts.push(queue, producer, message)
    const { FIFO_QUEUE } = smq.EQueueType
    const { POINT_TO_POINT } = smq.EQueueDeliveryModel
    await ask((callback) => queue.save(QUEUE, FIFO_QUEUE, POINT_TO_POINT, callback)).catch((error) => {
      if (!(error instanceof smq.QueueQueueExistsError)) throw error
    })
    queue.shutdown(ignore)
    await ask<boolean>((callback) => producer.run(callback))
    await ask((callback) => message.deleteMessagesByIds([], callback)) // it connects on first use
    return { client, producer, message }
  }
  const building = build()
  return within(CONNECT_MS, building).catch((error) => {
    const shut = () => {
      for (const part of parts) part.shutdown(ignore)
    }
    shut()
    building.then(shut, shut)
    throw error
  })
}

export async function release({ client, producer, message }: Line) {
  // Its callback comes a second late, for the sake of an event bus that it does not have here.
  const down = new Promise((resolve) => producer.once('producer.down', resolve))
  const wasUp = producer.isRunning()
  producer.shutdown(ignore)
  const halted = new Promise<void>((resolve) => client.halt(() => resolve()))
  await Promise.all([wasUp && down, halted, ask<void>((callback) => message.shutdown(callback))])
}

/**
 * Takes a part's event bus away. It serves only kinds of queues that we don't use, costs two connections, and its
 * subscriptions are promises that nobody handles: a Redis that dies at that moment would end this process.
 */
function withoutEvents<T extends object>(part: T): T {
  const bus = { on: ignore, removeListener: ignore, emit: ignore }
  const eventBus = {
    init: (callback: () => void) => callback(),
    getInstance: () => bus,
    getSetInstance: (callback: (error: null, instance: typeof bus) => void) => callback(null, bus),
    shutdown: (callback: () => void) => callback(),
  }
  return Object.assign(part, { eventBus } as object)
}

/**
 * Whether a Redis answers there. redis-smq waits forever for one that does not, and keeps the connection; and of each
 * refused connection ioredis prints a stack trace, as redis-smq has no listener yet.
 */
function knock({ host, port, tls }: ReturnType<typeof connectionOptions>): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const socket = tls ? dialTls({ host, port, ...tls }) : dial({ host, port })
    const end = (error?: Error) => {
      socket.destroy()
      return error ? reject(error) : resolve()
    }
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write('PING\r\n'))
    socket.once('data', () => end()).once('error', end)
    socket.once('close', () => end(new Error(`${host}:${port} hung up`)))
    socket.setTimeout(ANSWER_MS, () => end(new Error(`${host}:${port} did not answer`)))
  })
}
