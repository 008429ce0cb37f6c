import type { IncomingMessage, ServerResponse } from 'node:http'
import parseRange from 'range-parser'
import { Problem } from '../problems.ts'

/**
 * The part of a body that `Range: bytes=` asks for, with the status and the headers of RFC 9110, section 14; the whole of
 * it without such a header, for several parts at once, and where `If-Range` names another entity tag than the answer has.
 * Throws Problem 'range-not-satisfiable' for a range behind the end.
 */
export function partOf(raw: IncomingMessage, res: ServerResponse, whole: Uint8Array): Uint8Array {
  res.setHeader('accept-ranges', 'bytes')
  const asked = raw.headers.range
  const condition = raw.headers['if-range']
  if (asked === undefined || raw.method !== 'GET' || res.statusCode !== 200) return whole
  if (condition !== undefined && condition !== res.getHeader('etag')) return whole
  const ranges = parseRange(whole.length, asked, { combine: true })
  // What is no range is not to be heeded.
  if (ranges === -2 || (ranges !== -1 && (ranges.type !== 'bytes' || ranges.length !== 1))) return whole
  if (ranges === -1) {
    throw new Problem(
      'range-not-satisfiable',
      `'Range: ${asked}' lies outside of the ${whole.length} bytes that there are.`,
      {
        headers: { 'content-range': `bytes */${whole.length}` },
      },
    )
  }
  const { start, end } = ranges[0]!
  res.statusCode = 206
  res.setHeader('content-range', `bytes ${start}-${end}/${whole.length}`)
  return whole.subarray(start, end + 1)
}
