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
 * Adds values up in two sums that nothing is rounded in: of each value the part that is a whole number of 2^unit, so large that
 * the sum of all has less than 2⁵³ of them, and what is left of it, counted in 2^smallUnit. False where a value has digits below that.
 * Rump, Ogita, Oishi: "Accurate Floating-Point Summation Part I", SIAM Journal on Scientific Computing 31(1), 2008.
 */
function splitSum(values: Float64Array, from: number, to: number, unit: number, smallUnit: number): boolean {
  // To add a number of this size, and take it off, rounds to whole units.
  const rounder = 1.5 * 2 ** (unit + 52)
  const smallRounder = 1.5 * 2 ** (smallUnit + 52)
  let [sum, left] = [0, 0]
  for (let i = from; i < to; i++) {
    const value = values[i]!
    const whole = value + rounder - rounder
    const rest = value - whole
    if (rest + smallRounder - smallRounder !== rest) return false
    sum += whole
    left += rest
  }
  halves[0] = sum
  halves[1] = left
  return true
}

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

  /** Adds the values from index `from` up to, not including, `to`; all lie from `min` to `max`. */
  add(values: Float64Array, from: number, to: number, min: number, max: number): void {
    if (min <= -huge || max >= huge) {
      for (let i = from; i < to; i++) this.#units += unitsOf(values[i]!)
      return
    }
    for (let at = from; at < to; at += together) {
      const end = Math.min(to, at + together)
      if (end - at < fewValues || !this.#addSplit(values, at, end, Math.max(-min, max))) this.#addEach(values, at, end)
    }
  }

  /** The same where `splitSum` can, for values none of which is larger than `largest`; false, and nothing is added, where not. */
  #addSplit(values: Float64Array, from: number, to: number, largest: number): boolean {
    const countBits = Math.ceil(Math.log2(to - from))
    const unit = Math.floor(Math.log2(largest)) + 2 + countBits - 53
    const smallUnit = unit - 1 + countBits - 53
    if (!splitSum(values, from, to, unit, smallUnit)) return false
    this.#addEach(halves, 0, 2)
    return true
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

/** The double next to the sum of values that lie from `min` to `max`; infinite when it is too large for one. */
export function exactSum(values: Float64Array, min: number, max: number): number {
  const sum = new ExactSum()
  sum.add(values, 0, values.length, min, max)
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
