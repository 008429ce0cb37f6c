import type { Range } from '../../shared/series/points.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import type { BucketSpec } from './derived-query.ts'

export interface Wanted {
  range: Range
  order: 'asc' | 'desc'
  /** The start of the last bucket of the page before. */
  after?: number | undefined
  /** Buckets that are wanted at least; without it, all. */
  limit?: number | undefined
}

/** What to read for some buckets. */
export interface Plan {
  /** The range to read: what is counted, and the last point before it where one is carried in. */
  read: Range
  /** The range whose points are counted. */
  counted: Range
  /** False when the range ends with what a page most likely needs. */
  complete: boolean
  /** Revisions that this was found with. */
  revisions: string[]
}

/** Whether a figure needs the value that held before the range. */
const carries = ({ aggregates }: BucketSpec) => aggregates.some(({ name }) => name === 'twmean')

/** What is left of the range behind the page before. */
function restOf({ buckets }: BucketSpec, { range, order, after }: Wanted): Range {
  if (after === undefined) return { ...range }
  return order === 'asc'
    ? { ...range, from: Math.max(range.from ?? -Infinity, buckets.endOf(after)) }
    : { ...range, to: Math.min(range.to ?? Infinity, after) }
}

/** Everything that the buckets of a query or a page can depend on. */
export function wholeRead(spec: BucketSpec, wanted: Wanted): Plan {
  const counted = spec.fill === 'none' ? restOf(spec, wanted) : wanted.range
  return { read: carries(spec) ? { to: counted.to } : counted, counted, complete: true, revisions: [] }
}

/**
 * What a query or a page of it depends on, looked up by single points: where the page may end, the bucket before it that
 * its empty buckets are filled from, and the point before the range whose value is carried in.
 */
export async function planRead(store: SeriesStore, name: string, spec: BucketSpec, wanted: Wanted): Promise<Plan> {
  const { buckets, fill } = spec
  const { range, order, after, limit } = wanted
  const forward = order === 'asc'
  const revisions: string[] = []

  /** The first point of a range in an order. */
  async function find(within: Range, order: 'asc' | 'desc'): Promise<number | undefined> {
    const reading = await store.read(name, { ...within, order, limit: 1 })
    if (!reading) return undefined
    revisions.push(reading.info.revision)
    const [run] = reading.runs()
    return run?.timestamps.at(order === 'asc' ? 0 : -1)
  }

  const rest = restOf(spec, wanted)
  const counted: Range = { ...rest }
  let complete = true

  if (limit !== undefined) {
    const nearest = await find(rest, order)
    const span = (limit + 2) * buckets.lengthMs * 1.1
    if (nearest !== undefined && forward && nearest + span < (range.to ?? Infinity)) counted.to = nearest + span
    if (nearest !== undefined && !forward && nearest - span > (range.from ?? -Infinity)) counted.from = nearest - span
    complete = counted.to === rest.to && counted.from === rest.from
  }
  if (after !== undefined && fill !== 'none') {
    const nearest = forward
      ? await find({ from: range.from, to: rest.from }, 'desc')
      : await find({ from: rest.to, to: range.to }, 'asc')
    if (nearest !== undefined && forward) counted.from = Math.max(range.from ?? -Infinity, buckets.startOf(nearest))
    if (nearest !== undefined && !forward) counted.to = Math.min(range.to ?? Infinity, buckets.endOf(nearest))
  }
  const read = { ...counted }
  if (carries(spec) && counted.from !== undefined)
    read.from = (await find({ to: counted.from }, 'desc')) ?? counted.from
  return { read, counted, complete, revisions }
}
