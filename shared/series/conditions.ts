import { Problem } from '../problems.ts'
import { lowerBound } from './points.ts'
import type { TouchedChunk } from './rewrite.ts'

/** The conditions of a change, as of RFC 9110, section 13: the step that makes the change holds them. */
export interface WriteOptions {
  /** Change only if the series has one of these revisions; '*' any, as long as it exists. */
  ifMatch?: string[] | '*' | undefined
  /** Change only if the series has none of these revisions; '*' only if it does not exist. */
  ifNoneMatch?: string[] | '*' | undefined
  /** The time of the one point that is changed: what must exist, or must not, is then this point. */
  point?: number | undefined
}

export const isConditional = ({ ifMatch, ifNoneMatch }: WriteOptions): boolean =>
  ifMatch !== undefined || ifNoneMatch !== undefined

/**
 * Checks the conditions of a change against what is there: the revision, undefined when there is no such series, and the
 * chunks that the change touches. Throws Problem 'precondition-failed'.
 */
export function checkConditions(
  options: WriteOptions,
  revision: string | undefined,
  chunks: TouchedChunk[] = [],
): void {
  if (!isConditional(options)) return
  const { ifMatch, ifNoneMatch, point } = options
  const there = revision !== undefined && (point === undefined || hasPoint(chunks, point))
  if (ifMatch === '*' && !there) throw failed(revision === undefined || point === undefined, 'does not exist')
  if (Array.isArray(ifMatch)) {
    if (revision === undefined) throw failed(true, 'does not exist')
    const asked = ifMatch.length === 0 ? 'that was asked for' : quoted(ifMatch)
    if (!ifMatch.includes(revision)) throw failed(true, `has not the revision ${asked}`)
  }
  if (ifNoneMatch === undefined || !there) return
  if (ifNoneMatch === '*') throw failed(point === undefined, 'exists already')
  if (ifNoneMatch.includes(revision)) throw failed(true, `still has the revision ${quoted([revision])}`)
}

function hasPoint(chunks: TouchedChunk[], time: number): boolean {
  const chunk = chunks.find(({ first, last }) => first <= time && time <= last)
  if (!chunk) return false
  // A chunk of that one point is dropped unread.
  if (chunk.first === time || chunk.last === time) return true
  const { timestamps } = chunk.decode()
  return timestamps[lowerBound(timestamps, time)] === time
}

const quoted = (revisions: string[]) => `'${revisions.join("' or '")}'`

function failed(isSeries: boolean, what: string): Problem {
  return new Problem('precondition-failed', `The ${isSeries ? 'series' : 'point'} ${what}; nothing was changed.`)
}
