import type { ServerResponse } from 'node:http'
import { Problem } from '../problems.ts'

/** Answers OPTIONS, before any key is asked for: what the address takes, from `find`'s refusal of the method. */
export function preflight(res: ServerResponse, find: (method: string, path: string) => unknown, path: string): void {
  let allow = 'OPTIONS'
  try {
    find('OPTIONS', path)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'method-not-allowed') throw error
    allow = error.headers.allow ?? allow
  }
  res.writeHead(204, {
    allow,
    'access-control-allow-methods': allow,
    'access-control-allow-headers':
      'authorization, cache-control, content-type, content-encoding, idempotency-key, if-match, if-none-match, if-range, last-event-id, prefer, range, traceparent',
    'access-control-max-age': '7200',
  })
  res.end()
}

/** The headers that let pages of the configured origins call. */
export function corsHeaders(origins: string): (origin: string | undefined) => [string, string][] {
  const allowed = new Set(origins.split(/[\s,]+/).filter(Boolean))
  return (origin) => {
    if (allowed.size === 0 || origin === undefined) return []
    if (!allowed.has('*') && !allowed.has(origin)) return [['vary', 'origin']]
    return [
      ['vary', 'origin'],
      ['access-control-allow-origin', allowed.has('*') ? '*' : origin],
      [
        'access-control-expose-headers',
        'Content-Range, ETag, Link, Location, Retry-After, Preference-Applied, Idempotency-Replayed, Kymograph-Notes',
      ],
    ]
  }
}
