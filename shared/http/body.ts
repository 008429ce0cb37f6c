import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem } from '../problems.ts'

/**
 * The body as a stream of bytes, inflated when it is gzip, that fails with Problem 'body-too-large' once it has
 * more than `maxBytes`: the inflated size counts, so that a small bomb does no harm. `look` is shown each part as it passes.
 */
export function bodyStream(raw: IncomingMessage, maxBytes: number, look?: See): AsyncIterable<Buffer> {
  const declared = Number(raw.headers['content-length'] ?? 0)
  const coding = (raw.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding !== 'identity' && coding !== 'gzip' && coding !== 'x-gzip') {
    throw new Problem(
      'unsupported-type',
      `A body with the coding '${coding}' is not read here; send it plain or as gzip.`,
      {
        headers: { 'accept-encoding': 'gzip, identity' },
      },
    )
  }
  if (declared > maxBytes) throw tooLarge(maxBytes)
  waiting.get(raw)?.()
  waiting.delete(raw)
  const lookers = [watchers.get(raw), look].filter((see) => see !== undefined)
  return coding === 'identity' ? capped(raw, maxBytes, lookers) : gunzip(raw, maxBytes, lookers)
}

/** Fails with 'body-too-large' once a body has more than `maxBytes`. */
export async function* bounded(body: AsyncIterable<Buffer>, maxBytes: number, advice: string): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes, advice)
    yield chunk
  }
}

type See = (chunk: Buffer) => void

const watchers = new WeakMap<IncomingMessage, See>()

/** Shows each part of a body, inflated, to `see` as it passes. */
export function watchBody(raw: IncomingMessage, see: See): void {
  watchers.set(raw, see)
}

const waiting = new WeakMap<IncomingMessage, () => void>()

/** Lets a client that asked first (`Expect: 100-continue`) send its body, by `proceed`, only once somebody reads it. */
export function holdBack(raw: IncomingMessage, proceed: () => void): void {
  waiting.set(raw, proceed)
}

/** Whether the client still holds its body back. */
export function isHeldBack(raw: IncomingMessage): boolean {
  return waiting.has(raw)
}

/** The whole body, within the same bound. */
export async function readBody(raw: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bodyStream(raw, maxBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* gunzip(raw: Readable, maxBytes: number, lookers: See[]): AsyncGenerator<Buffer> {
  const inflated = createGunzip()
  // Not a pipeline: that would destroy the socket with the body, and the answer goes through it.
  const fail = (error: Error) => inflated.destroy(error)
  raw.on('error', fail)
  try {
    yield* capped(raw.pipe(inflated), maxBytes, lookers)
  } finally {
    raw.off('error', fail).unpipe(inflated)
    inflated.destroy()
  }
}

/**
 * What comes of a stream, read from its own buffer: the socket must outlive a body that is refused, since the answer goes
 * through it, and whoever reads on finds what was left.
 */
async function* capped(stream: Readable, maxBytes: number, lookers: See[]): AsyncGenerator<Buffer> {
  let size = 0
  let wake = () => {}
  const changed = () => wake()
  for (const event of events) stream.on(event, changed)
  try {
    while (!stream.readableEnded) {
      const chunk: Buffer | null = stream.read()
      if (chunk !== null) {
        size += chunk.length
        if (size > maxBytes) throw tooLarge(maxBytes)
        for (const see of lookers) see(chunk)
        yield chunk
      } else if (stream.errored || stream.destroyed) throw broken(stream.errored)
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    for (const event of events) stream.off(event, changed)
  }
}

const events = ['readable', 'end', 'error', 'close']

function broken(error: NodeJS.ErrnoException | null): Error {
  const code = error?.code ?? ''
  if (code.startsWith('Z_')) return new Problem('invalid-body', 'The body is not valid gzip, or it is cut off.')
  if (!error || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new Problem('bad-request', 'The body was cut off.')
  return error
}

function tooLarge(maxBytes: number, advice = 'send it in parts'): Problem {
  return new Problem('body-too-large', `The body has more than ${maxBytes} bytes (inflated); ${advice}.`)
}
