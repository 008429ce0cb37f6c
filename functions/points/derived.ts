import { entityTag } from '../../shared/http/answer.ts'
import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import type { Answer, Request } from '../../shared/http/http.ts'
import type { Range } from '../../shared/series/points.ts'
import {
  csvHeader,
  csvRows,
  jsonRows,
  ndjsonRows,
  printColumns,
  printRows,
  type RowsForm,
} from '../../shared/series/print-rows.ts'
import { unknownSeries } from '../../shared/series/store.ts'
import { readBucketSpec, readDownsampleSpec } from './derived-query.ts'
import type { Wanted } from './plan-read.ts'
import { readBuckets } from './read-buckets.ts'
import { readDownsampled } from './read-downsampled.ts'
import { type PointsServices, usesEpoch } from './services.ts'
import { type Table, tableOf, takeRows } from './table.ts'

/**
 * The answer to a read of buckets (`every`) or of a downsampled series (`downsample`); undefined when neither is asked
 * for. Throws Problem.
 */
export async function answerDerived(
  request: Request,
  { store, bases }: PointsServices,
  name: string,
  range: Range,
): Promise<Answer | undefined> {
  const buckets = readBucketSpec(request)
  const downsample = readDownsampleSpec(request)
  if (!buckets && !downsample) return undefined
  const { limit, cursor, shape, ...query } = request.query as { limit?: number; cursor?: string; shape: string }
  const { order } = request.query as { order: 'asc' | 'desc' }
  const key = { name, ...query }
  const after = readCursor<number>(key, cursor, 'number')
  const wanted: Wanted = { range, order, after, limit: limit === undefined ? undefined : limit + 1 }
  const read = async (wanted: Wanted) => {
    const table = buckets
      ? await readBuckets(store, name, buckets, wanted)
      : await readDownsampled(store, name, downsample!, wanted)
    if (!table) throw unknownSeries(name)
    return table
  }
  let table: Table = await read(wanted)
  let lastKey: number | undefined
  if (limit !== undefined) {
    let page = await takeRows(table, limit)
    if (page.lastKey === undefined && 'complete' in table && !table.complete) {
      // The buckets are further apart than a full page would be: read on to the end of the range.
      table = await read({ ...wanted, limit: Infinity })
      page = await takeRows(table, limit)
    }
    lastKey = page.lastKey
    table = tableOf(table.revision, table.names, page.rows)
  }
  const next = lastKey === undefined ? undefined : makeCursor(key, lastKey)
  const form = { names: table.names, epoch: usesEpoch(request) }
  return {
    etag: entityTag(table.revision, query, range, after, limit, shape, request.format),
    headers: { 'cache-control': 'private, no-cache', ...nextLink(request, bases, 'points', next) },
    body: print(request.format, shape, name, table, form, next),
  }
}

async function* print(
  format: string,
  shape: string,
  series: string,
  { names, rows }: Table,
  form: RowsForm,
  next: string | undefined,
): AsyncGenerator<string> {
  if (format === 'ndjson') return yield* printRows(rows(), ndjsonRows(form))
  if (format === 'csv') {
    yield csvHeader(names)
    return yield* printRows(rows(), csvRows(form))
  }
  yield `{"series":${JSON.stringify(series)},`
  if (shape === 'columns') yield* printColumns(rows, form)
  else {
    yield '"points":['
    yield* printRows(rows(), jsonRows(form))
    yield ']'
  }
  yield `,"next":${JSON.stringify(next ?? null)}}\n`
}
