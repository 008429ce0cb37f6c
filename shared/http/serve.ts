import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { http as register } from '@google-cloud/functions-framework'
import { getTestServer } from '@google-cloud/functions-framework/testing'
import type { ErrorRequestHandler, Express } from 'express'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { capitalized, Problem } from '../problems.ts'
import { isUnavailable } from '../redis.ts'
import { ChunkError } from '../series/chunk-error.ts'
import { send } from './answer.ts'
import { authorize, authorizeInternal, authorizeSigned, type Key, parseKeys, showsKey } from './auth.ts'
import { isHeldBack, readBody } from './body.ts'
import { type Common, commonRoutes } from './common.ts'
import { corsHeaders, preflight } from './cors.ts'
import { contentType, type Route } from './http.ts'
import type { Metrics } from './metrics.ts'
import type { Onces } from './once.ts'
import { type Described, openApi } from './openapi.ts'
import { takePassword } from './passwords.ts'
import { handleOnce } from './repeat.ts'
import { prepare, traceOf } from './request.ts'
import { type Match, makeRouter } from './router.ts'
import { type SignedAddress, takeSignature } from './signature.ts'

export { drain, listen } from './listen.ts'

/** What a function opens when it starts, beside what its routes need. */
export interface Lifetime {
  /** Resolves when Redis answers. */
  ready(): Promise<void>
  /** Called when the process is told to stop, while requests are still under way. */
  stop?(): void
  /** Called once, after the last request. */
  close(): Promise<void>
  /** Where the answers to requests with an Idempotency-Key are kept; without it such keys mean nothing. */
  onces?: Onces
}

/** A function as its folder exports it: its name, the first path segments it answers to, its routes. */
export interface FunctionDefinition<Services> {
  name: string
  segments: readonly string[]
  routes: Route<Services>[]
  /** It listens without waiting until it is ready: what is behind it may sleep, and would be woken. */
  listensAtOnce?: boolean
  /** Functions behind it whose routes its OpenAPI document lists too. */
  speaksFor?: Described[]
  /** Takes a request that others answer, before any route is looked for; undefined when it is not one of those. */
  forward?(req: IncomingMessage, res: ServerResponse, services: Services): Promise<void> | undefined
  open(config: Config, log: Log): Promise<Services & Lifetime>
}

/** A function that is ready to answer. */
export interface OpenFunction extends Lifetime {
  name: string
  segments: readonly string[]
  listener: RequestListener
}

/** Bodies of routes that are not direct: jobs and metadata, never points. */
const maxDocumentBytes = 1_048_576

const noBody = Buffer.alloc(0)

/** How long a body that was refused may still come. */
const maxReadOverMs = 10_000

/** What the route of a request adds to a problem document. */
const problemMembers = new WeakMap<IncomingMessage, NonNullable<Route<never>['problemMembers']>>()

interface Pending<Services> {
  match: Match<Services>
  body: Buffer
  key: Key | undefined
  /** The logger of this request. */
  log: () => Log
}

/**
 * Opens a function and makes its listener. It is registered with functions-framework, whose server calls it; the entry
 * ahead of that matches the route, bounds and inflates the body, and takes the direct routes itself.
 */
export async function openFunction<Services>(
  definition: FunctionDefinition<Services>,
  config: Config,
  { log: parentLog, metrics, version }: { log: Log; metrics: Metrics; version: string },
): Promise<OpenFunction> {
  const log = parentLog.child({ function: definition.name })
  const opened = await definition.open(config, log)
  const routes = [...definition.routes, ...commonRoutes] as Route<Services & Common>[]
  const document = () => openApi([...(definition.speaksFor ?? []), { name: definition.name, routes }], version)
  const common: Common = { name: definition.name, version, metrics, ready: () => opened.ready(), document }
  const services = { ...opened, ...common }
  const find = makeRouter(routes)
  const keys = parseKeys(config.API_KEYS)
  const cors = corsHeaders(config.CORS_ORIGINS)
  const pending = new WeakMap<IncomingMessage, Pending<Services & Common>>()

  register(definition.name, async (req, res) => {
    const known = pending.get(req)!
    await attempt(req, res, known.log, () => handle(req, res, known))
  })
  const framework = getTestServer(definition.name).listeners('request')[0] as Express
  // What the framework's own parsers might refuse after us is answered in the same form.
  framework.use(((error, req, res, _next) => {
    fail(req, res, () => log, new Problem('bad-request', 'The request could not be read.', { cause: error }))
  }) satisfies ErrorRequestHandler)

  async function handle(req: IncomingMessage, res: ServerResponse, known: Pending<Services & Common>) {
    const { match, key } = known
    const request = prepare(req, res, known)
    const { formats, formatScope } = match.route
    const isDefault = request.format === Object.keys(formats ?? {})[0]
    if (formatScope && !isDefault) authorize(keys, formatScope, req.headers.authorization)
    const repetition = { onces: opened.onces, caller: key?.name, maxBodyBytes: config.MAX_BODY_BYTES }
    const answer = await handleOnce(request, match.route, services, repetition)
    readOver(req, res) // an answer may need no more than the beginning of a body
    await send(req, res, { type: match.route.formats?.[request.format], ...answer })
  }

  const listener: RequestListener = (req, res) => {
    // Most requests log nothing.
    const requestLog = () => log.child({ traceparent: traceOf(req) })
    for (const [name, value] of cors(req.headers.origin)) res.setHeader(name, value)
    const ended = metrics.request(definition.name, req.method ?? '')
    res.on('close', () => ended(res.statusCode))
    void attempt(req, res, requestLog, async () => {
      takePassword(req)
      const forwarded = definition.forward?.(req, res, services)
      if (forwarded) return forwarded
      if (req.headers.host === undefined && req.httpVersion !== '1.0')
        throw new Problem('bad-request', 'The request has no Host header.')
      // A proxy may send the whole address.
      req.url = (req.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '') || '/'
      // No address has one; parsers that cut there would read another address than the one that was signed.
      if (req.url.includes('#'))
        throw new Problem('bad-request', 'An address that is asked for has no #; write it as %23.')
      const signed = takeSignature(req.url)
      // The routes know nothing of signatures, and no log or answer repeats one.
      if (signed && (req.method === 'GET' || req.method === 'HEAD')) req.url = signed.address
      const [path] = req.url.split('?', 1) as [string]
      if (req.method === 'OPTIONS') return preflight(res, find, path)
      const match = find(req.method ?? 'GET', path)
      if (match.route.problemMembers) problemMembers.set(req, match.route.problemMembers)
      const key = permit(match.route, req, signed, keys, config)
      checkBodyType(match.route, req)
      const known = { match, key, log: requestLog }
      if (match.route.direct) return handle(req, res, { ...known, body: noBody })
      pending.set(req, { ...known, body: await readBody(req, maxDocumentBytes) })
      framework(req, res)
    })
  }
  const { ready, stop, close } = opened
  return { name: definition.name, segments: definition.segments, listener, ready, ...(stop ? { stop } : {}), close }
}

