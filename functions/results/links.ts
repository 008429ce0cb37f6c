import { formatDuration, parseDuration, shortDuration } from '../../shared/duration.ts'
import { type Answer, type Request, type Route, readJson, summarizeErrors } from '../../shared/http/http.ts'
import { type LinkBases, type LinkedFunction, link } from '../../shared/http/links.ts'
import { signAddress } from '../../shared/http/signature.ts'
import { Problem } from '../../shared/problems.ts'
import { linkRequestSchema, linkSchema } from '../../shared/schemas/links.ts'
import { functionOf, type RoutedFunction, segments } from '../../shared/segments.ts'
import { formatTime, parseTime } from '../../shared/time.ts'

export interface LinkServices {
  bases: LinkBases
  maxLinkMs: number
}

export const linkRoute: Route<LinkServices> = {
  method: 'POST',
  path: '/links',
  scope: 'read',
  summary: 'Sign an address for what can send no header',
  description:
    'The address can be read by GET and HEAD without a key until it expires, or until the key that asked for it is no longer configured. Path and query are signed whole. Where no key is asked for, the address is answered as it is.',
  body: { types: { 'application/json': linkRequestSchema } },
  answers: { 200: { description: 'The signed address', schema: linkSchema } },
  async handle(request, { bases, maxLinkMs }): Promise<Answer> {
    const asked = readJson<{ path: string; expires: string | number }>(request, linkRequestSchema)
    const { owner, address } = readAddress(asked.path, request, bases)
    const expires = readExpires(asked.expires, Date.now(), maxLinkMs)
    const to = (path: string) => link(bases, request.raw, owner, path)
    const headers = { 'cache-control': 'no-store' }
    if (!request.key) return { body: { url: to(address), expires: null }, headers }
    const url = to(signed(request.key.sha256, address, expires))
    return { body: { url, expires: formatTime(expires * 1000) }, headers }
  },
}

function refuse(pointer: string, detail: string): never {
  const errors = [{ pointer, detail }]
  throw new Problem('invalid-body', summarizeErrors('The body', errors), { errors })
}

/** The path and query of an address, normalized as clients send it, and the function that it belongs to. Throws Problem. */
function readAddress(given: string, request: Request, bases: LinkBases): { owner: RoutedFunction; address: string } {
  const names: LinkedFunction[] = ['points', 'jobs', 'results']
  const base = names.map((name) => link(bases, request.raw, name, '')).find((base) => given.startsWith(`${base}/`))
  const path = base === undefined ? given : given.slice(base.length)
  const url = path.startsWith('/') ? URL.parse(`http://localhost${path}`) : null
  const owner = url ? functionOf(url.pathname) : undefined
  if (!url || owner === undefined) {
    const first = Object.values(segments).flatMap((all) => all.map((segment) => `/${segment}`))
    return refuse('/path', `'${given}' is no address of ours: it begins with ${first.join(', ')}`)
  }
  if (url.hash !== '') return refuse('/path', "a '#' is written %23")
  const taken = ['expires', 'signature'].find((name) => url.searchParams.has(name))
  if (taken !== undefined) return refuse('/path', `it has '${taken}' already, which is what a signature adds`)
  return { owner, address: url.pathname + url.search }
}

/** A time, or a duration from now, as Unix seconds. Throws Problem. */
function readExpires(given: string | number, now: number, maxMs: number): number {
  let until: number
  try {
    const text = String(given).trim()
    const duration = shortDuration(text) ?? (text.startsWith('P') ? parseDuration(text) : undefined)
    until = duration === undefined ? parseTime(text, { now }) : now + duration
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refuse('/expires', `${error.message}; or how long from now ('7d', 'P7D')`)
  }
  const seconds = Math.floor(until / 1000)
  if (seconds * 1000 <= now) return refuse('/expires', `'${given}' is over already`)
  if (until > now + maxMs)
    return refuse('/expires', `'${given}' is too long: an address holds ${formatDuration(maxMs)} at most`)
  return seconds
}

function signed(key: Buffer, address: string, expires: number): string {
  try {
    return signAddress(key, address, expires)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return refuse('/path', 'it is not percent-encoded UTF-8')
  }
}
