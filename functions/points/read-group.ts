import { Filler } from '../../shared/series/fill.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import { Reducer } from '../../shared/series/reduce.ts'
import { type Rows, reverseRows } from '../../shared/series/rows.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import { type BucketSpec, refuse } from './derived-query.ts'
import type { Grouping } from './group-series.ts'
import type { Wanted } from './plan-read.ts'
import { bucketsIn, readBuckets } from './read-buckets.ts'

/** Most figures that a group may hold, and with the median most figures of its series. */
const maxFigures = 1_000_000
const maxMedianFigures = 10_000_000

/**
 * The buckets of a group of series, reduced to one row each. The empty buckets of each series are filled before, and what
 * no series has afterwards. One series is read at a time.
 */
export async function openGroup(
  store: SeriesStore,
  members: SeriesInfo[],
  spec: BucketSpec,
  { reduction }: Grouping,
  { range, order }: Wanted,
): Promise<() => AsyncIterable<Rows>> {
  const { buckets, fill, aggregates } = spec
  const reducer = new Reducer(reduction, aggregates.length)
  for (const { name } of members) {
    const table = await readBuckets(store, name, spec, { range, order: 'asc' })
    if (!table) continue // deleted since it was found
    for await (const rows of table.rows()) reducer.push(rows)
  }
  const reduced = reducer.finish()
  const rows = order === 'asc' ? reduced : reverseRows(reduced)
  return async function* () {
    if (fill === 'none') return yield rows
    // The asked bounds are filled already, where any series is there.
    const filler = new Filler({ buckets, fill, names: aggregates.map(({ name }) => name), order })
    yield* filler.push(rows)
  }
}

/** Refuses groups that would hold too many figures at once: before anything of the answer is sent. */
export function checkGroup(members: SeriesInfo[], spec: BucketSpec, { reduction }: Grouping, { range }: Wanted): void {
  const [width, filled] = [spec.aggregates.length, spec.fill !== 'none']
  const each = members.map((info) => {
    const buckets = bucketsIn(info, spec.buckets.lengthMs, range) + 1
    return filled ? buckets : Math.min(buckets, info.count)
  })
  const all = each.reduce((sum, count) => sum + count, 0)
  const span = bucketsIn(spanOf(members), spec.buckets.lengthMs, range) + 1
  const distinct = Math.min(all, span)
  if (distinct * width <= maxFigures && (reduction !== 'median' || all * width <= maxMedianFigures)) return
  const detail = 'the range has more buckets than can be reduced at once; take wider ones or a shorter range'
  refuse([{ parameter: 'every', detail }])
}

/** The first and the last time of all members. */
function spanOf(members: SeriesInfo[]): Pick<SeriesInfo, 'first' | 'last'> {
  const filled = members.filter(({ first }) => first !== undefined)
  if (filled.length === 0) return {}
  return { first: Math.min(...filled.map((m) => m.first!)), last: Math.max(...filled.map((m) => m.last!)) }
}
