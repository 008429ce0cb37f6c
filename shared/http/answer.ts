import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { constants, createGzip, gzipSync } from 'node:zlib'
import accepts from 'accepts'
import { Problem } from '../problems.ts'
import { partOf } from './byte-range.ts'
import type { Answer, Formats } from './http.ts'

/** Below this many bytes compressing costs more than it saves. */
const minGzipBytes = 1024
const gzipLevel = 4
// Of a stream of events each is to arrive at once.
const compressible = /^(text\/(?!event-stream)|image\/svg|application\/(json|problem\+json|x-ndjson|vnd\.vega))/

/** Picks the representation by suffix, `format=` or `Accept`. Throws Problem 'not-acceptable' with what there is. */
export function negotiate(raw: IncomingMessage, formats: Formats | undefined, named: string | undefined): string {
  const offered = formats ?? { json: 'application/json' }
  if (named !== undefined) return named
  const best = accepts(raw).types(Object.values(offered))
  const format = Object.keys(offered).find((key) => offered[key] === best)
  if (format !== undefined) return format
  throw new Problem(
    'not-acceptable',
    `'Accept: ${raw.headers.accept}' can't be met; there is ${Object.values(offered).join(', ')}.`,
  )
}

/** A strong entity tag: the revision, and a hash of what else decides the bytes. */
export function entityTag(revision: string, ...parts: unknown[]): string {
  return `${revision};${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)}`
}

/** The part of an If-Match or If-None-Match entry that names the revision. */
export function revisionOf(tag: string): string {
  return tag.trim().replace(/^W\//, '').replace(/^"|"$/g, '').split(';')[0]!
}

/** Writes an answer: conditional, compressed, streamed, without a body for HEAD. */
export async function send(raw: IncomingMessage, res: ServerResponse, answer: Answer): Promise<void> {
  if (res.destroyed) return // the client has left
  const { body, etag, headers = {} } = answer
  const type = answer.type ?? 'application/json'
  const gzip = isPacked(raw, type)
  res.statusCode = answer.status ?? 200
  if (!/accept-encoding/.test(String(res.getHeader('vary')))) res.appendHeader('vary', 'accept, accept-encoding')
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (etag !== undefined) {
    res.setHeader('etag', quoted(etag, gzip))
    if (isFresh(raw, type, etag)) {
      res.statusCode = 304
      res.end()
      return
    }
  }
  if (body === undefined) {
    res.end()
    return
  }
  res.setHeader('content-type', /^text\/|^application\/(problem\+)?json$/.test(type) ? `${type}; charset=utf-8` : type)
  res.setHeader('x-content-type-options', 'nosniff')
  if (isStream(body)) await sendStream(raw, res, body, gzip)
  else sendWhole(raw, res, body, gzip, answer.ranges)
}

const isPacked = (raw: IncomingMessage, type: string) =>
  compressible.test(type) && accepts(raw).encodings(['gzip', 'identity']) === 'gzip'

const quoted = (etag: string, gzip: boolean) => `"${etag}${gzip ? '-gzip' : ''}"`

/** Whether the client has what an answer of this type with this entity tag would bring: it is answered 304. */
export function isFresh(raw: IncomingMessage, type: string, etag: string): boolean {
  const asked = raw.headers['if-none-match']
  if (asked === undefined || (raw.method !== 'GET' && raw.method !== 'HEAD')) return false
  const tag = quoted(etag, isPacked(raw, type))
  return asked.split(',').some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === tag)
}

function sendWhole(
  raw: IncomingMessage,
  res: ServerResponse,
  body: object | string | Uint8Array,
  gzip: boolean,
  ranges = false,
): void {
  const plain =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`)
  const packed = gzip && plain.length >= minGzipBytes
  const whole = packed ? gzipSync(plain, { level: gzipLevel }) : plain
  const bytes = ranges ? partOf(raw, res, whole) : whole
  if (packed) res.setHeader('content-encoding', 'gzip')
  res.setHeader('content-length', bytes.length)
  res.end(raw.method === 'HEAD' ? undefined : bytes)
}

type Stream = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

async function sendStream(raw: IncomingMessage, res: ServerResponse, body: Stream, gzip: boolean): Promise<void> {
  if (gzip) res.setHeader('content-encoding', 'gzip')
  if (raw.method === 'HEAD') {
    res.end()
    return
  }
  const source = Readable.from(inTurns(body), { objectMode: true })
  if (gzip) await pipeline(source, createGzip({ level: gzipLevel, flush: constants.Z_NO_FLUSH }), res)
  else await pipeline(source, res)
}

/** Lets other requests have their turn between the parts: a fast reader would else never leave room for them. */
async function* inTurns(body: Stream): AsyncGenerator<string | Uint8Array> {
  for await (const part of body) {
    yield part
    await turn()
  }
}

function isStream(body: object | string | Uint8Array): body is Stream {
  return (
    typeof body === 'object' &&
    !(body instanceof Uint8Array) &&
    !Array.isArray(body) &&
    (Symbol.asyncIterator in body || Symbol.iterator in body)
  )
}
