import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import { type InputError, Problem } from '../problems.ts'
import { unknownName, validate } from '../validate.ts'
import { negotiate } from './answer.ts'
import type { Key } from './auth.ts'
import { type Request, type Route, summarizeErrors } from './http.ts'
import { always, type Once } from './once.ts'
import type { Match } from './router.ts'

/** What `prepare` makes a request of. */
interface Matched<Services> {
  match: Match<Services>
  body: Buffer
  key: Key | undefined
  log: () => Log
}

/**
 * Makes what a handler sees of a request: the query validated, the format chosen. What most handlers don't ask for is made
 * when it is asked for. Throws Problem.
 */
export function prepare<Services>(req: IncomingMessage, res: ServerResponse, matched: Matched<Services>): Request {
  const { route, suffix } = matched.match
  const address = req.url ?? '/'
  const at = address.indexOf('?')
  const { format: asked, ...query } = readQuery(route, at < 0 ? '' : address.slice(at))
  // Whatever is accepted, no content is.
  const hasContent = Object.keys(route.answers).some((status) => status !== '204')
  const format = hasContent ? negotiate(req, route.formats, suffix ?? (asked as string | undefined)) : 'json'
  return new Prepared(req, res, matched, query, format)
}

class Prepared<Services> implements Request {
  readonly method: string
  readonly params: Record<string, string>
  readonly query: Record<string, unknown>
  readonly format: string
  readonly body: Buffer
  readonly key: Key | undefined
  once: Once = always
  readonly raw: IncomingMessage
  readonly response: ServerResponse
  readonly #address: string
  readonly #log: () => Log
  #gone: AbortSignal | undefined

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    { match, body, key, log }: Matched<Services>,
    query: Record<string, unknown>,
    format: string,
  ) {
    this.method = req.method ?? 'GET'
    this.params = match.params
    this.query = query
    this.format = format
    this.body = body
    this.key = key
    this.raw = req
    this.response = res
    this.#address = req.url ?? '/'
    this.#log = log
  }

  get url(): URL {
    return new URL(this.#address, 'http://localhost')
  }

  get gone(): AbortSignal {
    this.#gone ??= goneSignal(this.response)
    return this.#gone
  }

  get traceparent(): string {
    return traceOf(this.raw)
  }

  get log(): Log {
    return this.#log()
  }
}

function goneSignal(res: ServerResponse): AbortSignal {
  const gone = new AbortController()
  const look = () => {
    if (!res.writableFinished) gone.abort()
  }
  if (res.closed || res.destroyed) look()
  else res.on('close', look)
  return gone.signal
}

/** What a route has for a query when none is given: its defaults. */
const defaults = new WeakMap<object, Record<string, unknown>>()

function readQuery<Services>(route: Route<Services>, text: string): Record<string, unknown> {
  const known = text === '' ? defaults.get(route) : undefined
  if (known) return { ...known }
  const search = new URLSearchParams(text)
  const format: Record<string, object> = route.formats ? { format: { enum: Object.keys(route.formats) } } : {}
  const properties: Record<string, { type?: unknown }> = { ...route.query, ...format }
  const query: Record<string, unknown> = {}
  const faults: InputError[] = []
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name)
    if (!Object.hasOwn(properties, name))
      faults.push({ parameter: name, detail: unknownName(name, Object.keys(properties)) })
    else if (properties[name]!.type === 'array') query[name] = values
    else if (values.length > 1) faults.push({ parameter: name, detail: 'is given more than once' })
    else query[name] = values[0]
  }
  for (const { pointer, detail } of validate(querySchema(route, properties), query, { coerce: true })) {
    faults.push({ parameter: (pointer ?? '').slice(1).split('/')[0]!, detail })
  }
  if (faults.length > 0) throw new Problem('invalid-query', summarizeErrors('The query', faults), { errors: faults })
  if (text === '') defaults.set(route, { ...query })
  return query
}

const querySchemas = new WeakMap<object, object>()

function querySchema(route: object, properties: Record<string, object>): object {
  const schema = querySchemas.get(route) ?? { type: 'object', properties }
  querySchemas.set(route, schema)
  return schema
}

const traces = new WeakMap<IncomingMessage, string>()

/** The trace context that the caller sent, or a new one. */
export function traceOf(req: IncomingMessage): string {
  const known = traces.get(req)
  if (known !== undefined) return known
  const sent = String(req.headers.traceparent ?? '')
  const trace = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(sent)
    ? sent
    : `00-${hexDigits(32)}-${hexDigits(16)}-01`
  traces.set(req, trace)
  return trace
}

/** Up to 32 random digits: those of a UUID, which Node makes from bytes that it has in store. */
const hexDigits = (count: number): string => randomUUID().replaceAll('-', '').slice(0, count)
