import { exactDigits, scanDigits, twoDigits } from '../text/read-numbers.ts'
import { endOfDigits, fractionMs } from '../text/read-times.ts'
import { maxTime } from '../time.ts'
import type { TimeFormat } from './times.ts'

/** Texts that are kept with their times: a long table has a time again and again. */
const kept = 1000

/** Bytes of the longest text that is looked at. */
const longest = 64

/** A text up to its minutes, where an hour without a change of clocks begins, and what stands behind the seconds. */
interface Hour {
  prefix: Uint8Array
  start: number
  seconds: boolean
  suffix: Uint8Array
}

const clock = /^([^:]*\d:)\d\d(:\d\d(?:[.,]\d+)?)?(\D.*)?$/

/**
 * Reads times that follow one another quicker than their format does: within an hour that is known only minutes and
 * seconds are looked at, and a text that comes again is compared. It knows nothing by itself: what it knows was read by
 * the format.
 */
export class QuickTimes {
  readonly #read: (text: string) => number | undefined
  readonly #known = new Map<string, number>()
  readonly #epoch: number | undefined
  #hour: Hour = { prefix: Buffer.of(0), start: 0, seconds: false, suffix: Buffer.of() }
  readonly #last = Buffer.alloc(longest)
  #lastLength = -1
  #lastTime = 0
  readonly #scratch = Buffer.alloc(longest)

  /** `read` gives undefined for what is no such time, or a time that there is something to tell of. */
  constructor(format: TimeFormat, unit: string | undefined, read: (text: string) => number | undefined) {
    this.#read = read
    this.#epoch = format.text === 'epoch' ? (unit === 'ms' ? 1 : unit === 's' ? 1000 : undefined) : undefined
  }

  /**
   * Puts Unix milliseconds of the time between two places of UTF-8 into `into`, and gives true; false for what must be
   * read by its format.
   */
  quick(bytes: Uint8Array, start: number, end: number, into: Float64Array): boolean {
    if (this.#epoch !== undefined) {
      if (start === end || end - start > exactDigits || scanDigits(bytes, start, end, into, 0) !== end) return false
      into[0]! *= this.#epoch
      return into[0]! <= maxTime
    }
    const { prefix, suffix, seconds } = this.#hour
    if (hasAt(bytes, start, prefix)) {
      const last = end - suffix.length
      const clock = clockMs(bytes, start + prefix.length, last, seconds)
      if (clock >= 0 && hasAt(bytes, last, suffix)) {
        into[0] = this.#hour.start + clock
        return true
      }
    }
    if (end - start !== this.#lastLength || !hasAt(bytes, start, this.#last, end - start)) return false
    into[0] = this.#lastTime
    return true
  }

  /** The same of a text. */
  quickText(text: string, into: Float64Array): boolean {
    const length = text.length < longest / 3 ? this.#scratch.write(text) : 0
    return length > 0 && this.quick(this.#scratch, 0, length, into)
  }

  /** The time that a text was found to have. */
  known(text: string): number | undefined {
    const time = this.#known.get(text)
    if (time !== undefined) this.#keepLast(text, time)
    return time
  }

  /** Keeps what a text was found to have, and its hour, if all of that can be read without a word to say. */
  learn(text: string, time: number): void {
    if (this.#epoch !== undefined) return
    const found = clock.exec(text)
    if (found) this.#learnHour(found)
    else {
      if (this.#known.size >= kept) this.#known.clear()
      if (this.#read(text) !== time) return
      this.#known.set(copyText(text), time)
      this.#keepLast(text, time)
    }
  }

  #keepLast(text: string, time: number): void {
    this.#lastLength = text.length < longest / 3 ? this.#last.write(text) : -1
    this.#lastTime = time
  }

  #learnHour([, prefix, tail, suffix = '']: RegExpExecArray): void {
    const start = this.#read(`${prefix}00${tail ? ':00' : ''}${suffix}`)
    const end = this.#read(`${prefix}59${tail ? ':59' : ''}${suffix}`)
    if (start === undefined || end === undefined || end - start !== (tail ? 3_599_000 : 3_540_000)) return
    this.#hour = { prefix: Buffer.from(prefix!), start, seconds: tail !== undefined, suffix: Buffer.from(suffix) }
  }
}

/** A text of its own: a part of another keeps all of that in memory. */
export function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

/** Whether `wanted`, or so many bytes of it, stand at a place; what stands behind the end is not theirs to judge. */
function hasAt(bytes: Uint8Array, start: number, wanted: Uint8Array, length = wanted.length): boolean {
  for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== wanted[i]) return false
  return true
}

/** Milliseconds of `mm`, `mm:ss` or `mm:ss.fff…` between two places, finer digits floored; −1 for another text. */
function clockMs(bytes: Uint8Array, start: number, end: number, seconds: boolean): number {
  const minute = twoDigits(bytes, start)
  if (!seconds) return end - start === 2 && minute < 60 ? minute * 60_000 : -1
  const second = twoDigits(bytes, start + 3)
  if (end - start < 5 || bytes[start + 2] !== 58 || minute > 59 || second > 59) return -1
  const ms = (minute * 60 + second) * 1000
  if (end - start === 5) return ms
  const point = bytes[start + 5]
  if ((point !== 46 && point !== 44) || end - start === 6 || endOfDigits(bytes, start + 6) < end) return -1
  return ms + fractionMs(bytes, start + 6, end)
}
