import { formatTime } from '../time.ts'
import { highOf, lowOf, writeDigits, writeWhole } from './write-numbers.ts'

const minus = 45
const point = 46
const colon = 58
const letterZ = 90

const dayMs = 86_400_000

/** `2026-01-31T` */
const dateBytes = 11

/** Bytes of the longest time that is written, of a year of six digits. */
export const longestTime = 27

/** Writes times as `formatTime` does, or as integer Unix milliseconds. */
export class TimeWriter {
  readonly #epoch: boolean
  /** The day that was written last: when it begins, and its text. */
  #midnight = Number.NaN
  readonly #date = Buffer.alloc(dateBytes)

  constructor(epoch: boolean) {
    this.#epoch = epoch
  }

  /** Writes the Unix milliseconds at a place of a list; gives the place behind the text. */
  write(bytes: Buffer, at: number, from: Float64Array, place: number): number {
    const time = from[place]!
    if (this.#epoch) {
      if (time < 0) bytes[at] = minus
      return writeWhole(bytes, time < 0 ? at + 1 : at, highOf(Math.abs(time)), lowOf(Math.abs(time)))
    }
    let ms = time - this.#midnight
    if (!(ms >= 0 && ms < dayMs)) {
      if (!this.#begin(time)) return at + bytes.write(formatTime(time), at, 'latin1')
      ms = time - this.#midnight
    }
    for (let i = 0; i < dateBytes; i++) bytes[at + i] = this.#date[i]!
    return writeClock(bytes, at + dateBytes, ms | 0)
  }

  /** Takes the day of a time; false if its year has not four digits. */
  #begin(time: number): boolean {
    const midnight = Math.floor(time / dayMs) * dayMs
    const text = formatTime(midnight)
    if (text[4] !== '-') return false
    this.#midnight = midnight
    this.#date.write(text, 'latin1')
    return true
  }
}

/** Writes `12:00:00.000Z`. */
function writeClock(bytes: Uint8Array, at: number, ms: number): number {
  const seconds = (ms / 1000) | 0
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  writeDigits(bytes, at, hours, 2)
  bytes[at + 2] = colon
  writeDigits(bytes, at + 3, minutes - hours * 60, 2)
  bytes[at + 5] = colon
  writeDigits(bytes, at + 6, seconds - minutes * 60, 2)
  bytes[at + 8] = point
  writeDigits(bytes, at + 9, ms - seconds * 1000, 3)
  bytes[at + 12] = letterZ
  return at + 13
}
