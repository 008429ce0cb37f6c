import { bytesOf, type Words } from './words.ts'

/**
 * Values by the bits in which each differs from the one before: neighbours of one size have sign, exponent and upper digits
 * in common, so that the upper bytes are mostly zero.
 * Pelkonen et al.: "Gorilla: A Fast, Scalable, In-Memory Time Series Database", VLDB 8(12), 2015.
 */
export function takeXors(values: Float64Array, words: Words): void {
  const { low, high } = words
  const bits = bitsOf(values)
  let lowBefore = bits[0]!
  let highBefore = bits[1]!
  let anyLow = 0
  let anyHigh = 0
  for (let i = 0; i < low.length; i++) {
    const lowBits = bits[2 * i]!
    const highBits = bits[2 * i + 1]!
    low[i] = lowBits ^ lowBefore
    high[i] = highBits ^ highBefore
    anyLow |= lowBits ^ lowBefore
    anyHigh |= highBits ^ highBefore
    lowBefore = lowBits
    highBefore = highBits
  }
  words.bytes = anyHigh === 0 ? bytesOf(anyLow) : 4 + bytesOf(anyHigh)
}

/** The values of which `takeXors` took the bits, from the first one on. */
export function putXors({ low, high, bytes }: Words, first: number, values: Float64Array): void {
  const bits = bitsOf(values)
  const firstBits = bitsOf(Float64Array.of(first))
  let lowBits = firstBits[0]!
  let highBits = firstBits[1]!
  if (bytes <= 4) high.fill(0)
  for (let i = 0; i < low.length; i++) {
    lowBits ^= low[i]!
    highBits ^= high[i]!
    bits[2 * i] = lowBits
    bits[2 * i + 1] = highBits
  }
}

/** The lower and the upper halves of doubles, by turns. */
const bitsOf = (values: Float64Array) => new Uint32Array(values.buffer, values.byteOffset, 2 * values.length)
