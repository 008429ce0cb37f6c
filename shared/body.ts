import type { IncomingMessage } from 'node:http'
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Problem } from './problems.ts'

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
  return capped(coding === 'identity' ? raw : gunzip(raw), maxBytes)
}

/** The whole body, within the same bound. */
export async function readBody(raw: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bodyStream(raw, maxBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function gunzip(raw: Readable): Readable {
  const inflated = new PassThrough()
  // The error reaches the reader through the stream that it reads.
  pipeline(raw, createGunzip(), inflated, () => {})
  return inflated
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

function tooLarge(maxBytes: number): Problem {
  return new Problem('body-too-large', `The body has more than ${maxBytes} bytes (inflated); send it in parts.`, {
    headers: { connection: 'close' },
  })
}
