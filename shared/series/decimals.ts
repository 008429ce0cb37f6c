import { bytesOfNumber, unzigzag, unzigzagWide, type Words, zigzag } from './words.ts'

/**
 * Values as whole numbers of units, tenths, hundredths …: most of what is measured is written down with few decimals. Of
 * the whole numbers the differences of neighbours are kept. n / 10ᵉ gives the very double that the decimal text reads as:
 * 10ᵉ up to 10²² is exact, and a division is rounded once, to the nearest.
 */
const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
export const maxExponent = powers.length - 1

/** The whole numbers are smaller, so that their differences, made unsigned, are exact. */
const limit = 2 ** 50

/** Doubles of this size have no fraction. */
const wholes = 1.5 * 2 ** 52

/** The whole number next to one within ±2⁵¹, in two additions: Math.round takes twice as long. */
const nearest = (number: number): number => number + wholes - wholes

/**
 * Puts the differences, made unsigned, into `words`, and gives the exponent: that of the smallest power of ten of which
 * each value is a whole number of parts, to the last bit but for the sign of −0. Undefined where there is none.
 */
export function takeDecimals(values: Float64Array, words: Words): number | undefined {
  let exponent = 0
  let largest = takeDifferences(values, powers[exponent]!, words.low, 1)
  while (largest < 0) {
    const failed = values[-1 - largest]!
    // What a power gives back, a larger one gives back too: the exponent only rises.
    do {
      if (exponent++ === maxExponent) return undefined
    } while (!isWhole(failed, powers[exponent]!))
    largest = takeDifferences(values, powers[exponent]!, words.low, 1)
  }
  words.bytes = bytesOfNumber(largest)
  if (words.bytes > 4) takeDifferences(values, powers[exponent]!, words.high, 2 ** -32)
  return exponent
}

/** Gives the largest difference; or −1 − i when a power does not give back the value i. */
function takeDifferences(values: Float64Array, power: number, words: Uint32Array, part: number): number {
  let before = nearest((values[0] ?? 0) * power)
  let largest = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const whole = nearest(value * power)
    if (whole / power !== value || whole >= limit || whole <= -limit) return -1 - i
    const difference = zigzag(whole - before)
    if (difference > largest) largest = difference
    words[i] = difference * part
    before = whole
  }
  return largest
}

function isWhole(value: number, power: number): boolean {
  const whole = nearest(value * power)
  return whole / power === value && Math.abs(whole) < limit
}

/** The values of which `takeDecimals` took the differences, from the first one on. */
export function putDecimals({ low, high, bytes }: Words, exponent: number, first: number, values: Float64Array): void {
  const power = powers[exponent]!
  let whole = nearest(first * power)
  if (bytes <= 4) {
    for (let i = 0; i < values.length; i++) {
      whole += unzigzag(low[i]!)
      values[i] = whole / power
    }
  } else {
    for (let i = 0; i < values.length; i++) {
      whole += unzigzagWide(low[i]!, high[i]!)
      values[i] = whole / power
    }
  }
}

/** Marks the values that are −0 by ones in `words`; false where there is none. Rounding to few decimals makes some. */
export function takeNegativeZeroes(values: Float64Array, words: Words): boolean {
  words.bytes = 0
  if (!values.includes(0)) return false // it finds −0 too
  for (let i = 0; i < values.length; i++) {
    const isOne = Object.is(values[i], -0)
    words.low[i] = isOne ? 1 : 0
    if (isOne) words.bytes = 1
  }
  return words.bytes > 0
}

/** Makes what is marked −0. */
export function putNegativeZeroes({ low }: Words, values: Float64Array): void {
  for (let i = 0; i < values.length; i++) if (low[i] !== 0) values[i] = -0
}
