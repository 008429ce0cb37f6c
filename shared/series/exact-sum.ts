import { type Extremes, extremesOf } from './extremes.ts'

/** Values from here on are added apart: as many of those below as a series can have do not overflow. */
const huge = 2 ** 960

/** Fewer values are added one by one: to find out how to split them takes longer than that saves. */
const fewValues = 64

/** Most values that are added up in two sums. */
const together = 8192

/** Every finite double is a whole number of these: 2⁻¹⁰⁷⁴. */
const unitBits = 1074

/** The two sums of `splitSum`. */
const halves = new Float64Array(2)

/**
 * Adds values up in two sums that nothing is rounded in, and finds their extremes: of each value the part that is a whole number of
 * a unit, so large that the sum of all has less than 2⁵³ of them, and what is left of it, in a smaller unit that is chosen in the same
 * way. Undefined where a value is of greater size than `largest`, by which the units are chosen, or has digits below the smaller one.
 * Rump, Ogita, Oishi: "Accurate Floating-Point Summation Part I", SIAM Journal on Scientific Computing 31(1), 2008.
 */
function splitSum(values: Float64Array, from: number, to: number, largest: number): Extremes | undefined {
  let min = values[from]!
  let max = min
  let [minAt, maxAt] = [from, from]
  if (min > largest || -min > largest) return undefined
  const countBits = Math.ceil(Math.log2(to - from))
  const unit = Math.floor(Math.log2(largest)) + 2 + countBits - 53
  const smallUnit = unit - 1 + countBits - 53
  // To add a number of this size, and take it off, rounds to whole units.
  const rounder = 1.5 * 2 ** (unit + 52)
  const smallRounder = 1.5 * 2 ** (smallUnit + 52)
  let [sum, left] = [0, 0]
  for (let i = from; i < to; i++) {
    const value = values[i]!
    const whole = value + rounder - rounder
    const rest = value - whole
    if (rest + smallRounder - smallRounder !== rest) return undefined
    sum += whole
    left += rest
    if (value < min) {
      min = value
      minAt = i
    } else if (value > max) {
      max = value
      maxAt = i
    }
  }
  halves[0] = sum
  halves[1] = left
  return -min > largest || max > largest ? undefined : { min, max, minAt, maxAt }
}

/** A bound of the last values that were to be split: mostly the next ones keep to it, of whichever sum they are. */
let usual = 1

/**
 * The exact sum of finite doubles, rounded once, when it is asked for: so it is the same however the values are ordered
 * and grouped. What adding two doubles rounds away is a double again (Knuth's TwoSum), and is added up by itself, and
 * what that rounds away once more; what three doubles do not hold is counted in whole numbers.
 * Ogita, Rump, Oishi: "Accurate Sum and Dot Product", SIAM Journal on Scientific Computing 26(6), 2005.
 */
export class ExactSum {
  #sum = 0
  #lost = 0
  #rest = 0
  #units = 0n

  clear(): void {
    this.#sum = this.#lost = this.#rest = 0
    this.#units = 0n
  }

  /** Adds the values from index `from` up to, not including, `to`, and gives their extremes: in one look at them, mostly. */
  add(values: Float64Array, from = 0, to = values.length): Extremes {
    let all = this.#addSome(values, from, Math.min(to, from + together))
    for (let at = from + together; at < to; at += together) {
      const { min, max, minAt, maxAt } = this.#addSome(values, at, Math.min(to, at + together))
      if (min < all.min) all = { ...all, min, minAt }
      if (max > all.max) all = { ...all, max, maxAt }
    }
    return all
  }

  #addSome(values: Float64Array, from: number, to: number): Extremes {
    const added = to - from < fewValues ? undefined : this.#addSplit(values, from, to)
    if (added) return added
    const extremes = extremesOf(values, from, to)
    if (extremes.min <= -huge || extremes.max >= huge) {
      for (let i = from; i < to; i++) this.#units += unitsOf(values[i]!)
    } else {
      this.#addEach(values, from, to)
    }
    return extremes
  }

  /** Undefined, and nothing is added, where two sums can't hold them. */
  #addSplit(values: Float64Array, from: number, to: number): Extremes | undefined {
    let extremes = splitSum(values, from, to, usual)
    if (!extremes) {
      const { min, max } = extremesOf(values, from, to)
      const bound = 2 * Math.max(-min, max)
      if (bound >= huge) return undefined
      usual = bound
      extremes = splitSum(values, from, to, usual)
    }
    if (extremes) this.#addEach(halves, 0, 2)
    return extremes
  }

  #addEach(values: Float64Array, from: number, to: number): void {
    let sum = this.#sum
    let lost = this.#lost
    for (let i = from; i < to; i++) {
      const value = values[i]!
      const total = sum + value
      const added = total - sum
      const error = sum - (total - added) + (value - added)
      sum = total
      const all = lost + error
      const grown = all - lost
      const left = lost - (all - grown) + (error - grown)
      lost = all
      if (left !== 0) this.#addRest(left)
    }
    this.#sum = sum
    this.#lost = lost
  }

  /** Adds a sum that was taken apart by `parts`. */
  addParts(sum: number, lost: number): void {
    this.#addEach(Float64Array.of(sum, lost), 0, 2)
  }

  #addRest(left: number): void {
    const all = this.#rest + left
    const grown = all - this.#rest
    const error = this.#rest - (all - grown) + (left - grown)
    this.#rest = all
    if (error !== 0) this.#units += unitsOf(error)
  }

  /** The double next to the sum, and what that leaves out, as a double; NaN and NaN when it takes more. */
  parts(): [sum: number, lost: number] {
    if (this.#rest !== 0 || this.#units !== 0n) return [NaN, NaN]
    const total = this.#sum + this.#lost
    const added = total - this.#sum
    return [total, this.#sum - (total - added) + (this.#lost - added)]
  }

  /** The double next to the sum; infinite when it is too large for one. */
  total(): number {
    if (this.#rest === 0 && this.#units === 0n) return this.#sum + this.#lost
    return nearest(this.#units + unitsOf(this.#sum) + unitsOf(this.#lost) + unitsOf(this.#rest))
  }
}

/** The double next to the sum of values; infinite when it is too large for one. */
export function exactSum(values: Float64Array): number {
  const sum = new ExactSum()
  sum.add(values)
  return sum.total()
}

const view = new DataView(new ArrayBuffer(8))

/** A finite double as a whole number of units. */
function unitsOf(value: number): bigint {
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const size = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n)
  return value < 0 ? -size : size
}

/** The double next to a whole number of units, of two the even one. */
function nearest(units: bigint): number {
  const size = units < 0n ? -units : units
  const excess = size.toString(16).length * 4 - 64
  const cut = BigInt(Math.max(0, excess))
  const top = size >> cut
  // A bit for all that is cut off: what lies beyond the middle is told from the middle.
  const rounded = Number(top << cut === size ? top : top | 1n)
  // In two steps: neither power leaves the range of doubles before the end.
  const shift = Number(cut) - unitBits
  const half = Math.trunc(shift / 2)
  const value = rounded * 2 ** half * 2 ** (shift - half)
  return units < 0n ? -value : value
}
