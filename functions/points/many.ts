import { createHash } from 'node:crypto'
import { entityTag } from '../../shared/http/answer.ts'
import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import type { Answer, Formats, Request, Route } from '../../shared/http/http.ts'
import { Notes } from '../../shared/http/notes.ts'
import { rangeQuery, resolveRange, tzQuery, unitQuery } from '../../shared/http/range.ts'
import { manySchema } from '../../shared/schemas/derived.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import { csvField } from '../../shared/series/print-rows.ts'
import type { Rows } from '../../shared/series/rows.ts'
import { type BucketSpec, bucketsQuery, readBucketSpec } from './derived-query.ts'
import { type Grouping, groupKey, groupQuery, groupSeries, readGrouping } from './group-series.ts'
import type { Wanted } from './plan-read.ts'
import { type Entry, printMany } from './print-many.ts'
import { checkFilled, readBuckets } from './read-buckets.ts'
import { checkGroup, openGroup } from './read-group.ts'
import { selectQuery, selectSeries } from './select-series.ts'
import { type PointsServices, timeOptions, timestampsQuery, usesEpoch } from './services.ts'
import { pointRows } from './table.ts'

const formats: Formats = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' }

/** An entry of the answer, with what its ETag and its cursor are made of. */
interface Part extends Entry {
  key: string
  members: SeriesInfo[]
}

/** Several series at once. */
export const manyRoute: Route<PointsServices> = {
  method: 'GET',
  path: '/points',
  scope: 'read',
  summary: 'Read points of several series, or aggregate them by buckets and groups',
  direct: true,
  suffix: true,
  formats,
  query: {
    ...selectQuery,
    ...rangeQuery,
    ...bucketsQuery,
    ...groupQuery,
    order: { enum: ['asc', 'desc'], default: 'asc', description: 'By time, within each series' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, description: 'Most series, or groups, of a page' },
    cursor: { type: 'string', description: '`next` of the page before' },
    shape: { enum: ['points', 'columns'], default: 'points', description: 'JSON as a list of points, or as lists' },
    tz: { ...tzQuery, description: 'IANA zone of dates, local date-times and calendar buckets; default UTC' },
    unit: unitQuery,
    timestamps: timestampsQuery,
  },
  answers: { 200: { description: 'Series or groups, each with its points or buckets', schema: manySchema } },
  async handle(request, services): Promise<Answer> {
    const { limit, cursor, shape, ...query } = request.query as { limit?: number; cursor?: string; shape: string }
    const { order } = request.query as { order: 'asc' | 'desc' }
    const options = { ...timeOptions(request), now: Date.now() }
    const notes = new Notes()
    const range = resolveRange(request.query, options, 'invalid-query', (parameter) => ({ parameter }), notes.add)
    const spec = readBucketSpec(request)
    const grouping = readGrouping(request)
    const after = readCursor<string>(query, cursor, 'string')
    const wanted: Wanted = { range, order }
    const found = await findParts(request, services, spec, grouping, wanted, after)
    const parts = limit === undefined ? found : found.slice(0, limit)
    const next = parts.length < found.length ? makeCursor(query, parts.at(-1)!.key) : undefined
    const revisions = parts.flatMap(({ members }) => members.map(({ name, revision }) => [name, revision]))
    const names = spec ? spec.aggregates.map(({ name }) => name) : ['value']
    const form = { names, epoch: usesEpoch(request), shape, labels: grouping?.labels }
    return {
      // A series that changes while the answer is sent has another revision, so this tag is never met again.
      etag: entityTag(hash(revisions), query, range, after, limit, shape, request.format),
      headers: {
        'cache-control': 'private, no-cache',
        ...nextLink(request, services.bases, 'points', next),
        ...notes.header(),
      },
      body: printMany(request.format, parts, form, next),
    }
  },
}

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16)

/** The entries behind the last one of the page before; where there is a limit, one more than fit on the page tells of the next. */
async function findParts(
  request: Request,
  services: PointsServices,
  spec: BucketSpec | undefined,
  grouping: Grouping | undefined,
  wanted: Wanted,
  after: string | undefined,
): Promise<Part[]> {
  const { store } = services
  if (spec && grouping) {
    const infos = await selectSeries(request, services, { after: undefined, most: undefined })
    const groups = groupSeries(infos, grouping)
      .map((group) => ({ ...group, key: groupKey(Object.values(group.labels)) }))
      .filter(({ key }) => after === undefined || key > after)
    for (const { members } of groups) checkGroup(members, spec, grouping, wanted)
    return groups.map(({ labels, members, key }) => ({
      key,
      members,
      json: `"labels":${JSON.stringify(labels)}`,
      csv: Object.values(labels).map(csvField),
      open: () => openGroup(store, members, spec, grouping, wanted),
    }))
  }
  const { limit } = request.query as { limit?: number }
  const infos = await selectSeries(request, services, { after, most: limit })
  for (const info of infos) if (spec) checkFilled(info, spec, wanted.range, false)
  return infos.map((info) => ({
    key: info.name,
    members: [info],
    json: `"series":${JSON.stringify(info.name)}`,
    csv: [csvField(info.name)],
    open: () => openSeries(services, info.name, spec, wanted),
  }))
}

/** Reads one series; it has no rows when it was deleted since it was found. */
async function openSeries(
  { store }: PointsServices,
  name: string,
  spec: BucketSpec | undefined,
  wanted: Wanted,
): Promise<() => AsyncIterable<Rows>> {
  if (spec) {
    const table = await readBuckets(store, name, spec, wanted)
    return () => table?.rows() ?? noRows()
  }
  const reading = await store.read(name, { ...wanted.range, order: wanted.order })
  return () => (reading ? pointRows(reading.runs(), wanted.order) : noRows())
}

async function* noRows(): AsyncGenerator<Rows> {}
