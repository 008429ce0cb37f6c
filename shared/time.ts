import { Temporal } from 'temporal-polyfill'
import { shortDuration } from './duration.ts'
import { clip } from './text/show.ts'

/** The first and the last millisecond that a point may have: the years 1 to 9999. */
export const minTime = -62135596800000
export const maxTime = 253402300799999

export type TimeUnit = 's' | 'ms' | 'us' | 'ns'

export interface TimeOptions {
  /** IANA zone of dates and local date-times; without it they are UTC. */
  tz?: string | undefined
  /** What relative times count from, in Unix milliseconds; without it they are refused. */
  now?: number | undefined
  /** Unit of epoch numbers; without it, told by their magnitude. */
  unit?: TimeUnit | undefined
  /** Told in words when a clock change made a local time ambiguous or skipped it, and what was taken. */
  note?: ((detail: string) => void) | undefined
}

/** A millisecond as a power of ten of the unit. */
const milliExponent: Record<TimeUnit, number> = { s: -3, ms: 0, us: 3, ns: 6 }

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/
const epoch = /^-?\d+(?:\.\d+)?(?:[eE][+]?\d+)?$/

/** What would have been right, for the errors of a time that can't be read. */
export const timeForms =
  "expected RFC 3339 ('2026-01-31T12:00:00Z'), a date ('2026-01-31'), a local date-time with tz, an epoch number, 'now' or a relative time ('-24h')"

/**
 * Reads a time as Unix milliseconds. Finer digits are floored.
 * Of a local time that a clock change makes ambiguous the first counts; one that is skipped moves forward.
 * Throws RangeError, with a message for the caller, where the text is no time.
 */
export function parseTime(text: string | number, options: TimeOptions = {}): number {
  const ms = typeof text === 'number' ? fromEpoch(text, options.unit) : readTime(text.trim(), options)
  if (!(ms >= minTime && ms <= maxTime)) throw new RangeError(`'${clip(String(text))}' is outside the years 1 to 9999`)
  return ms + 0 // −0 is 0
}

function readTime(text: string, options: TimeOptions): number {
  const calendar = rfc3339.exec(text)
  if (calendar) return readCalendar(text, calendar, options)
  if (epoch.test(text)) return fromEpoch(text, options.unit)
  if (options.now !== undefined) {
    if (text === 'now') return options.now
    const offset = /^[+-]/.test(text) ? shortDuration(text.slice(1)) : undefined
    if (offset !== undefined) return options.now + (text[0] === '-' ? -offset : offset)
  }
  throw new RangeError(`'${clip(text)}' is not a time: ${timeForms}`)
}

/** The unit that the size of an epoch number tells: below 5e9 it counts seconds, below 5e12 ms, below 5e15 µs, else ns. */
export const unitOfSize = (size: number): TimeUnit =>
  size < 5e9 ? 's' : size < 5e12 ? 'ms' : size < 5e15 ? 'us' : 'ns'

/**
 * An epoch number as Unix milliseconds, floored.
 * It is computed from the decimal digits: as a double, …999999999 ns would become the next millisecond.
 */
function fromEpoch(number: string | number, unit?: TimeUnit): number {
  const value = Number(number)
  const size = Math.abs(value)
  const counted = unit ?? unitOfSize(size)
  const exponent = milliExponent[counted]
  if (Number.isSafeInteger(value)) return exponent < 0 ? value * 1000 : Math.floor(value / 10 ** exponent)
  const decimal = /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(String(number))
  // Far outside of the years, or with more digits than any clock has.
  if (!decimal || !(size < 1e30) || String(number).length > 60) return Math.floor(value / 10 ** exponent)
  const [, whole = '', fraction = '', scale = '0'] = decimal
  const digits = BigInt(whole + fraction)
  const shift = Number(scale) - fraction.length - exponent
  if (shift >= 0) return Number(digits * 10n ** BigInt(shift))
  const divisor = 10n ** BigInt(-shift)
  return Number(digits / divisor) - (digits % divisor < 0n ? 1 : 0)
}

