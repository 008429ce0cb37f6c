import { lttb } from '../../shared/series/lttb.ts'
import { m4Runs } from '../../shared/series/m4-runs.ts'
import { noPoints, type Points, pointsInRange } from '../../shared/series/points.ts'
import { reverseRows } from '../../shared/series/rows.ts'
import type { Reading, SeriesStore } from '../../shared/series/store.ts'
import type { DownsampleSpec } from './derived-query.ts'
import type { Wanted } from './plan-read.ts'
import { inTurns, type Table } from './table.ts'

/** The points of a series that draw its shape, or undefined when there is no such series. */
export async function readDownsampled(
  store: SeriesStore,
  name: string,
  spec: DownsampleSpec,
  wanted: Wanted,
): Promise<Table | undefined> {
  const { range, order, after } = wanted
  const reading = await store.read(name, range)
  if (!reading) return undefined
  let kept: Promise<Points> | undefined
  return {
    revision: reading.info.revision,
    names: ['value'],
    async *rows() {
      kept ??= downsample(reading, spec, wanted)
      const page = order === 'asc' ? { from: after === undefined ? undefined : after + 1 } : { to: after }
      const { timestamps, values } = pointsInRange(await kept, page)
      const rows = { timestamps, columns: [values] }
      yield order === 'asc' ? rows : reverseRows(rows)
    },
  }
}

/** Columns of pixels divide the asked range; where it is open, it goes from the first point, or to the last. */
async function downsample(reading: Reading, { method, count }: DownsampleSpec, { range }: Wanted): Promise<Points> {
  const runs = () => inTurns(reading.runs())
  if (method === 'lttb') return lttb(runs, count)
  const { first, last } = reading.info
  const [from, to] = [range.from ?? first, range.to ?? (last === undefined ? undefined : last + 1)]
  return from === undefined || to === undefined || from >= to ? noPoints : m4Runs(runs(), from, to, count)
}
