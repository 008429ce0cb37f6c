import { show } from '../text/show.ts'
import { maxTime, minTime } from '../time.ts'

/** What the times of lines count, by the names that InfluxDB has for it. */
export const precisions = ['n', 'ns', 'u', 'us', 'µ', 'ms', 's', 'm', 'h'] as const
export type LinePrecision = (typeof precisions)[number]

/** How a count becomes milliseconds: its last digits are dropped, or it is multiplied. */
export interface TimeScale {
  drop: number
  factor: number
  /** For sentences. */
  unit: string
}

const [nano, micro]: TimeScale[] = [
  { drop: 6, factor: 1, unit: 'nanoseconds' },
  { drop: 3, factor: 1, unit: 'microseconds' },
]

export const timeScales: Record<LinePrecision, TimeScale> = {
  n: nano!,
  ns: nano!,
  u: micro!,
  us: micro!,
  µ: micro!,
  ms: { drop: 0, factor: 1, unit: 'milliseconds' },
  s: { drop: 0, factor: 1000, unit: 'seconds' },
  m: { drop: 0, factor: 60_000, unit: 'minutes' },
  h: { drop: 0, factor: 3_600_000, unit: 'hours' },
}

const minus = 45

/**
 * Puts a time, decimal digits between two places of `bytes`, into `into` at `place`, as Unix milliseconds. What is finer
 * is floored, on the digits: nanoseconds of today have more than a double holds. Gives what is wrong with any other text.
 */
export function readLineTime(
  bytes: Buffer,
  start: number,
  end: number,
  scale: TimeScale,
  into: Float64Array,
  place: number,
): string | undefined {
  const isNegative = bytes[start] === minus
  const from = isNegative ? start + 1 : start
  const kept = Math.max(from, end - scale.drop)
  let count = 0
  for (let at = from; at < kept; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return noTime(bytes, start, end, scale)
    count = count * 10 + digit
  }
  let dropped = 0
  for (let at = kept; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return noTime(bytes, start, end, scale)
    dropped |= digit
  }
  const size = count * scale.factor
  const ms = isNegative ? 0 - size - (dropped === 0 ? 0 : 1) : size
  into[place] = ms
  return from < end && ms >= minTime && ms <= maxTime ? undefined : noTime(bytes, start, end, scale)
}

function noTime(bytes: Buffer, start: number, end: number, { unit }: TimeScale): string {
  const text = bytes.toString('utf8', start, end)
  if (!/^-?\d+$/.test(text)) return `${show(text)} is not a time: ${unit} since 1970 were expected, without fractions`
  return `${show(text)} is outside the years 1 to 9999, as ${unit} since 1970; precision= says another unit`
}
