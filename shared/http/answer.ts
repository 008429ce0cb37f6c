import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants, createGzip, gzipSync } from 'node:zlib'
import accepts from 'accepts'
import { Problem } from '../problems.ts'
import { partOf } from './byte-range.ts'
import type { Answer, Formats } from './http.ts'
import { asTheyCome, inPortions, type Portion, type Stream, sendPortions } from './stream.ts'

/** Below this many bytes compressing costs more than it saves. */
const minGzipBytes = 1024
const gzipLevel = 4
// Of a stream of events each is to arrive at once.
const compressible = /^(text\/(?!event-stream)|image\/svg|application\/(json|problem\+json|x-ndjson|vnd\.vega))/

/** Picks the representation by suffix, `format=` or `Accept`. Throws Problem 'not-acceptable' with what there is. */
export function negotiate(raw: IncomingMessage, formats: Formats | undefined, named: string | undefined): string {
  const offered = formats ?? { json: 'application/json' }
  if (named !== undefined) return named
  const { accept = '*/*' } = raw.headers
  if (accept === '*/*') return Object.keys(offered)[0]!
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
  if (isStream(body))
    await sendStream(raw, res, type === 'text/event-stream' ? asTheyCome(body) : inPortions(body, res), gzip)
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

/** Sends what fits into one portion whole, and the more as a stream. */
async function sendStream(
  raw: IncomingMessage,
  res: ServerResponse,
  portions: AsyncGenerator<Portion>,
  gzip: boolean,
): Promise<void> {
  const first = await portions.next()
  if (res.destroyed) {
    await portions.return(undefined)
    return
  }
  const { parts, bytes, last }: Portion = first.value
  if (last && gzip && bytes >= minGzipBytes)
    return sendWhole(raw, res, Buffer.concat(parts.map((part) => Buffer.from(part))), gzip)
  if (last) res.setHeader('content-length', bytes)
  else if (gzip) res.setHeader('content-encoding', 'gzip')
  if (raw.method === 'HEAD') {
    await portions.return(undefined)
    res.end()
    return
  }
  async function* all(): AsyncGenerator<Portion> {
    yield first.value
    yield* portions
  }
  const packing = gzip && !last ? createGzip({ level: gzipLevel, flush: constants.Z_NO_FLUSH }) : undefined
  await sendPortions(res, all(), packing)
}

function isStream(body: object | string | Uint8Array): body is Stream {
  return (
    typeof body === 'object' &&
    !(body instanceof Uint8Array) &&
    !Array.isArray(body) &&
    (Symbol.asyncIterator in body || Symbol.iterator in body)
  )
}
