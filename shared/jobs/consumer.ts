import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer, QueueLog, Ticket } from './queue.ts'
import { ask, CLOSE_MS, ignore, type Library, QUEUE, type SmqConsumer, within } from './smq.ts'

/** How often a consumer is looked at: whether it still takes tickets. */
const WATCH_MS = 500
/** Pause before a stopped consumer is replaced; it doubles while that fails. */
const BACKOFF_MS = { first: 50, most: 5000 }

/**
 * Starts a consumer that heals itself: redis-smq's own stops without a word on errors of Redis, and is then replaced.
 * `forget` deletes an acknowledged message; `use` does something while Redis is connected.
 */
export async function startConsumer(
  { smq, listeners }: Library,
  take: (ticket: Ticket) => Promise<void>,
  { use, forget, log }: { use<T>(work: () => Promise<T>): Promise<T>; forget(id: string): void; log: QueueLog },
): Promise<Consumer> {
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
    forget(id)
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
    end.abort()
    alive = false
    wake()
    await within(CLOSE_MS, keeping).catch(ignore)
  }
  return {
    get alive() {
      return alive
    },
    close,
  }
}
