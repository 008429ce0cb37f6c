import type { IncomingMessage } from 'node:http'
import type { Config } from '../config.ts'
import { Problem } from '../problems.ts'
import { origin } from './http.ts'

export type LinkedFunction = 'points' | 'jobs' | 'results'

export type LinkBases = Pick<Config, 'PUBLIC_POINTS_URL' | 'PUBLIC_JOBS_URL' | 'PUBLIC_RESULTS_URL'>

const labels = ['points', 'jobs', 'results', 'web']

/**
 * An absolute link to a path of a function: from the configured base, else from the address that the client used,
 * its first label exchanged where it is a function's own name (`jobs.ns.example` → `results.ns.example`).
 */
export function link(bases: LinkBases, raw: IncomingMessage, to: LinkedFunction, path: string): string {
  const configured = {
    points: bases.PUBLIC_POINTS_URL,
    jobs: bases.PUBLIC_JOBS_URL,
    results: bases.PUBLIC_RESULTS_URL,
  }[to]
  if (configured !== '') return configured.replace(/\/$/, '') + path
  const base = URL.parse(origin(raw))
  if (!base || !/^https?:$/.test(base.protocol))
    throw new Problem('bad-request', 'The host of the request, or the forwarded one, is not a host.')
  const [first, ...rest] = base.host.split('.')
  // The front door answers for all; its links stay on it.
  const own = rest.length > 0 && labels.includes(first!) && first !== 'web'
  return `${base.protocol}//${own ? [to, ...rest].join('.') : base.host}${path}`
}
