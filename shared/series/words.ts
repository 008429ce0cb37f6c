/**
 * Whole numbers from 0 on, one for each point, on their way into or out of byte planes: their lower 32 bits, and where any
 * takes more than four bytes their upper ones.
 */
export interface Words {
  low: Uint32Array
  high: Uint32Array
  /** Bytes that the largest takes, 0 to 8. */
  bytes: number
}

let memory = { low: new Uint32Array(0), high: new Uint32Array(0) }

/**
 * Room for so many numbers. All chunks use the same memory, so that packing and unpacking allocate nothing for a point: it
 * is good until the next call, and holds what was left in it.
 */
export function wordsFor(count: number): Words {
  if (memory.low.length < count) memory = { low: new Uint32Array(count), high: new Uint32Array(count) }
  return { low: memory.low.subarray(0, count), high: memory.high.subarray(0, count), bytes: 0 }
}

/** Bytes that a word takes. */
export const bytesOf = (word: number): number => (39 - Math.clz32(word)) >> 3

/** Bytes that a number takes, below 2⁵³. */
export const bytesOfNumber = (number: number): number =>
  number < 2 ** 32 ? bytesOf(number) : 4 + bytesOf(number / 2 ** 32)

/**
 * A whole number of either sign as one of none, small where it was small: 0, −1, 1, −2, 2 … become 0, 1, 2, 3, 4 …
 * For numbers within ±2⁵¹. Without a branch, since signs can't be foreseen.
 */
export const zigzag = (number: number): number => Math.abs(2 * number + 0.5) - 0.5

/** The number of which `zigzag` made a word. */
export const unzigzag = (word: number): number => (word >>> 1) ^ -(word & 1)

/** The number of which `zigzag` made two words. */
export function unzigzagWide(low: number, high: number): number {
  const half = high * 2 ** 31 + (low >>> 1)
  return (low & 1) === 0 ? half : -half - 1
}
