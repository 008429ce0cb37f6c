import { maxTime, minTime, monthDays, type TimeUnit, unitOfSize } from '../time.ts'
import { digitAt, exactDigits, scanDigits, twoDigits } from './read-numbers.ts'

const minus = 45
const colon = 58
const point = 46
const letterT = 84
const letterZ = 90
const space = 32

/** Digits of the finest epoch numbers of these centuries, in nanoseconds. */
const longestEpoch = 19

export interface TimeScannerOptions {
  /** IANA zone of times that say no offset; those are not known here unless it is UTC. */
  tz?: string | undefined
  /** Unit of epoch numbers; without it, told by their magnitude. */
  unit?: TimeUnit | undefined
  /** Times before `from`, and from `to` on, are not known here. */
  from?: number | undefined
  to?: number | undefined
}

/**
 * Reads the usual times among the bytes of a text: whole epoch numbers, and dates and times in UTC by RFC 3339. It gives
 * what `parseTime` would, or −1 for what it does not know, right or wrong.
 */
export class TimeScanner {
  readonly #unit: TimeUnit | undefined
  readonly #utc: boolean
  readonly #from: number
  readonly #to: number
  /** The date that was read last, its parts in one number, and when it begins: dates come again and again. */
  #date = -1
  #midnight = 0

  constructor({ tz, unit, from = minTime, to = Infinity }: TimeScannerOptions) {
    this.#unit = unit
    this.#utc = tz === undefined || tz === 'UTC'
    this.#from = Math.max(from, minTime)
    this.#to = Math.min(to, maxTime + 1)
  }

  /** Puts a time that begins at `at` into a list, as Unix milliseconds; gives the place behind it. */
  scan(bytes: Uint8Array, at: number, end: number, into: Float64Array, place: number): number {
    if (bytes[at + 4] === minus) return this.#scanCalendar(bytes, at, into, place)
    return this.scanEpoch(bytes, at, end, into, place, longestEpoch)
  }

  /** The same of an epoch number of at most so many digits. */
  scanEpoch(bytes: Uint8Array, at: number, end: number, into: Float64Array, place: number, most = exactDigits): number {
    const negative = bytes[at] === minus
    const start = negative ? at + 1 : at
    const stop = scanDigits(bytes, start, end, into, place)
    const count = stop - start
    if (count === 0 || count > most) return -1
    const size = into[place]!
    const unit = this.#unit ?? unitOfSize(size)
    if (unit === 's' || unit === 'ms') {
      const ms = unit === 's' ? 1000 * size : size
      into[place] = negative ? 0 - ms : ms
    } else if (negative || !floorToMs(bytes, start, stop, unit, into, place)) return -1
    return this.#isWithin(into[place]!) ? stop : -1
  }

  /** `2026-01-31`, and behind it perhaps `T12:00`, seconds, their fraction and `Z`. */
  #scanCalendar(bytes: Uint8Array, at: number, into: Float64Array, place: number): number {
    const century = twoDigits(bytes, at)
    const year = twoDigits(bytes, at + 2)
    const month = twoDigits(bytes, at + 5)
    const day = twoDigits(bytes, at + 8)
    if (bytes[at + 7] !== minus || century > 99 || year > 99 || month > 12 || day > 31) return -1
    const date = ((century * 100 + year) * 16 + month) * 32 + day
    if (date !== this.#date && !this.#begin(date)) return -1
    let stop = at + 10
    let ms = 0
    let utc = this.#utc
    if (bytes[stop] === letterT || bytes[stop] === space) {
      const hour = twoDigits(bytes, at + 11)
      const minute = twoDigits(bytes, at + 14)
      if (hour > 23 || minute > 59 || bytes[at + 13] !== colon) return -1
      ms = (hour * 60 + minute) * 60_000
      stop = at + 16
      if (bytes[stop] === colon) {
        const second = twoDigits(bytes, at + 17)
        if (second > 59) return -1
        ms += second * 1000
        stop = at + 19
        if (bytes[stop] === point) {
          const fraction = stop + 1
          stop = endOfDigits(bytes, fraction)
          if (stop === fraction) return -1
          ms += fractionMs(bytes, fraction, stop)
        }
      }
      if (bytes[stop] === letterZ) {
        utc = true
        stop++
      }
    }
    into[place] = this.#midnight + ms
    return utc && this.#isWithin(into[place]) ? stop : -1
  }

  /** Takes the date that is made of these parts; false if the calendar has none, or it is of the first century. */
  #begin(date: number): boolean {
    const year = date >>> 9
    const month = (date >>> 5) & 15
    const day = date & 31
    if (year < 100 || month === 0 || day === 0 || day > monthDays(year, month)) return false
    this.#date = date
    this.#midnight = Date.UTC(year, month - 1, day)
    return true
  }

  #isWithin(time: number): boolean {
    return time >= this.#from && time < this.#to
  }
}

/** Takes the digits of an epoch number, which was read, that are finer than milliseconds; false where zeroes lead. */
function floorToMs(
  bytes: Uint8Array,
  start: number,
  stop: number,
  unit: 'us' | 'ns',
  into: Float64Array,
  place: number,
): boolean {
  if (stop - start <= exactDigits) into[place] = Math.floor(into[place]! / (unit === 'us' ? 1e3 : 1e6))
  // As a double …999999999 ns would become the next millisecond.
  else if (digitAt(bytes, start) > 0) scanDigits(bytes, start, stop - (unit === 'us' ? 3 : 6), into, place)
  else return false
  return true
}

/** The place behind the digits from a place on. */
export function endOfDigits(bytes: Uint8Array, at: number): number {
  let stop = at
  for (let digit = digitAt(bytes, stop); digit >= 0 && digit <= 9; digit = digitAt(bytes, stop)) stop++
  return stop
}

/** Milliseconds of the digits of a fraction of a second between two places; finer ones are floored. */
export function fractionMs(bytes: Uint8Array, start: number, end: number): number {
  let ms = 100 * digitAt(bytes, start)
  if (end > start + 1) ms += 10 * digitAt(bytes, start + 1)
  if (end > start + 2) ms += digitAt(bytes, start + 2)
  return ms
}
