import { exactDigits, powersOfTen } from './read-numbers.ts'

const minus = 45
const point = 46
const zero = 48

/** Bytes of the longest number that is written. */
export const longestNumber = 25

/** '00' to '99', one behind the other. */
const pairs = Buffer.from(Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0')).join(''))

/** Writes so many digits, with zeroes before a number that has fewer; it is below 2³¹. */
export function writeDigits(bytes: Uint8Array, at: number, number: number, count: number): number {
  let rest = number
  let place = at + count
  while (place > at + 1) {
    const above = (rest / 100) | 0
    const pair = (rest - above * 100) << 1
    bytes[--place] = pairs[pair + 1]!
    bytes[--place] = pairs[pair]!
    rest = above
  }
  if (place > at) bytes[at] = zero + (rest % 10)
  return at + count
}

/**
 * Writes a whole number from 0 up to 2⁵³, given in two halves, and gives the place behind it. A number above 2³¹ that is
 * passed to a function becomes an object.
 */
export function writeWhole(bytes: Uint8Array, at: number, high: number, low: number): number {
  if (high === 0) return writeDigits(bytes, at, low, digitsOf(low))
  return writeDigits(bytes, writeDigits(bytes, at, high, digitsOf(high)), low, 9)
}

/** The upper and the lower half of a whole number: the lower one has nine digits. */
export const highOf = (number: number) => Math.floor(number / 1e9) | 0
export const lowOf = (number: number) => (number - Math.floor(number / 1e9) * 1e9) | 0

function digitsOf(number: number): number {
  if (number < 1e4) return number < 100 ? (number < 10 ? 1 : 2) : number < 1000 ? 3 : 4
  if (number < 1e6) return number < 1e5 ? 5 : 6
  return number < 1e8 ? (number < 1e7 ? 7 : 8) : 9
}

/**
 * Writes doubles as `String` does, and −0 as `-0`. Most doubles of public data are decimals of few digits: one that, times a
 * power of ten, is a whole number of at most 15 digits. Those digits are the text, since no two decimals of 15 digits are
 * the same double, and no shorter one is.
 */
export class NumberWriter {
  /** Decimal places of the number before: the next has mostly as many. */
  #places = 0

  /** Writes the number at a place of a list, as one that was passed would become an object; gives the place behind it. */
  write(bytes: Buffer, at: number, from: Float64Array, place: number): number {
    const value = from[place]!
    const size = Math.abs(value)
    let behind = at
    if (value < 0 || Object.is(value, -0)) bytes[behind++] = minus
    if (size === 0) {
      bytes[behind] = zero
      return behind + 1
    }
    let places = this.#places
    let whole = Math.round(size * powersOfTen[places]!)
    if (!isDecimal(size, whole, places)) {
      places = placesOf(size)
      if (places < 0) return behind + bytes.write(String(size), behind, 'latin1')
      this.#places = places
      whole = Math.round(size * powersOfTen[places]!)
    }
    if (places === 0) return writeWhole(bytes, behind, highOf(whole), lowOf(whole))
    const units = Math.floor(size)
    const fraction = whole - units * powersOfTen[places]!
    behind = writeWhole(bytes, behind, highOf(units), lowOf(units))
    bytes[behind++] = point
    if (places > 9) behind = writeDigits(bytes, behind, highOf(fraction), places - 9)
    behind = writeDigits(bytes, behind, lowOf(fraction), Math.min(places, 9))
    while (bytes[behind - 1] === zero) behind--
    return bytes[behind - 1] === point ? behind - 1 : behind
  }
}

/** Whether a positive double is what so many units of a decimal place make, and written without an exponent. */
function isDecimal(size: number, units: number, places: number): boolean {
  return units / powersOfTen[places]! === size && units < 1e15 && size >= 1e-6
}

/** The fewest decimal places by which a double can be written with 15 digits; −1 for none. */
function placesOf(size: number): number {
  const isDecimalBy = (places: number) => isDecimal(size, Math.round(size * powersOfTen[places]!), places)
  let most = 0
  while (most < exactDigits && size * powersOfTen[most + 1]! < 1e15) most++
  if (!isDecimalBy(most)) return -1 // then not by fewer either
  let places = 0
  while (!isDecimalBy(places)) places++
  return places
}