/** Does it, and answers with a problem document if it fails. */
async function attempt(
  req: IncomingMessage,
  res: ServerResponse,
  log: () => Log,
  work: () => Promise<void> | void,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    fail(req, res, log, error)
  }
}

function fail(req: IncomingMessage, res: ServerResponse, log: () => Log, error: unknown): void {
  const problem = toProblem(error)
  const url = req.url ?? '/'
  const address = takeSignature(url)?.address ?? url // what was refused early still has its signature
  const left = res.destroyed || req.socket.destroyed
  if (problem.status >= 500 && !left) log().error({ err: error, method: req.method, url: address }, problem.detail)
  if (res.headersSent || res.destroyed) {
    // Half an answer must not look whole: the connection is cut.
    res.destroy()
    return
  }
  for (const name of res.getHeaderNames()) if (/^(etag|cache-control|content-|link)/.test(name)) res.removeHeader(name)
  const body = { ...problem.document(address), ...problemMembers.get(req)?.(problem) }
  readOver(req, res)
  void send(req, res, {
    status: problem.status,
    type: 'application/problem+json',
    body,
    headers: problem.headers,
  })
}

/**
 * Reads what is left of a body and forgets it: a client that sends all before it reads would else find its connection
 * broken instead of the answer. One that goes on for too long is cut.
 */
function readOver(req: IncomingMessage, res: ServerResponse): void {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (req.complete || !hasBody) return
  if (isHeldBack(req)) {
    res.setHeader('connection', 'close') // its body never comes
    return
  }
  if (!res.shouldKeepAlive) {
    res.shouldKeepAlive = true // or the connection would be closed with the answer
    req.once('end', () => req.socket.end())
  }
  const cut = setTimeout(() => req.socket.destroy(), maxReadOverMs).unref()
  req.once('close', () => clearTimeout(cut))
  req.resume()
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isUnavailable(error))
    return new Problem(
      'storage-unavailable',
      'Redis can not serve at the moment. A write that was not acknowledged may or may not have happened; it is safe to send it again.',
      { cause: error },
    )
  if (error instanceof ChunkError) return new Problem('damaged', `${capitalized(error.message)}.`, { cause: error })
  return new Problem('internal', 'The request failed by a mistake of the server; it is in its log.', { cause: error })
}

/** Lets a request pass, or throws; gives the API key that it showed. */
function permit(
  { scope }: Route<never>,
  req: IncomingMessage,
  signed: SignedAddress | undefined,
  keys: Key[],
  config: Config,
): Key | undefined {
  const { authorization } = req.headers
  if (scope === 'internal') authorizeInternal(config.INTERNAL_TOKEN, authorization)
  else if (!signed || showsKey(authorization)) return authorize(keys, scope, authorization)
  else authorizeSigned(keys, scope, { method: req.method ?? '', signed, now: Date.now() })
  return undefined
}

function checkBodyType(route: Route<never>, req: IncomingMessage): void {
  if (!route.body) return
  const types = Object.keys(route.body.types)
  const type = contentType(req)
  // curl -d says a form where it means JSON; a missing type is taken for the first.
  if (type === undefined || types.includes(type) || type === 'application/x-www-form-urlencoded') return
  throw new Problem('unsupported-type', `A body of the type '${type}' is not read here; send ${types.join(', ')}.`, {
    headers: { accept: types.join(', ') },
  })
}
