import { setTimeout as delay } from 'node:timers/promises'
import { startConsumer } from './consumer.ts'
import {
  ANSWER_MS,
  ask,
  CLOSE_MS,
  connect,
  type IMessageDeleteResponse,
  ignore,
  type Library,
  type Line,
  load,
  type Producer,
  QUEUE,
  release,
  within,
} from './smq.ts'
import { smqKeys } from './smq-keys.ts'

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

export interface QueueLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

let library: Library | undefined

/**
 * Opens the queue of tickets. redis-smq is loaded and connected when it is first used, which takes about 0.3 s: a
 * function that has just been woken has more urgent things to do. Without Redis what uses it rejects until there is one.
 * All queues of a process must have one URL, as redis-smq is configured globally; the first use of another one throws.
 */
export function openQueue({ url, log }: { url: string; log: QueueLog }): Queue {
  const consumers = new Set<Consumer>()
  const chores = new Set<Promise<void>>()
  let current: Promise<Line> | undefined
  let closing: Promise<void> | undefined
  let closed = false
  let mine: Library | undefined

  function loaded(): Library {
    if (mine) return mine
    if (library?.url !== url) {
      if (library?.listeners.size)
        throw new Error('redis-smq serves one Redis per process, and a queue is open at another')
      library = load(url)
    }
    mine = library
    mine.listeners.add(drop)
    return mine
  }

  function drop() {
    current?.then(release).catch(ignore)
    current = undefined
  }

  async function line(): Promise<Line> {
    if (closed) throw new Error('the queue is closed')
    if (!current) {
      const next = connect(loaded())
      next.catch(() => {
        if (current === next) current = undefined
      })
      current = next
    }
    return current
  }

  /** Does something on the line, and once more on a new one if the fault may have been the line's. */
  function use<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const mend = (error: Error) => {
      if (error.name === 'ReplyError' && !/^(NOSCRIPT|READONLY)/.test(error.message)) throw error
      if (error.message.startsWith('NOSCRIPT')) loaded().scriptsOf = -1
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
    const { smq } = loaded()
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

  const pending = () => use(({ client }) => ask<number>((callback) => client.llen(smqKeys.pending, callback)))

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
    const consumer = await startConsumer(loaded(), take, {
      use: (work) => use(() => work()),
      log,
      forget(id) {
        const chore = forget(id).catch(ignore)
        chores.add(chore)
        chore.then(() => chores.delete(chore))
      },
    })
    if (closing) {
      // Nobody would close it, and it would look for its queue for good.
      await consumer.close()
      throw new Error('the queue is closed')
    }
    consumers.add(consumer)
    return consumer
  }

  async function shut() {
    await Promise.all([...consumers].map((consumer) => consumer.close()))
    await within(CLOSE_MS, Promise.all(chores)).catch(ignore)
    closed = true
    mine?.listeners.delete(drop)
    await within(CLOSE_MS, current?.then(release) ?? Promise.resolve()).catch(ignore)
  }

  const close = () => {
    closing ??= shut()
    return closing
  }

  return { send, pending, consume, close }
}
