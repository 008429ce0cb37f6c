import { createHash } from 'node:crypto'
import { Problem } from '../problems.ts'
import type { Request } from './http.ts'
import { type LinkBases, type LinkedFunction, link } from './links.ts'

/** Names the last key of a page and the query that it belongs to; opaque to callers. */
export function makeCursor(query: unknown, lastKey: string | number): string {
  return Buffer.from(JSON.stringify([fingerprint(query), lastKey])).toString('base64url')
}

/** The last key of the page before; throws Problem 'invalid-cursor' when it is damaged or of another query. */
export function readCursor<Key extends string | number>(
  query: unknown,
  cursor: unknown,
  type: 'string' | 'number',
): Key | undefined {
  if (cursor === undefined) return undefined
  try {
    const [of, lastKey] = JSON.parse(Buffer.from(String(cursor), 'base64url').toString())
    if (of === fingerprint(query) && typeof lastKey === type) return lastKey as Key
  } catch {
    // falls through to the same answer
  }
  throw new Problem(
    'invalid-cursor',
    "The cursor is damaged or was given for another query; start again without 'cursor'.",
  )
}

function fingerprint(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 10)
}

/** The absolute address of the next page of a function's list, as a Link header. */
export function nextLink(
  request: Request,
  bases: LinkBases,
  of: LinkedFunction,
  cursor: string | undefined,
): Record<string, string> {
  if (cursor === undefined) return {}
  const next = new URL(request.url)
  next.searchParams.set('cursor', cursor)
  return { link: `<${link(bases, request.raw, of, next.pathname + next.search)}>; rel="next"` }
}
