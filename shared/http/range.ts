import { type InputError, Problem } from '../problems.ts'
import type { Range } from '../series/points.ts'
import { formatTime, parseTime, type TimeOptions } from '../time.ts'
import { summarizeErrors } from './http.ts'

/** Query parameters of every route that reads or changes a range. */
export const rangeQuery = {
  from: {
    type: 'string',
    description: 'Start of the range, included: a time, or relative such as `-7d`',
    example: '2014-01-01',
  },
  to: {
    type: 'string',
    description: 'End of the range, not included: a time, or relative such as `now`',
    example: '2015-01-01',
  },
}

export const tzQuery = {
  type: 'string',
  format: 'time-zone',
  description: 'IANA zone of dates and local date-times; default UTC',
}

export const unitQuery = {
  enum: ['s', 'ms', 'us', 'ns'],
  description: 'Unit of epoch numbers; default: told by their magnitude',
}

/** In a query a plain `+` means a space. In a time it was the sign of an offset, or of a relative time. */
const withSign = (text: string) =>
  text.replace(/^ (?=\d+[a-z])/, '+').replace(/(:\d\d(?:[.,]\d+)?) (?=\d\d:?\d\d$)/, '$1+')

/**
 * Resolves the bounds of a range to Unix milliseconds. Throws Problem with the given code, which names the bound by
 * `place`: a parameter or a pointer. `note` is told of bounds that a clock change made ambiguous or skipped.
 */
export function resolveRange(
  bounds: { from?: unknown; to?: unknown },
  options: TimeOptions,
  code: 'invalid-query' | 'invalid-body',
  place: (name: string) => Pick<InputError, 'parameter' | 'pointer'>,
  note?: (note: InputError) => void,
): Range {
  const errors: InputError[] = []
  const resolve = (name: 'from' | 'to') => {
    const given = bounds[name]
    if (given === undefined || given === null) return undefined
    const text = code === 'invalid-query' ? withSign(String(given)) : String(given)
    try {
      return parseTime(text, { ...options, note: note && ((detail) => note({ ...place(name), detail })) })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      errors.push({ ...place(name), detail: error.message })
      return undefined
    }
  }
  const range = { from: resolve('from'), to: resolve('to') }
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    errors.push({ ...place('from'), detail: `${formatTime(range.from)} is after 'to', ${formatTime(range.to)}` })
  }
  const what = code === 'invalid-query' ? 'The query' : 'The body'
  if (errors.length > 0) throw new Problem(code, summarizeErrors(what, errors), { errors })
  return range
}
