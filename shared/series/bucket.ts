import { ExactSum } from './exact-sum.ts'
import type { Points } from './points.ts'
import type { Summary } from './summary.ts'

/** What a bucket must keep beside count, first and last, so that its aggregates can be told. */
export interface Needs {
  /** Sum, smallest and largest value. */
  sums: boolean
  /** The squared deviations from the mean. */
  squares: boolean
  /** The area below the steps from point to point. */
  area: boolean
  /** Every value. */
  values: boolean
}

/**
 * What is known of the points of one bucket. Runs of points are added in the order of time or in the opposite one, each
 * in one pass, or their summaries where no more is needed than these tell: what is kept is the same, bit for bit.
 */
export class Bucket {
  readonly needs: Needs
  /** The bucket's bounds in Unix milliseconds: `[start, end)`. */
  start = Infinity
  end = -Infinity
  count = 0
  readonly sum = new ExactSum()
  min = Infinity
  max = -Infinity
  firstTime = NaN
  first = NaN
  lastTime = NaN
  last = NaN
  /** The mean is `origin + mean`. */
  origin = 0
  mean = 0
  squares = 0
  /** From the first point to the last: the sum of (value − first value) times milliseconds that it held. */
  area = 0
  values = new Float64Array(0)

  constructor(needs: Needs) {
    this.needs = needs
  }

  open(start: number, end: number): void {
    this.start = start
    this.end = end
    this.sum.clear()
    this.count = this.mean = this.squares = this.area = 0
    this.min = Infinity
    this.max = -Infinity
    this.firstTime = this.first = this.lastTime = this.last = NaN
  }

  /** Adds the points from index `from` up to, not including, `to`: all before or all behind those that are there. */
  add(points: Points, from: number, to: number): void {
    if (from >= to) return
    if (this.needs.sums) this.#addSums(points.values, from, to)
    if (this.needs.squares) this.#addSquares(points.values, from, to)
    if (this.needs.values) this.#addValues(points.values, from, to)
    this.#addEnds(points, from, to)
    this.count += to - from
  }

  /** Adds a run by its summary: all before or all behind the points that are there. */
  addSummary({ count, first, last, min, max, sum, lost, firstValue, lastValue }: Summary): void {
    if (this.needs.sums) {
      this.sum.addParts(sum, lost)
      if (min < this.min) this.min = min
      if (max > this.max) this.max = max
    }
    const before = this.count > 0 && first < this.firstTime
    if (this.count === 0 || before) [this.firstTime, this.first] = [first, firstValue]
    if (!before) [this.lastTime, this.last] = [last, lastValue]
    this.count += count
  }

  #addSums(values: Float64Array, from: number, to: number): void {
    const { min, max } = this.sum.add(values, from, to)
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
  }

  /**
   * The squared deviations in two passes with a correction, and those of two parts merged (Chan, Golub, LeVeque:
   * "Algorithms for Computing the Sample Variance", The American Statistician 37(3), 1983). All values are taken from
   * the first that came, or a mean far from zero would lose the digits that tell the parts apart.
   */
  #addSquares(values: Float64Array, from: number, to: number): void {
    const [before, added] = [this.count, to - from]
    if (before === 0) this.origin = values[from]!
    const { origin } = this
    let sum = 0
    for (let i = from; i < to; i++) sum += values[i]! - origin
    const mean = sum / added
    let [squares, rest] = [0, 0]
    for (let i = from; i < to; i++) {
      const deviation = values[i]! - origin - mean
      squares += deviation * deviation
      rest += deviation
    }
    const apart = mean - this.mean
    const all = before + added
    this.squares += squares - (rest * rest) / added + apart * apart * ((before * added) / all)
    this.mean += apart * (added / all)
  }

  #addValues(values: Float64Array, from: number, to: number): void {
    const count = this.count + to - from
    if (count > this.values.length) {
      const wider = new Float64Array(Math.max(64, count, 2 * this.values.length))
      wider.set(this.values.subarray(0, this.count))
      this.values = wider
    }
    this.values.set(values.subarray(from, to), this.count)
  }

  #addEnds({ timestamps, values }: Points, from: number, to: number): void {
    const [firstTime, first, lastTime, last] = [timestamps[from]!, values[from]!, timestamps[to - 1]!, values[to - 1]!]
    const before = this.count > 0 && firstTime < this.firstTime
    if (this.needs.area) {
      const origin = this.count > 0 && !before ? this.first : first
      let area = 0
      for (let i = from + 1; i < to; i++) area += (values[i - 1]! - origin) * (timestamps[i]! - timestamps[i - 1]!)
      if (this.count > 0) {
        area += before
          ? (last - origin) * (this.firstTime - lastTime) + (this.first - origin) * (this.lastTime - this.firstTime)
          : (this.last - origin) * (firstTime - this.lastTime)
      }
      this.area += area
    }
    if (this.count === 0 || before) [this.firstTime, this.first] = [firstTime, first]
    if (!before) [this.lastTime, this.last] = [lastTime, last]
  }
}
