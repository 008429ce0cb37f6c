import type { Points } from './points.ts'

/** A run of points in time order that is not read yet: one that an import holds, or a chunk of the series. */
export interface Run {
  /** The order in which runs were written: of one time the highest counts. What the series holds has -1. */
  number: number
  count: number
  first: number
  last: number
}

/** Points that are read together, but for those of the last run. */
const together = 32_768

/** Merged points, each time once, with what became of them. */
export interface Stretch {
  points: Points
  /** Points that the series had at the same time, with another value or the same. */
  updated: number
  unchanged: number
  /** Points of the import that count in the end. */
  added: number
  /** Points of the import that another of it replaced. */
  repeated: number
}

/**
 * Merges runs, which may overlap, into stretches in time order. Only runs that overlap are held at a time: memory grows
 * with how many do, not with how many there are. `load` gives the points of some runs, in their order.
 */
export async function* mergeRuns(runs: Run[], load: (runs: Run[]) => Promise<Points[]>): AsyncGenerator<Stretch> {
  const waiting = [...runs].sort((a, b) => a.first - b.first)
  let held = new Held(0)
  for (let at = 0, next = 0; at < waiting.length; at = next) {
    for (let points = 0; next < waiting.length && points < together; next++) points += waiting[next]!.count
    const batch = waiting.slice(at, next)
    const loaded = await load(batch)
    held = held.with(batch, loaded)
    // Whatever comes later begins no earlier than the next run.
    const stretch = held.take(waiting[next]?.first ?? Infinity)
    if (stretch.points.timestamps.length > 0) yield stretch
  }
}

/** Points with the number of their run, in the order of time and, of one time, of the numbers. */
class Held {
  #timestamps: Float64Array
  #values: Float64Array
  #numbers: Float64Array

  constructor(count: number) {
    this.#timestamps = new Float64Array(count)
    this.#values = new Float64Array(count)
    this.#numbers = new Float64Array(count)
  }

  with(runs: Run[], loaded: Points[]): Held {
    const count = this.#timestamps.length + loaded.reduce((sum, { timestamps }) => sum + timestamps.length, 0)
    const all = new Held(count)
    all.#timestamps.set(this.#timestamps)
    all.#values.set(this.#values)
    all.#numbers.set(this.#numbers)
    let at = this.#timestamps.length
    for (const [i, { timestamps, values }] of loaded.entries()) {
      all.#timestamps.set(timestamps, at)
      all.#values.set(values, at)
      all.#numbers.fill(runs[i]!.number, at, at + timestamps.length)
      at += timestamps.length
    }
    return all.#sorted()
  }

  #sorted(): Held {
    const [timestamps, numbers] = [this.#timestamps, this.#numbers]
    const before = (a: number, b: number) => timestamps[a]! - timestamps[b]! || numbers[a]! - numbers[b]!
    let sorted = true
    for (let i = 1; i < timestamps.length && sorted; i++) sorted = before(i - 1, i) <= 0
    if (sorted) return this
    const order = new Uint32Array(timestamps.length).map((_, i) => i)
    order.sort((a, b) => before(a, b) || a - b)
    const copy = new Held(timestamps.length)
    for (const [to, from] of order.entries()) {
      copy.#timestamps[to] = timestamps[from]!
      copy.#values[to] = this.#values[from]!
      copy.#numbers[to] = numbers[from]!
    }
    return copy
  }

  /** Takes out the points before a time. */
  take(end: number): Stretch {
    let until = this.#timestamps.length
    while (until > 0 && this.#timestamps[until - 1]! >= end) until--
    const points: Points = { timestamps: new Float64Array(until), values: new Float64Array(until) }
    let [n, updated, unchanged, added, repeated] = [0, 0, 0, 0, 0]
    for (let i = 0; i < until; ) {
      const time = this.#timestamps[i]!
      let next = i + 1
      while (next < until && this.#timestamps[next] === time) next++
      const value = this.#values[next - 1]!
      const stored = this.#numbers[i] === -1
      const given = next - i - (stored ? 1 : 0)
      if (given > 0) {
        added++
        repeated += given - 1
        if (stored && Object.is(this.#values[i], value)) unchanged++
        else if (stored) updated++
      }
      points.timestamps[n] = time
      points.values[n++] = value
      i = next
    }
    this.#timestamps = this.#timestamps.slice(until)
    this.#values = this.#values.slice(until)
    this.#numbers = this.#numbers.slice(until)
    return {
      points: { timestamps: points.timestamps.slice(0, n), values: points.values.slice(0, n) },
      updated,
      unchanged,
      added,
      repeated,
    }
  }
}

/**
 * The chunks of a series that an import's runs touch: those that meet one, and those beside it that are not full, so
 * that many small imports do not leave many small chunks.
 */
export function touchedChunks<T extends Run>(chunks: T[], runs: Run[], full: number): Set<T> {
  const inOrder = [...chunks].sort((a, b) => a.first - b.first)
  const touched = new Set<T>()
  for (const [first, last] of unions(runs)) {
    const from = lowerIndex(inOrder, (chunk) => chunk.last >= first)
    const to = lowerIndex(inOrder, (chunk) => chunk.first > last)
    for (const chunk of inOrder.slice(from, to)) touched.add(chunk)
    for (const beside of [inOrder[from - 1], inOrder[to]]) if (beside && beside.count < full) touched.add(beside)
  }
  return touched
}

/** The runs of an import that meet neither each other nor a chunk of the series. */
export function aloneRuns<T extends Run>(runs: T[], chunks: Run[]): T[] {
  const all = [...runs, ...chunks].sort((a, b) => a.first - b.first)
  const met = new Set<Run>()
  let furthest: Run | undefined
  for (const run of all) {
    if (furthest && run.first <= furthest.last) {
      met.add(run)
      met.add(furthest)
    }
    if (!furthest || run.last > furthest.last) furthest = run
  }
  return runs.filter((run) => !met.has(run))
}

/** The spans that runs cover, joined where they meet. */
function unions(runs: Run[]): [number, number][] {
  const spans: [number, number][] = []
  for (const { first, last } of [...runs].sort((a, b) => a.first - b.first)) {
    const before = spans.at(-1)
    if (before && first <= before[1]) before[1] = Math.max(before[1], last)
    else spans.push([first, last])
  }
  return spans
}

/** The first place, of items in order, from which on a condition holds. */
function lowerIndex<T>(items: T[], holds: (item: T) => boolean): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(items[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
