import type { Sample } from './sample.ts'

/** Most columns that together tell rows of one time apart. */
const most = 3

/** A table of fewer rows may well have a row for each of its series. */
const few = 50

/** In rows that are in time order, that few may share a time without being of several series: events do. */
const tolerated = 0.1

/**
 * The columns that tell rows of one time apart: as few as possible, and of those the ones with the fewest values; and
 * those with one text throughout. A text that changes while every time comes once describes a row, not a series.
 */
export function findLabels(
  sample: Sample,
  time: { columns: number[]; sorted: boolean },
  values: number[],
  texts: number[],
): number[] {
  const times = sample.keys(time.columns)
  const points = sample.keys(values)
  const distinct = new Map(texts.map((column) => [column, new Set(sample.filled(column)).size]))
  const constant = texts.filter((column) => distinct.get(column) === 1 && sample.filled(column).length === sample.count)
  const varying = texts
    .filter((column) => distinct.get(column)! > 1 && distinct.get(column)! <= Math.max(2, sample.count / 2))
    .sort((a, b) => distinct.get(a)! - distinct.get(b)!)
    .slice(0, 12)
  let best: { columns: number[]; repeats: number } = { columns: [], repeats: repeatsOf(times, points) }
  const enough = time.sorted ? sample.count * tolerated : 0
  for (let size = 1; size <= most && best.repeats > enough; size++) {
    for (const columns of subsets(varying, size)) {
      const keys = sample.keys(columns)
      if (new Set(keys).size > sample.count / 2 && sample.count >= few) continue
      const repeats = repeatsOf(
        times.map((time, i) => `${time}\u0001${keys[i]}`),
        points,
      )
      if (repeats < best.repeats) best = { columns, repeats }
      if (repeats === 0) break
    }
  }
  return [...constant, ...best.columns].sort((a, b) => a - b)
}

/** How many rows have the key of another, and other values. */
export function repeatsOf(keys: string[], points: string[]): number {
  const seen = new Map<string, string>()
  let repeats = 0
  for (const [i, key] of keys.entries()) {
    const known = seen.get(key)
    if (known !== undefined && known !== points[i]) repeats++
    seen.set(key, points[i]!)
  }
  return repeats
}

function* subsets(columns: number[], size: number): Generator<number[]> {
  if (size === 0) yield []
  for (const [i, column] of columns.entries()) {
    if (size > 0) for (const rest of subsets(columns.slice(i + 1), size - 1)) yield [column, ...rest]
  }
}
