/**
 * Numbers among the bytes of a text. Each reader puts what it reads into a list at a place, and gives where it stopped: a
 * fraction that was returned would become an object.
 */

const plus = 43
const minus = 45
const point = 46
const letterE = 0x65

/** Digits that a double holds whatever they are. */
export const exactDigits = 15

/** Powers of ten that are as exact. */
export const powersOfTen: readonly number[] = Array.from({ length: exactDigits + 1 }, (_, i) => 10 ** i)

/** The digit at a place; any other number for another character. */
export const digitAt = (bytes: Uint8Array, at: number) => bytes[at]! - 48

/** The number of two digits at a place; 100 for another text. */
export function twoDigits(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [digitAt(bytes, at), digitAt(bytes, at + 1)]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : 100
}

/** Reads digits from `at` on, before `end`: none are 0, and more than 15 may not be exact. */
export function scanDigits(bytes: Uint8Array, at: number, end: number, into: Float64Array, place: number): number {
  let number = 0
  let stop = at
  for (; stop < end; stop++) {
    const digit = digitAt(bytes, stop)
    if (!(digit >= 0 && digit <= 9)) break
    number = number * 10 + digit
  }
  into[place] = number
  return stop
}

/**
 * Reads a number of digits with at most one `decimal` sign, from `at` on, before `end`; NaN when there are none or more
 * than 15. It is exact: the digits and the power of ten are, and one division rounds once.
 */
export function scanPlainNumber(
  bytes: Uint8Array,
  at: number,
  end: number,
  decimal: number,
  into: Float64Array,
  place: number,
): number {
  const sign = bytes[at]
  const first = sign === minus || sign === plus ? at + 1 : at
  let number = 0
  let fraction = 0
  let stop = first
  for (; stop < end; stop++) {
    const digit = digitAt(bytes, stop)
    if (digit >= 0 && digit <= 9) number = number * 10 + digit
    else if (bytes[stop] === decimal && fraction === 0) fraction = stop + 1
    else break
  }
  const count = fraction === 0 ? stop - first : stop - first - 1
  if (count === 0 || count > exactDigits) number = Number.NaN
  else if (fraction > 0) number /= powersOfTen[stop - fraction]!
  into[place] = sign === minus ? -number : number
  return stop
}

/** Puts a number that fills all between two places into a list; NaN for any other text, or more than 15 digits. */
export function readPlainNumber(
  bytes: Uint8Array,
  start: number,
  end: number,
  decimal: number,
  into: Float64Array,
  place: number,
): void {
  if (scanPlainNumber(bytes, start, end, decimal, into, place) !== end) into[place] = Number.NaN
}

/**
 * Reads a number with a decimal point, however many digits it has, also with an exponent: the text must match `grammar`.
 * NaN for any other, and for what is too large for a double.
 */
export function scanNumber(
  bytes: Buffer,
  at: number,
  end: number,
  grammar: RegExp,
  into: Float64Array,
  place: number,
): number {
  const stop = scanPlainNumber(bytes, at, end, point, into, place)
  const isPlain = (bytes[stop]! | 0x20) !== letterE && !Number.isNaN(into[place])
  return isPlain ? stop : scanLongNumber(bytes, at, end, grammar, into, place)
}

/** Bytes of the longest number that is looked at: all digits of the smallest double would have more. */
const longest = 400

function scanLongNumber(
  bytes: Buffer,
  at: number,
  end: number,
  grammar: RegExp,
  into: Float64Array,
  place: number,
): number {
  const most = Math.min(end, at + longest)
  let stop = at
  while (stop < most && isInNumber(bytes[stop]!)) stop++
  const text = bytes.toString('latin1', at, stop)
  const number = grammar.test(text) ? Number(text) : Number.NaN
  into[place] = Number.isFinite(number) ? number : Number.NaN
  return stop
}

const isInNumber = (code: number) =>
  (code >= 48 && code <= 57) || code === point || code === plus || code === minus || (code | 0x20) === letterE
