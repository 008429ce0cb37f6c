import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createProxyServer } from 'httpxy'
import type { Config } from '../../shared/config.ts'
import { type Answer, origin, originHeader, type Route } from '../../shared/http/http.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { Problem } from '../../shared/problems.ts'
import { functionOf, type RoutedFunction } from '../../shared/segments.ts'
import { version } from '../../shared/version.ts'

/** Where the other functions are: takes a request and answers it. */
export type Upstreams = Record<RoutedFunction, (req: IncomingMessage, res: ServerResponse) => Promise<void> | void>

export interface WebServices {
  upstreams: Upstreams
}

const headers = {
  'content-security-policy': "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
  'cache-control': 'no-cache',
}

function file(name: string, path: string, type: string): Route<WebServices> {
  const body = readFileSync(new URL(name, import.meta.url), 'utf8')
  return {
    method: 'GET',
    path,
    scope: 'open',
    summary: `The page: ${name}`,
    formats: { file: type },
    answers: { 200: { description: 'The file', schema: { type: 'string' } } },
    handle: async (): Promise<Answer> => ({ type, body, headers, etag: `${version};${name}` }),
  }
}

const links = { series: '/series', kinds: '/kinds', jobs: '/jobs', openapi: '/openapi.json' }
const html = file('page.html', '/', 'text/html')

/** The page, or for programs that ask for JSON what it links to. */
const page: Route<WebServices> = {
  ...html,
  formats: { html: 'text/html', json: 'application/json' },
  handle: async (request, services) =>
    request.format === 'json' ? { body: { name: 'kymograph', version, links } } : html.handle(request, services),
}

/** The page, and the front door: every other path goes, streamed, to the function its first segment belongs to. */
export const web: FunctionDefinition<WebServices> = {
  name: 'web',
  segments: [],
  listensAtOnce: true,
  routes: [page, file('page.css', '/page.css', 'text/css'), file('page.js', '/page.js', 'text/javascript')],
  forward(req, res, { upstreams }) {
    const name = functionOf(req.url ?? '/')
    return name === undefined ? undefined : (upstreams[name](req, res) ?? Promise.resolve())
  },
  async open(config) {
    const addresses: Record<RoutedFunction, string> = {
      points: config.POINTS_URL,
      jobs: config.JOBS_URL,
      results: config.RESULTS_URL,
    }
    return {
      upstreams: proxies(addresses),
      async ready() {
        await Promise.all(Object.entries(addresses).map(([name, address]) => readyAt(name, address)))
      },
      async close() {},
    }
  },
}

function proxies(addresses: Record<RoutedFunction, string>): Upstreams {
  const proxy = createProxyServer({ changeOrigin: true, xfwd: true })
  const to = (name: RoutedFunction) => async (req: IncomingMessage, res: ServerResponse) => {
    if (addresses[name] === '') throw unreachable(name, new Error('its address is not configured'))
    try {
      await proxy.web(req, res, { target: addresses[name], headers: { [originHeader]: origin(req) } })
    } catch (error) {
      throw unreachable(name, error)
    }
  }
  return { points: to('points'), jobs: to('jobs'), results: to('results') }
}

async function readyAt(name: string, address: string): Promise<void> {
  const { ok } = await fetch(`${address}/readyz`).catch((error) => {
    throw unreachable(name, error)
  })
  if (!ok) throw unreachable(name, new Error('it is not ready'))
}

function unreachable(name: string, cause: unknown): Problem {
  return new Problem('unreachable', `The function ${name} can not be reached at the moment.`, { cause })
}

/** The front door for functions that are in this process. */
export function frontDoor(upstreams: Upstreams, ready: () => Promise<void>): FunctionDefinition<WebServices> {
  return { ...web, open: async (_config: Config) => ({ upstreams, ready, async close() {} }) }
}
