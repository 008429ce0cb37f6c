import { needsOf, parseAggregates, summable } from '../../shared/series/aggregate.ts'
import { BucketAggregator } from '../../shared/series/buckets.ts'
import { Filler } from '../../shared/series/fill.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import type { Parts } from '../../shared/series/parts.ts'
import type { Points, Range } from '../../shared/series/points.ts'
import type { Rows } from '../../shared/series/rows.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import type { Summary } from '../../shared/series/summary.ts'
import { type BucketSpec, refuse } from './derived-query.ts'
import { type Plan, planRead, type Wanted, wholeRead } from './plan-read.ts'
import { inTurns, type Table } from './table.ts'

/** Most empty and other buckets of a filled answer that is not read page by page. */
const maxFilled = 1_000_000

/** Reads that the series may change under before the whole range is read in one. */
const maxAttempts = 5

export interface BucketTable extends Table {
  /** False when the rows are only those that a page needs, and may be too few. */
  complete: boolean
}

/**
 * The buckets of a series, or undefined when there is no such series. With a limit only what such a page needs is read,
 * where buckets are as dense as they may be; when its rows turn out to be too few, ask again without the limit.
 */
export async function readBuckets(
  store: SeriesStore,
  name: string,
  spec: BucketSpec,
  wanted: Wanted,
): Promise<BucketTable | undefined> {
  for (let attempt = 1; ; attempt++) {
    const planned = attempt < maxAttempts ? await planRead(store, name, spec, wanted) : undefined
    const plan = planned ?? wholeRead(spec, wanted)
    const reading = await readPlanned(store, name, spec, wanted, plan)
    if (!reading) return undefined
    // What was looked up before must be of the revision that is read.
    if (plan.revisions.some((revision) => revision !== reading.info.revision)) continue
    const { info } = reading
    checkFilled(info, spec, wanted.range, wanted.limit !== undefined)
    const rows = () => bucketRows(() => inTurns(reading.parts), spec, wanted, plan.counted, plan.complete)
    return { revision: info.revision, names: spec.aggregates.map((a) => a.name), rows, complete: plan.complete }
  }
}

/** Reads what is planned: whole chunks by their summaries, where these tell all that is asked for. */
async function readPlanned(
  store: SeriesStore,
  name: string,
  { buckets, aggregates }: BucketSpec,
  { order }: Wanted,
  { read, counted: { from = -Infinity, to = Infinity } }: Plan,
): Promise<{ info: SeriesInfo; parts: Parts } | undefined> {
  if (!summable(needsOf(aggregates))) {
    const reading = await store.read(name, { ...read, order })
    return reading && { info: reading.info, parts: { [Symbol.iterator]: () => reading.runs()[Symbol.iterator]() } }
  }
  // Chunks come in order, so mostly it is the bucket of the one before.
  let [start, end] = [Infinity, -Infinity]
  const tells = ({ first, last, sum, firstValue }: Summary) => {
    if (Number.isNaN(sum) || Number.isNaN(firstValue)) return false
    if (first < start || first >= end) [start, end] = [buckets.startOf(first), buckets.endOf(first)]
    return last < end && first >= from && last < to
  }
  return store.readParts(name, { ...read, order, lengthMs: buckets.lengthMs, tells })
}

/** Refuses to fill more buckets than anybody reads at once. */
export function checkFilled(info: SeriesInfo, { buckets, fill }: BucketSpec, range: Range, paged: boolean): void {
  if (fill === 'none' || paged) return
  const count = bucketsIn(info, buckets.lengthMs, range)
  if (count <= maxFilled) return
  const detail = `the range has some ${Math.round(count)} buckets, more than ${maxFilled} to fill; take wider ones, a shorter range, or read page by page with 'limit'`
  refuse([{ parameter: 'every', detail }])
}

/** About how many buckets a range has, empty ones included. */
export function bucketsIn(
  { first, last }: Pick<SeriesInfo, 'first' | 'last'>,
  lengthMs: number,
  { from, to }: Range,
): number {
  const [start, end] = [from ?? first, to ?? last]
  return start === undefined || end === undefined ? 0 : Math.max(0, (end - start) / lengthMs)
}

async function* bucketRows(
  runs: () => AsyncIterable<Points | Summary>,
  { buckets, aggregates, fill }: BucketSpec,
  { range: { from, to }, order, after }: Wanted,
  counted: Range,
  complete: boolean,
): AsyncGenerator<Rows> {
  if (from !== undefined && to !== undefined && from >= to) return
  const names = aggregates.map(({ name }) => name)
  // A time-weighted mean goes on through empty buckets: they need to know what was last.
  const held = fill !== 'none' && names.includes('twmean')
  const figures = held ? [...aggregates, ...parseAggregates('last')] : aggregates
  const aggregator = new BucketAggregator({ buckets, aggregates: figures, range: counted, order })
  if (fill === 'none') {
    for await (const run of runs()) {
      const rows = aggregator.push(run)
      if (rows.timestamps.length > 0) yield rows
    }
    if (complete) yield aggregator.finish()
    return
  }
  const bounds = {
    first: from === undefined ? undefined : buckets.startOf(from),
    last: to === undefined ? undefined : buckets.startOf(to - 1),
  }
  if (after !== undefined && order === 'asc') bounds.first = buckets.endOf(after)
  if (after !== undefined && order === 'desc') bounds.last = buckets.startOf(after - 1)
  const before = held ? { before: () => aggregator.before } : {}
  const filler = new Filler({ buckets, fill, names, order, ...bounds, ...before })
  for await (const run of runs()) yield* filler.push(aggregator.push(run))
  if (!complete) return
  yield* filler.push(aggregator.finish())
  yield* filler.finish()
}
