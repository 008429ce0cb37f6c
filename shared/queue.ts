import { createRequire } from 'node:module'
import { connect as dial, isIP } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as dialTls } from 'node:tls'
import type { IMessageDeleteResponse, Message, Producer, Consumer as SmqConsumer } from 'redis-smq'
import type { ICallback, IRedisClient } from 'redis-smq-common'

/** An invitation to claim a job. It may get lost, come late or come twice: the truth about jobs is elsewhere. */
export interface Ticket {
  job: string
  epoch: number
}

export interface Consumer {
  /** Whether tickets are taken now; false while it recovers from a lost connection, and once closed. */
  readonly alive: boolean
  /** Takes no more tickets. One whose `take` still runs may reach another consumer too, so settle it first. */
  close(): Promise<void>
}

export interface Queue {
  /** Sends tickets, in one batch; rejects when Redis refuses one or does not answer within 2 s. */
  send(tickets: Ticket[]): Promise<void>
  /** How many tickets wait undelivered; one LLEN. */
  pending(): Promise<number>
  /**
   * Calls `take` for one ticket at a time; the ticket is gone once `take` has settled, whatever its outcome.
   * Rejects if the first start fails; from then on a consumer that stops is replaced, until closed.
   */
  consume(take: (ticket: Ticket) => Promise<void>): Promise<Consumer>
  /** Closes its consumers and connections; within 3 s, even without Redis. */
  close(): Promise<void>
}

interface Log {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

/** What one queue holds to send, count and delete; all of it is thrown away when any of it fails. */
interface Line {
  client: IRedisClient
  producer: Producer
  message: Message
}

const QUEUE = 'tickets'
/** redis-smq's list of what waits: its prefix and version, its namespace, its number for this kind of key. */
const PENDING_KEY = `redis-smq-800.26:default:1:${QUEUE}`
const ANSWER_MS = 2000
const CLOSE_MS = 1000
const WATCH_MS = 500
const BACKOFF_MS = { first: 50, most: 5000 }

const ignore = () => {}

/** The promise of a callback's result. */
function ask<T>(call: (callback: ICallback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error?: Error | null, result?: T) => (error ? reject(error) : resolve(result as T)))
  })
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
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

type Library = ReturnType<typeof load>
let library: Library | undefined

/**
 * Loads and configures redis-smq, whose configuration is one per process: two queues may be open at a time only at
 * the same URL. It takes about 0.3 s, so this happens when the first queue is opened; required, not imported, since its
 * ES modules take 0.1 s more.
 */
