import { dayMs } from './zone.ts'

/** The width of buckets: so many milliseconds, or so many days, weeks or months of a calendar. */
export interface Every {
  count: number
  unit: 'ms' | 'day' | 'week' | 'month'
  /** About how many milliseconds a bucket has: exactly so many where the unit is 'ms'. */
  lengthMs: number
}

/** Each unit as [unit of the bucket, how many of those, about how many milliseconds]. */
const units: Record<string, [Every['unit'], number, number]> = {
  ms: ['ms', 1, 1],
  s: ['ms', 1000, 1000],
  m: ['ms', 60_000, 60_000],
  h: ['ms', 3_600_000, 3_600_000],
  d: ['day', 1, dayMs],
  w: ['week', 1, 7 * dayMs],
  mo: ['month', 1, 30.436875 * dayMs],
  q: ['month', 3, 91.310625 * dayMs],
  y: ['month', 12, 365.2425 * dayMs],
}

const maxLengthMs = 1000 * 365.2425 * dayMs

/**
 * Reads the width of buckets: `15m`, `90s`, `1h` are fixed; `1d`, `1w`, `3mo`, `1q`, `1y` are of the calendar.
 * Throws RangeError with a message for the caller.
 */
export function parseEvery(text: string): Every {
  const [, digits, name = ''] = /^(\d{1,15})([a-z]+)$/.exec(text.trim()) ?? []
  const unit = Object.hasOwn(units, name) ? units[name] : undefined
  if (digits === undefined || !unit || Number(digits) === 0) {
    throw new RangeError(
      `'${text}' is not a width of buckets; expected a whole number and ms, s, m, h, d, w, mo, q or y, such as '15m' or '1d'`,
    )
  }
  const every: Every = { count: Number(digits) * unit[1], unit: unit[0], lengthMs: Number(digits) * unit[2] }
  if (every.lengthMs > maxLengthMs) throw new RangeError(`'${text}' is longer than 1000 years`)
  return every
}
