import { formatDuration } from '../../shared/duration.ts'
import { entityTag } from '../../shared/http/answer.ts'
import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import { type Answer, type Request, type Route, readJson } from '../../shared/http/http.ts'
import { Problem } from '../../shared/problems.ts'
import { metadataSchema, seriesListSchema, seriesSchema } from '../../shared/schemas/series.ts'
import { type Matcher, parseMatch } from '../../shared/series/match.ts'
import type { Metadata, SeriesInfo } from '../../shared/series/metadata.ts'
import { unknownSeries } from '../../shared/series/store.ts'
import { type PointsServices, readRetention, seriesName, timeOut, timestampsQuery, writeOptions } from './services.ts'

/** A series as answers show it. */
function present(info: SeriesInfo, request: Request): object {
  const { first, last, retention, ...rest } = info
  const kept = retention === undefined ? {} : { retention: formatDuration(retention) }
  return {
    ...rest,
    ...kept,
    ...(first === undefined ? {} : { first: timeOut(first, request), last: timeOut(last!, request) }),
  }
}

export function readMatch(text: unknown): Matcher[] {
  try {
    return parseMatch(String(text ?? ''))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Problem('invalid-query', `The query has an error: ${error.message}.`, {
      errors: [{ parameter: 'match', detail: error.message }],
    })
  }
}

export const seriesRoutes: Route<PointsServices>[] = [
  {
    method: 'GET',
    path: '/series',
    scope: 'read',
    summary: 'List series by the beginning of their names and by their labels',
    query: {
      prefix: { type: 'string', maxLength: 512, description: 'Beginning of the names' },
      match: { type: 'string', description: 'Conditions on labels', example: 'city="austin",kind!="test"' },
      limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Most series of a page' },
      cursor: { type: 'string', description: '`next` of the page before' },
      timestamps: timestampsQuery,
    },
    answers: { 200: { description: 'Series in the order of their names', schema: seriesListSchema } },
    async handle(request, { store, bases }): Promise<Answer> {
      const {
        prefix = '',
        match,
        limit,
        cursor,
      } = request.query as { prefix?: string; match?: string; limit: number; cursor?: string }
      const query = { prefix, match }
      const after = readCursor<string>(query, cursor, 'string')
      const page = await store.list({ prefix, match: readMatch(match), limit, after })
      const next = page.next === undefined ? undefined : makeCursor(query, page.next)
      return {
        body: { series: page.series.map((info) => present(info, request)), next: next ?? null },
        headers: { 'cache-control': 'private, no-cache', ...nextLink(request, bases, 'points', next) },
      }
    },
  },
  {
    method: 'GET',
    path: '/series/{series}',
    scope: 'read',
    summary: 'Metadata of a series, with count, first, last, min, max, bytes and revision',
    query: { timestamps: timestampsQuery },
    answers: { 200: { description: 'The series', schema: seriesSchema } },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const info = await store.describe(name)
      if (!info) throw unknownSeries(name)
      return {
        etag: entityTag(info.revision, 'series', request.query.timestamps),
        headers: { 'cache-control': 'private, no-cache' },
        body: present(info, request),
      }
    },
  },
  {
    method: 'PUT',
    path: '/series/{series}',
    scope: 'write',
    conditional: true,
    summary: 'Create a series or change its metadata',
    query: { timestamps: timestampsQuery },
    body: { types: { 'application/json': metadataSchema } },
    answers: {
      200: { description: 'The changed series', schema: seriesSchema },
      201: { description: 'The new series', schema: seriesSchema },
    },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const { retention, ...metadata } = readJson<Omit<Metadata, 'retention'> & { retention?: string | null }>(
        request,
        metadataSchema,
      )
      const kept = readRetention(retention)
      const given: Metadata = { ...metadata, ...(kept === undefined ? {} : { retention: kept }) }
      const { info, created } = await store.putMetadata(name, given, writeOptions(request))
      return { status: created ? 201 : 200, body: present(info, request) }
    },
  },
  {
    method: 'DELETE',
    path: '/series/{series}',
    scope: 'write',
    conditional: true,
    summary: 'Remove a series with all its points',
    description:
      'Results of jobs on it stay, unless `results=true`: then they are removed, and jobs on it that wait or run fail with `series-deleted`. Sent again after it broke off, that removes what is left.',
    query: { results: { type: 'boolean', default: false, description: 'Removes the results of its jobs too' } },
    answers: { 204: { description: 'It is gone' } },
    async handle(request, { store, removeResults }): Promise<Answer> {
      const name = seriesName(request)
      const wasThere = await store.remove(name, writeOptions(request))
      // The series goes first: no job that is submitted from then on can read it.
      const removed = request.query.results === true ? await removeResults(name) : 0
      if (!wasThere && removed === 0) throw unknownSeries(name)
      return { status: 204 }
    },
  },
]
