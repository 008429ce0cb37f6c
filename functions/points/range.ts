import { entityTag } from '../../shared/http/answer.ts'
import { bodyStream, bounded } from '../../shared/http/body.ts'
import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import {
  type Answer,
  contentType,
  type Formats,
  type Request,
  type Route,
  summarizeErrors,
} from '../../shared/http/http.ts'
import { Notes } from '../../shared/http/notes.ts'
import { rangeQuery, resolveRange, tzQuery, unitQuery } from '../../shared/http/range.ts'
import { capitalized, Problem } from '../../shared/problems.ts'
import { derivedSchema } from '../../shared/schemas/derived.ts'
import { deletedSchema, pointsBodySchema, writtenSchema } from '../../shared/schemas/points.ts'
import { type ParseOptions, PointsError, type PointsForm, parsePoints, sniffForm } from '../../shared/series/parse.ts'
import { concatPoints, noPoints, type Points, type Range, slicePoints } from '../../shared/series/points.ts'
import { printColumns, printCsv, printJson, printNdjson } from '../../shared/series/print.ts'
import { type Reading, unknownSeries } from '../../shared/series/store.ts'
import { answerDerived } from './derived.ts'
import { bucketsQuery, downsampleQuery } from './derived-query.ts'
import { type PointsServices, seriesName, timeOptions, timestampsQuery, usesEpoch, writeOptions } from './services.ts'

const forms: Record<string, PointsForm> = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
}

const formats: Formats = { json: 'application/json', csv: 'text/csv', ndjson: 'application/x-ndjson' }

function readRange(request: Request, notes: Notes): Range {
  return resolveRange(request.query, timeOptions(request), 'invalid-query', (parameter) => ({ parameter }), notes.add)
}

/** The range of a write that takes points out: both bounds, or `all=true` alone, so that none is forgotten. */
export function readBounded(request: Request, notes: Notes): Range {
  const range = readRange(request, notes)
  const missing = (['from', 'to'] as const).filter((bound) => range[bound] === undefined)
  if (missing.length === (request.query.all ? 2 : 0)) return range
  const detail = "a range is named by both 'from' and 'to', everything by 'all=true' alone"
  const errors = (request.query.all ? ['all'] : missing).map((parameter) => ({ parameter, detail }))
  throw new Problem('invalid-query', `${capitalized(detail)}.`, { errors })
}

export const boundedQuery = {
  ...rangeQuery,
  all: { type: 'boolean', default: false, description: 'Every point' },
  tz: tzQuery,
  unit: unitQuery,
  timestamps: timestampsQuery,
}

export const pointsBody = {
  types: Object.fromEntries(
    Object.entries(forms).map(([type, form]) => [type, form === 'json' ? pointsBodySchema : { type: 'string' }]),
  ),
}

export const rangeRoutes: Route<PointsServices>[] = [
  {
    method: 'GET',
    path: '/series/{series}/points',
    scope: 'read',
    summary: 'Read a range of points, or aggregate it by buckets, or downsample it',
    direct: true,
    suffix: true,
    formats,
    query: {
      ...rangeQuery,
      order: { enum: ['asc', 'desc'], default: 'asc', description: 'By time' },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        description: 'Most points; without it the range is given whole',
      },
      cursor: { type: 'string', description: '`next` of the page before' },
      shape: {
        enum: ['points', 'columns'],
        default: 'points',
        description: 'JSON as a list of points, or as two lists',
      },
      ...bucketsQuery,
      ...downsampleQuery,
      tz: { ...tzQuery, description: 'IANA zone of dates, local date-times and calendar buckets; default UTC' },
      unit: unitQuery,
      timestamps: timestampsQuery,
    },
    answers: { 200: { description: 'The points, or buckets with a member for each aggregate', schema: derivedSchema } },
    async handle(request, services): Promise<Answer> {
      const { store, bases } = services
      const name = seriesName(request)
      const { order, limit, cursor, shape } = request.query as {
        order: 'asc' | 'desc'
        limit?: number
        cursor?: string
        shape: string
      }
      const notes = new Notes()
      const asked = readRange(request, notes)
      const derived = await answerDerived(request, services, name, asked)
      if (derived) return { ...derived, headers: { ...derived.headers, ...notes.header() } }
      const { from, to, tz, unit, timestamps } = request.query
      const key = { name, order, from, to, tz, unit, timestamps }
      const range = afterKey(asked, order, readCursor<number>(key, cursor, 'number'))
      const reading = await store.read(name, { ...range, order, limit: limit === undefined ? 0 : limit + 1 })
      if (!reading) throw unknownSeries(name)
      const page = limit === undefined ? undefined : takePage(reading, order, limit)
      const next = page?.lastKey === undefined ? undefined : makeCursor(key, page.lastKey)
      const options = { epoch: usesEpoch(request), descending: order === 'desc' }
      const runs = page ? () => [page.points] : () => reading.runs()
      const print = {
        json: () => (shape === 'columns' ? printColumns : printJson)(name, runs, next, options),
        csv: () => printCsv(runs, options),
        ndjson: () => printNdjson(runs, options),
      }[request.format as 'json' | 'csv' | 'ndjson']
      return {
        etag: entityTag(reading.info.revision, range, order, limit, shape, request.format, options.epoch),
        headers: {
          'cache-control': 'private, no-cache',
          ...nextLink(request, bases, 'points', next),
          ...notes.header(),
        },
        body: print(),
      }
    },
  },
  {
    method: 'POST',
    path: '/series/{series}/points',
    scope: 'write',
    conditional: true,
    summary: 'Insert points, or overwrite those of the same time',
    description:
      'In any order. A body with a bad point changes nothing and names every bad line, the first 100. A new series is created.',
    direct: true,
    query: { tz: tzQuery, unit: unitQuery, timestamps: timestampsQuery },
    body: pointsBody,
    answers: { 200: { description: 'How many points were new, changed, or the same', schema: writtenSchema } },
    async handle(request, services): Promise<Answer> {
      const name = seriesName(request)
      const notes = new Notes()
      const points = await readPoints(request, services, { report: notes.add })
      const written = await services.store.upsert(name, points, writeOptions(request))
      return { body: { ...written, ...notes.member() } }
    },
  },
  {
    method: 'DELETE',
    path: '/series/{series}/points',
    scope: 'write',
    conditional: true,
    summary: 'Delete a range of points',
    query: boundedQuery,
    answers: { 200: { description: 'How many points were deleted', schema: deletedSchema } },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const notes = new Notes()
      const range = readBounded(request, notes)
      const deleted = await store.deleteRange(name, range, writeOptions(request))
      return { body: { ...deleted, ...notes.member() } }
    },
  },
]

