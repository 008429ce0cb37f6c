import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem } from '../problems.ts'

/**
 * The body as a stream of bytes, inflated when it is gzip, that fails with Problem 'body-too-large' once it has
 * more than `maxBytes`: the inflated size counts, so that a small bomb does no harm.
 */
export function bodyStream(raw: IncomingMessage, maxBytes: number): AsyncIterable<Buffer> {
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
  const body = coding === 'identity' ? capped(raw, maxBytes) : gunzip(raw, maxBytes)
  const see = watchers.get(raw)
  return see ? watched(body, see) : body
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

const watchers = new WeakMap<IncomingMessage, (chunk: Buffer) => void>()

/** Shows each part of a body, inflated, to `see` as it passes. */
export function watchBody(raw: IncomingMessage, see: (chunk: Buffer) => void): void {
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

async function* watched(body: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    see(chunk)
    yield chunk
  }
}

async function* gunzip(raw: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  const inflated = createGunzip()
  // Not a pipeline: that would destroy the socket with the body, and the answer goes through it.
  const fail = (error: Error) => inflated.destroy(error)
  raw.on('error', fail)
  try {
    yield* capped(raw.pipe(inflated), maxBytes)
  } finally {
    raw.off('error', fail).unpipe(inflated)
    inflated.destroy()
  }
}

async function* capped(stream: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0
  try {
    // The socket must outlive a body that is refused: the answer goes through it.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      yield chunk
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code.startsWith('Z_')) throw new Problem('invalid-body', 'The body is not valid gzip, or it is cut off.')
    if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
      throw new Problem('bad-request', 'The body was cut off.')
    throw error
  }
}

function tooLarge(maxBytes: number, advice = 'send it in parts'): Problem {
  return new Problem('body-too-large', `The body has more than ${maxBytes} bytes (inflated); ${advice}.`)
}