function readCalendar(text: string, parts: RegExpExecArray, { tz, note }: TimeOptions): number {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] = parts
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  // A leap second is the second that follows it.
  const leap = second === '60' ? 1000 : 0
  const fields = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: leap ? 59 : Number(second),
  }
  if (!isCalendarTime(fields)) throw new RangeError(`'${clip(text)}' is not a time of the calendar`)
  const utc = utcMs(fields) + ms - offsetMs(text, zone)
  const local = zone === undefined && tz !== undefined && tz !== 'UTC' ? localTime(fields, tz) : undefined
  const time = (local ? local.ms + ms : utc) + leap
  if (local?.change) {
    const taken = `${formatTime(time)} was taken`
    if (local.change === 'twice') note?.(`'${text}' comes twice in ${tz}: the first, ${taken}`)
    else note?.(`'${text}' was skipped in ${tz}: moved forward, ${taken}`)
  }
  // Leap seconds are inserted before midnight UTC, never elsewhere.
  if (leap && ((time % 86_400_000) + 86_400_000) % 86_400_000 >= 1000)
    throw new RangeError(`'${clip(text)}' is not a time of the calendar: no leap second was ever there`)
  return time
}

/** A local time as Unix milliseconds, and whether a clock change made it come twice or not at all. */
interface LocalTime {
  ms: number
  change: 'twice' | 'skipped' | undefined
}

let lastHour: { key: string; start: LocalTime } | undefined

/** The last hour is kept, unless the clock changed in the middle of it: points come in order. */
function localTime(fields: Fields, tz: string): LocalTime {
  const { year, month, day, hour, minute, second } = fields
  const key = `${tz} ${year} ${month} ${day} ${hour}`
  if (lastHour?.key !== key) {
    const start = exactTime({ ...fields, minute: 0, second: 0 }, tz)
    const end = exactTime({ ...fields, minute: 59, second: 59 }, tz)
    const isEven = end.ms - start.ms === 3_599_000 && start.change === end.change
    lastHour = isEven ? { key, start } : undefined
  }
  if (!lastHour) return exactTime(fields, tz)
  return { ms: lastHour.start.ms + (minute * 60 + second) * 1000, change: lastHour.start.change }
}

function exactTime(fields: Fields, tz: string): LocalTime {
  const plain = Temporal.PlainDateTime.from(fields)
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    plain.toZonedDateTime(tz, { disambiguation }),
  ) as [Temporal.ZonedDateTime, Temporal.ZonedDateTime]
  if (earlier.epochMilliseconds === later.epochMilliseconds) return { ms: later.epochMilliseconds, change: undefined }
  if (earlier.toPlainDateTime().equals(plain)) return { ms: earlier.epochMilliseconds, change: 'twice' }
  return { ms: later.epochMilliseconds, change: 'skipped' }
}

function offsetMs(text: string, zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const sign = zone[0] === '-' ? -1 : 1
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) throw new RangeError(`'${clip(text)}' has an offset that no clock has`)
  return sign * (hours * 60 + minutes) * 60_000
}

interface Fields {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

function utcMs({ year, month, day, hour, minute, second }: Fields): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day) // Date.UTC would take the years 1 to 99 for 1901 to 1999
  return date.setUTCHours(hour, minute, second, 0)
}

function isCalendarTime({ year, month, day, hour, minute, second }: Fields): boolean {
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= monthDays(year, month)
  return isDay && hour < 24 && minute < 60 && second < 60
}

/** How many days a month has, 1 for January. */
export const monthDays = (year: number, month: number) =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** Unix milliseconds as RFC 3339 UTC, always with milliseconds. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString()
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return !/^[+-]\d/.test(name)
  } catch {
    return false
  }
}
