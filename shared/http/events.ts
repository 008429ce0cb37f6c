import { setTimeout as pause } from 'node:timers/promises'

/** One event of a `text/event-stream`; `data` is printed as JSON. */
export interface ServerEvent {
  id: string
  event: string
  data: object
}

export interface EventSettings {
  EVENT_BEAT_MS: number
  EVENT_STREAM_MS: number
}

/** After so long a client that was cut off comes back. */
const retryMs = 1000

/**
 * Prints events as a stream that beats while nothing happens. It closes by itself after EVENT_STREAM_MS, and when the
 * process is told to stop, and then tells the client to come back; `events` ends the stream by ending. Their signal is
 * aborted when nobody listens any more.
 */
export async function* eventStream(
  events: (over: AbortSignal) => AsyncGenerator<ServerEvent>,
  { gone, stopping, settings }: { gone: AbortSignal; stopping: AbortSignal; settings: EventSettings },
): AsyncGenerator<string> {
  const closing = new AbortController()
  const over = AbortSignal.any([gone, stopping, closing.signal])
  const close = setTimeout(() => closing.abort(), settings.EVENT_STREAM_MS)
  const source = events(over)
  let next = source.next()
  try {
    yield `retry: ${retryMs}\n\n`
    while (true) {
      const got = await within(settings.EVENT_BEAT_MS, next)
      if (got === undefined) yield ': beat\n\n'
      else if (got.done) break
      else {
        yield printEvent(got.value)
        next = source.next()
      }
    }
    if (over.aborted) yield `retry: ${retryMs}\n\n`
  } finally {
    clearTimeout(close)
    closing.abort()
    next.catch(() => {}) // nobody is there to hear of it
    await source.return(undefined)
  }
}

function printEvent({ id, event, data }: ServerEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** What comes of it within so long; undefined when it takes longer. */
async function within<T>(ms: number, coming: Promise<T>): Promise<T | undefined> {
  const came = new AbortController()
  const late = pause(ms, undefined, { signal: came.signal }).catch(() => undefined)
  return Promise.race([coming, late]).finally(() => came.abort())
}