/** The rest of a range behind the last time of the page before. */
function afterKey(range: Range, order: 'asc' | 'desc', lastKey: number | undefined): Range {
  if (lastKey === undefined) return range
  return order === 'asc' ? { ...range, from: lastKey + 1 } : { ...range, to: lastKey }
}

/** The first `limit` points of a reading; `lastKey` only when more follow. */
function takePage(reading: Reading, order: 'asc' | 'desc', limit: number): { points: Points; lastKey?: number } {
  const runs = [...reading.runs()]
  const points = concatPoints([noPoints, ...(order === 'asc' ? runs : runs.reverse())])
  const count = points.timestamps.length
  if (count <= limit) return { points }
  if (order === 'asc') return { points: slicePoints(points, 0, limit), lastKey: points.timestamps[limit - 1]! }
  return { points: slicePoints(points, count - limit, count), lastKey: points.timestamps[count - limit]! }
}

/** The points of a body in whatever form. Throws Problem that names every bad line, the first 100. */
export async function readPoints(
  request: Request,
  { maxBodyBytes, maxJsonBytes }: PointsServices,
  options: Pick<ParseOptions, 'within' | 'report'>,
): Promise<Points> {
  const sent = new LineEnds()
  const [form, whole] = await formOf(request, bodyStream(request.raw, maxBodyBytes, sent.look))
  // JSON may have to be parsed whole, while everybody else waits; the other forms are read as they come.
  const body = form === 'json' ? bounded(whole, maxJsonBytes, 'send it in parts, or as CSV or NDJSON') : whole
  try {
    return await parsePoints(body, form, { ...timeOptions(request), ...options })
  } catch (error) {
    if (!(error instanceof PointsError)) throw error
    const { errors, total } = error
    const more = total > errors.length ? ` The first ${errors.length} of ${total} are listed.` : ''
    const said = `${summarizeErrors('The body', errors)}${more}${form === 'json' ? '' : sent.hint()} Nothing was written.`
    throw new Problem('invalid-body', said, { errors })
  }
}

/** Bytes that are more than one line of points mostly has. */
const longLine = 40

const newline = 10
const carriageReturn = 13

/** Looks whether a body has line ends: curl's -d takes them out of a file. */
class LineEnds {
  #found = false
  #bytes = 0

  readonly look = (chunk: Buffer): void => {
    this.#found ||= chunk.includes(newline) || chunk.includes(carriageReturn)
    this.#bytes += chunk.length
  }

  hint(): string {
    if (this.#found || this.#bytes <= longLine) return ''
    return " It is one line: curl's -d takes the line ends out of a file, --data-binary sends it as it is."
  }
}

/** The form that the type says; where it says none, the one that the first bytes show. */
async function formOf(request: Request, body: AsyncIterable<Buffer>): Promise<[PointsForm, AsyncIterable<Buffer>]> {
  const said = forms[contentType(request.raw) ?? '']
  if (said) return [said, body]
  const chunks = body[Symbol.asyncIterator]()
  const first = await chunks.next()
  async function* whole() {
    try {
      if (!first.done) yield first.value
      yield* { [Symbol.asyncIterator]: () => chunks }
    } finally {
      await chunks.return?.(undefined) // who leaves off at the first part leaves the others, too
    }
  }
  return [sniffForm(first.done ? Buffer.alloc(0) : first.value), whole()]
}