function load(url: string) {
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

/**
 * Opens the queue of tickets. Connects in the background: without Redis it opens too, and `send` rejects until there
 * is one. All queues of a process must have one URL, as redis-smq is configured globally.
 */
export async function openQueue({ url, log }: { url: string; log: Log }): Promise<Queue> {
  if (library?.url !== url) {
    if (library?.listeners.size)
      throw new Error('redis-smq serves one Redis per process, and a queue is open at another')
    library = load(url)
  }
  const shared = library
  const { smq, listeners } = shared
  const consumers = new Set<Consumer>()
  const chores = new Set<Promise<void>>()
  let current: Promise<Line> | undefined
  let closing: Promise<void> | undefined
  let closed = false

  function drop() {
    current?.then(release).catch(ignore)
    current = undefined
  }

  function line(): Promise<Line> {
    if (closed) return Promise.reject(new Error('the queue is closed'))
    if (!current) {
      const mine = connect(shared)
      mine.catch(() => {
        if (current === mine) current = undefined
      })
      current = mine
    }
    return current
  }

  /** Does something on the line, and once more on a new one if the fault may have been the line's. */
  function use<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const mend = (error: Error) => {
      if (error.name === 'ReplyError' && !/^(NOSCRIPT|READONLY)/.test(error.message)) throw error
      if (error.message.startsWith('NOSCRIPT')) shared.scriptsOf = -1
      drop()
    }
    const twice = async () => {
      try {
        return await work(await line())
      } catch (error) {
        mend(error as Error)
        return work(await line())
      }
    }
    return within(ANSWER_MS, twice()).catch((error) => {
      mend(error)
      throw error
    })
  }

  async function send(tickets: Ticket[]) {
    const unsent = new Set(tickets)
    const produce = async (producer: Producer, { job, epoch }: Ticket) => {
      // A message that runs out of retries or time is no longer delivered, but stays for good: so neither happens.
      const message = new smq.ProducibleMessage().setRetryThreshold(1e9).setRetryDelay(0).setTTL(0).setConsumeTimeout(0)
      message.setQueue(QUEUE).setBody({ job, epoch })
      await ask((callback) => producer.produce(message, callback))
    }
    await use(({ producer }) =>
      Promise.all([...unsent].map((ticket) => produce(producer, ticket).then(() => unsent.delete(ticket)))),
    )
  }

  const pending = () => use(({ client }) => ask<number>((callback) => client.llen(PENDING_KEY, callback)))

  /** Deletes an acknowledged message, about 1 KB that redis-smq would keep; waits a little for the acknowledgement. */
  async function forget(id: string) {
    for (const patienceMs of [0, 10, 100]) {
      if (patienceMs) await delay(patienceMs)
      const { stats } = await use(({ message }) =>
        ask<IMessageDeleteResponse>((callback) => message.deleteMessageById(id, callback)),
      )
      if (!stats.inProcess) return
    }
  }

  async function consume(take: (ticket: Ticket) => Promise<void>): Promise<Consumer> {
    const end = new AbortController()
    let active: SmqConsumer | undefined
    let taking = Promise.resolve()
    let alive = false
    let wake = ignore

    async function handle({ id, body }: { id: string; body: unknown }, acknowledge: () => void) {
      try {
        await take(body as Ticket)
      } catch (error) {
        log.warn({ reason: String(error) }, 'taking a ticket failed')
      }
      acknowledge()
      const chore = forget(id).catch(ignore)
      chores.add(chore)
      chore.then(() => chores.delete(chore))
    }

    async function start(): Promise<SmqConsumer> {
      const run = async () => {
        const consumer = new smq.Consumer()
        active = consumer
        try {
          await ask((callback) =>
            consumer.consume(
              QUEUE,
              // A ticket that is not acknowledged goes back to the queue when its consumer shuts down.
              (message, acknowledge) => {
                if (active === consumer && !end.signal.aborted) taking = handle(message, acknowledge)
              },
              callback,
            ),
          )
          await ask<boolean>((callback) => consumer.run(callback))
          if (active !== consumer) throw new Error('started too late')
          return consumer
        } catch (error) {
          consumer.shutdown(ignore)
          throw error
        }
      }
      return use(run).catch((error) => {
        active = undefined
        throw error
      })
    }

    /** redis-smq's consumer does not say so when an error ends it: its list of queues turns empty. */
    async function stopped(consumer: SmqConsumer) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const watch = setInterval(() => {
        if (!consumer.isRunning() || !consumer.getQueues().length) resolve()
      }, WATCH_MS)
      wake = resolve
      listeners.add(resolve)
      consumer.on('consumer.error', () => resolve())
      if (!end.signal.aborted) await promise
      clearInterval(watch)
      listeners.delete(resolve)
    }

    async function keep(consumer: SmqConsumer) {
      let waitMs = BACKOFF_MS.first
      for (;;) {
        const since = Date.now()
        alive = !end.signal.aborted
        await stopped(consumer)
        alive = false
        active = undefined
        await within(
          CLOSE_MS,
          ask((callback) => consumer.shutdown(callback)),
        ).catch(ignore)
        if (end.signal.aborted) return
        log.warn({}, 'the queue’s consumer stopped; starting another')
        await taking
        if (Date.now() - since > 2 * BACKOFF_MS.most) waitMs = BACKOFF_MS.first
        for (let next: SmqConsumer | undefined; !next; waitMs = Math.min(2 * waitMs, BACKOFF_MS.most)) {
          await delay(waitMs, undefined, { signal: end.signal }).catch(ignore)
          if (end.signal.aborted) return
          next = await start().catch(() => undefined)
          if (next) consumer = next
        }
        log.info({}, 'the queue’s consumer is back')
      }
    }

    const keeping = keep(await start())
    const close = async () => {
      consumers.delete(consumer)
      end.abort()
      alive = false
      wake()
      await within(CLOSE_MS, keeping).catch(ignore)
    }
    const consumer: Consumer = {
      get alive() {
        return alive
      },
      close,
    }
    consumers.add(consumer)
    return consumer
  }

  async function shut() {
    await Promise.all([...consumers].map((consumer) => consumer.close()))
    await within(CLOSE_MS, Promise.all(chores)).catch(ignore)
    closed = true
    listeners.delete(drop)
    await within(CLOSE_MS, current?.then(release) ?? Promise.resolve()).catch(ignore)
  }

  const close = () => {
    closing ??= shut()
    return closing
  }

  listeners.add(drop)
  line().catch((error) => log.warn({ reason: String(error) }, 'the queue’s Redis is away'))
  return { send, pending, consume, close }
}

/** Connects what a queue needs, and creates it in Redis unless it is there. Leaves nothing open if that fails. */
function connect(library: Library): Promise<Line> {
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
  return within(ANSWER_MS, building).catch((error) => {
    const shut = () => {
      for (const part of parts) part.shutdown(ignore)
    }
    shut()
    building.then(shut, shut)
    throw error
  })
}

async function release({ client, producer, message }: Line) {
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
