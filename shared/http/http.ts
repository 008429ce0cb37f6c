import type { IncomingMessage, ServerResponse } from 'node:http'
import { JsonError, parseJsonText } from '../json.ts'
import type { Log } from '../log.ts'
import { type InputError, Problem, sentence } from '../problems.ts'
import { validate } from '../validate.ts'
import type { Key, Scope } from './auth.ts'
import type { Once } from './once.ts'

export type JsonSchema = Record<string, unknown>

/** The representations that a route gives, by suffix or `format=`; the first is the default. */
export type Formats = Record<string, string>

export interface AnswerSpec {
  description: string
  schema?: JsonSchema
}

/**
 * One row of a function's route table: how it is called, who may call it, what it does. OpenAPI is printed from it.
 * `Services` is what the function opened when it started.
 */
export interface Route<Services> {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** `{name}` stands for one percent-encoded segment. */
  path: string
  scope: Scope
  summary: string
  description?: string
  /** Properties of the query, each a schema with a description; any other parameter is refused. */
  query?: Record<string, JsonSchema>
  /** Media types of the body with their schemas; `required` unless said otherwise. */
  body?: { types: Record<string, JsonSchema>; optional?: boolean }
  formats?: Formats
  /** What the key must allow beside `scope` for any other format than the default. */
  formatScope?: Scope
  /** A suffix on the last segment picks the format: `/points.csv`. */
  suffix?: boolean
  /** If-Match and If-None-Match are held by the step that makes its change. */
  conditional?: boolean
  /** Taken ahead of the framework, the body as a stream: for the hot and the streaming routes. */
  direct?: boolean
  /**
   * What a repetition with the same Idempotency-Key gets: the first answer, unless the handler is to be called `again`,
   * with `once.reference`, for the present state of what the first one made. Only POST has such keys.
   */
  repetition?: 'again'
  answers: Record<number, AnswerSpec>
  /** What a problem document has beside the members of RFC 9457, for clients that look for it. */
  problemMembers?(problem: Problem): Record<string, string>
  handle(request: Request, services: Services): Promise<Answer>
}

/** What a handler answers. */
export interface Answer {
  status?: number
  /** Default: the negotiated type; JSON for objects. */
  type?: string
  /** An object is printed as JSON; an iterable is streamed. */
  body?: object | string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>
  headers?: Record<string, string>
  /** Strong entity tag without its quotes. With it, If-None-Match is answered 304. */
  etag?: string
  /** Parts of it may be asked for by `Range: bytes=`; the same bytes must come every time. */
  ranges?: boolean
}

/** A request as a handler sees it: validated, authorised, its format chosen. */
export interface Request {
  readonly method: string
  readonly url: URL
  readonly params: Record<string, string>
  /** The validated query, its defaults filled in, texts turned into what the schema asks for. */
  readonly query: Record<string, unknown>
  /** The chosen format, a key of the route's `formats`; 'json' when it has none. */
  readonly format: string
  /** The body of a route that is not direct; empty when there was none. */
  readonly body: Buffer
  /** The API key that was shown; undefined where none is needed, and where a signed address took its place. */
  readonly key: Key | undefined
  /** What is known of its Idempotency-Key; `handleOnce` sets it. */
  once: Once
  readonly raw: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the client goes away before it has its answer. */
  readonly gone: AbortSignal
  /** W3C trace context that this request belongs to. */
  readonly traceparent: string
  readonly log: Log
}

export function header(request: Request, name: string): string | undefined {
  const value = request.raw.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The type of the body without its parameters, in lower case; undefined when none was said. */
export function contentType(raw: IncomingMessage): string | undefined {
  return raw.headers['content-type']?.split(';')[0]?.trim().toLowerCase() || undefined
}

/** Parses and validates a JSON body. Throws Problem with the place of each fault. */
export function readJson<T>(request: Request, schema: object): T {
  const value = parseJson(request.body)
  const errors = validate(schema, value)
  if (errors.length > 0) throw new Problem('invalid-body', summarizeErrors('The body', errors), { errors })
  return value as T
}

/** Parses JSON bytes. Throws Problem with line and reason. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return parseJsonText(bytes.toString('utf8'))
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const { line, message: detail } = error
    const errors = [{ line, detail }]
    throw new Problem('invalid-body', summarizeErrors('The body', errors), { errors })
  }
}

/** One sentence for several faults: the first, and how many more. */
export function summarizeErrors(what: string, errors: InputError[]): string {
  const [first] = errors
  if (!first) return `${what} is not valid.`
  const place = first.line !== undefined ? `line ${first.line}` : (first.pointer ?? first.parameter ?? '')
  const more = errors.length > 1 ? ` And ${errors.length - 1} more.` : ''
  const count = errors.length === 1 ? 'an error' : 'errors'
  return `${what} has ${count}: ${place && `${place}: `}${sentence(first.detail)}${more}`
}

/** Where the front door says the address that its caller used: what stands between overwrites X-Forwarded-Host. */
export const originHeader = 'kymograph-origin'

/** The base of the address that the client used, such as `http://127.0.0.1:8090`. */
export function origin(raw: IncomingMessage): string {
  const told = raw.headers[originHeader]
  if (typeof told === 'string') return told
  const forwarded = (name: string) =>
    String(raw.headers[name] ?? '')
      .split(',')[0]!
      .trim()
  const protocol =
    forwarded('x-forwarded-proto') || ('encrypted' in raw.socket && raw.socket.encrypted ? 'https' : 'http')
  return `${protocol}://${forwarded('x-forwarded-host') || raw.headers.host || 'localhost'}`
}
