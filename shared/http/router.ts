import { Problem } from '../problems.ts'
import type { Formats, Route } from './http.ts'

export interface Match<Services> {
  route: Route<Services>
  params: Record<string, string>
  /** The format that a suffix named. */
  suffix?: string
}

export type Router<Services> = (method: string, path: string) => Match<Services>

interface Pattern<Services> {
  segments: string[]
  route: Route<Services>
}

/**
 * Finds the route of a request. A literal segment goes before a placeholder. Throws Problem: 'not-found',
 * 'method-not-allowed' with `Allow`, 'invalid-path' where a segment is not percent-encoded UTF-8.
 */
export function makeRouter<Services>(routes: Route<Services>[]): Router<Services> {
  const patterns: Pattern<Services>[] = routes.map((route) => ({ segments: split(route.path), route }))
  patterns.sort((a, b) => placeholders(a) - placeholders(b))
  const byLength = Map.groupBy(patterns, ({ segments }) => segments.length)

  return (method, path) => {
    const segments = split(path)
    const candidates = byLength.get(segments.length) ?? []
    const wanted = method === 'HEAD' ? 'GET' : method
    for (const pattern of candidates) {
      const hit = pattern.route.method === wanted ? match(pattern, segments) : undefined
      if (hit) return { ...hit, params: decode(hit.params) }
    }
    const found = candidates.flatMap((pattern) => match(pattern, segments) ?? [])
    if (found.length === 0) throw new Problem('not-found', `There is nothing at ${path}.`)
    const methods = new Set(found.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])))
    const allow = [...methods, 'OPTIONS'].join(', ')
    throw new Problem('method-not-allowed', `${path} does not take ${method}; it takes ${allow}.`, {
      headers: { allow },
    })
  }
}

const split = (path: string) => path.slice(1).split('/')
const isPlaceholder = (segment: string) => segment.startsWith('{')
const placeholders = ({ segments }: { segments: string[] }) => segments.filter(isPlaceholder).length

function match<Services>({ segments, route }: Pattern<Services>, actual: string[]): Match<Services> | undefined {
  const params: Record<string, string> = {}
  let suffix: string | undefined
  for (let i = 0; i < segments.length; i++) {
    const wanted = segments[i]!
    let given = actual[i]!
    if (route.suffix && i === segments.length - 1) {
      suffix = suffixOf(given, route.formats)
      if (suffix !== undefined) given = given.slice(0, -suffix.length - 1)
    }
    if (isPlaceholder(wanted)) {
      if (given === '') return undefined
      params[wanted.slice(1, -1)] = given
    } else if (given !== wanted) return undefined
  }
  return { route, params, ...(suffix === undefined ? {} : { suffix }) }
}

/** The longest format that a segment ends in, behind a dot and more than nothing; an escaped dot is part of the name. */
function suffixOf(segment: string, formats: Formats = {}): string | undefined {
  const found = Object.keys(formats).filter(
    (format) => segment.length > format.length + 1 && segment.endsWith(`.${format}`),
  )
  return found.sort((a, b) => b.length - a.length)[0]
}

function decode(params: Record<string, string>): Record<string, string> {
  const decoded: Record<string, string> = {}
  for (const name of Object.keys(params)) decoded[name] = decodePart(params[name]!)
  return decoded
}

function decodePart(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new Problem('invalid-path', `'${value}' is not percent-encoded UTF-8.`)
  }
}
