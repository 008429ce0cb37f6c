import { createHash } from 'node:crypto'
import { version } from '../version.ts'

/** What decides a result: two questions that are equal in this have the same answer. Times are Unix milliseconds. */
export interface Question {
  kind: string
  series: string[]
  from?: number | undefined
  to?: number | undefined
  /** With their defaults filled in. */
  params: Record<string, unknown>
}

/**
 * SHA-256 of a question about series at these revisions, one for each, in 43 characters. The order of the parameters does
 * not count, that of the series does: they are drawn in it. Another version of Kymograph may draw otherwise, so it counts.
 */
export function fingerprint({ kind, series, from, to, params }: Question, revisions: string[]): string {
  const read = series.map((name, i) => [name, revisions[i]])
  const text = JSON.stringify([version, kind, ordered(params), from ?? null, to ?? null, read])
  return createHash('sha256').update(text).digest('base64url')
}

/** The value with each object as a list of its members, in the order of their names, told from an array. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([name, member]) => [name, ordered(member)]) }
}
