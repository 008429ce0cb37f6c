import { maxTime } from '../time.ts'
import type { TimeFormat } from './times.ts'

/** Texts that are kept with their times: a long table has a time again and again. */
const kept = 1000

/** A text up to its minutes, where an hour without a change of clocks begins, and what stands behind the seconds. */
interface Hour {
  prefix: string
  start: number
  seconds: boolean
  suffix: string
}

const clock = /^([^:]*\d:)\d\d(:\d\d(?:[.,]\d+)?)?(\D.*)?$/

/**
 * Reads times that follow one another quicker than their format does: within an hour that is known only minutes and
 * seconds are looked at. It knows nothing by itself: what it knows was read by the format.
 */
export class QuickTimes {
  readonly #read: (text: string) => number | undefined
  readonly #known = new Map<string, number>()
  readonly #epoch: number | undefined
  #hour: Hour = { prefix: '\u0000', start: 0, seconds: false, suffix: '' }

  /** `read` gives undefined for what is no such time, or a time that there is something to tell of. */
  constructor(format: TimeFormat, unit: string | undefined, read: (text: string) => number | undefined) {
    this.#read = read
    this.#epoch = format.text === 'epoch' ? (unit === 'ms' ? 1 : unit === 's' ? 1000 : undefined) : undefined
  }

  /** Unix milliseconds of the time between two places of a text; NaN for what must be read by its format. */
  quick(text: string, start: number, end: number): number {
    if (this.#epoch !== undefined) {
      const time = this.#epoch * wholeNumber(text, start, end)
      return time <= maxTime ? time : Number.NaN
    }
    const { prefix, suffix, seconds } = this.#hour
    if (text.startsWith(prefix, start)) {
      const last = end - suffix.length
      const clock = clockMs(text, start + prefix.length, last, seconds)
      if (clock >= 0 && (suffix === '' || text.startsWith(suffix, last))) return this.#hour.start + clock
    }
    return Number.NaN
  }

  /** The time that a text was found to have. */
  known(text: string): number | undefined {
    return this.#known.get(text)
  }

  /** Keeps what a text was found to have, and its hour, if all of that can be read without a word to say. */
  learn(text: string, time: number): void {
    if (this.#epoch !== undefined) return
    const found = clock.exec(text)
    if (found) this.#learnHour(found)
    else {
      if (this.#known.size >= kept) this.#known.clear()
      if (this.#read(text) === time) this.#known.set(copyText(text), time)
    }
  }

  #learnHour([, prefix, tail, suffix = '']: RegExpExecArray): void {
    const start = this.#read(`${prefix}00${tail ? ':00' : ''}${suffix}`)
    const end = this.#read(`${prefix}59${tail ? ':59' : ''}${suffix}`)
    if (start === undefined || end === undefined || end - start !== (tail ? 3_599_000 : 3_540_000)) return
    this.#hour = { prefix: copyText(prefix!), start, seconds: tail !== undefined, suffix: copyText(suffix) }
  }
}

/** A text of its own: a part of another keeps all of that in memory. */
export function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

function wholeNumber(text: string, start: number, end: number): number {
  if (start === end || end - start > 15) return Number.NaN
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

/** Milliseconds of `mm`, `mm:ss` or `mm:ss.fff…` between two places, finer digits floored; −1 for another text. */
function clockMs(text: string, start: number, end: number, seconds: boolean): number {
  const minute = twoDigits(text, start)
  if (!seconds) return end - start === 2 && minute < 60 ? minute * 60_000 : -1
  const second = twoDigits(text, start + 3)
  if (end - start < 5 || text.charCodeAt(start + 2) !== 58 || minute > 59 || second > 59) return -1
  let ms = (minute * 60 + second) * 1000
  if (end - start === 5) return ms
  const point = text.charCodeAt(start + 5)
  if ((point !== 46 && point !== 44) || end - start === 6) return -1
  for (let at = start + 6, worth = 100; at < end; at++, worth /= 10) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    if (worth >= 1) ms += digit * worth
  }
  return ms
}

/** The number of two digits at a place; 100 for another text. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100
}
