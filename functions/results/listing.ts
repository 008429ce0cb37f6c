import { makeCursor, nextLink, readCursor } from '../../shared/http/cursor.ts'
import type { Answer, Request, Route } from '../../shared/http/http.ts'
import { type LinkBases, link } from '../../shared/http/links.ts'
import { type ListedResult, type ResultFilter, type Results, resultFormats } from '../../shared/jobs/results.ts'
import { resultListSchema } from '../../shared/schemas/results.ts'
import { formatTime } from '../../shared/time.ts'

export interface ListServices {
  results: Results
  bases: LinkBases
}

const timeOrNull = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms))

/** A result as lists show it: without its numbers, its chart and where it comes from. */
function present({ job, alt }: ListedResult, { raw }: Request, bases: LinkBases): object {
  const { id, kind, series, from, to, params } = job
  const at = (suffix: string) => link(bases, raw, 'results', `/results/${id}${suffix}`)
  return {
    ...{ id, kind, series, from: timeOrNull(from), to: timeOrNull(to), params, alt },
    ...{ finished: timeOrNull(job.finished), expires: timeOrNull(job.expires) },
    artifacts: Object.fromEntries(Object.keys(resultFormats).map((suffix) => [suffix, at(`.${suffix}`)])),
    links: { self: at(''), job: link(bases, raw, 'jobs', `/jobs/${id}`) },
  }
}

export const listRoute: Route<ListServices> = {
  method: 'GET',
  path: '/results',
  scope: 'read',
  summary: 'List results, newest first',
  description:
    'Those that are there: not of jobs that have failed, nor such as have expired or were removed. In the order in which their jobs were submitted.',
  query: {
    kind: { type: 'string', description: 'Only results of this kind of job' },
    series: { type: 'string', description: 'Only results of this series' },
    limit: { type: 'integer', minimum: 1, maximum: 1000, default: 100, description: 'Most results of a page' },
    cursor: { type: 'string', description: '`next` of the page before' },
  },
  answers: { 200: { description: 'Results', schema: resultListSchema } },
  async handle(request, { results, bases }): Promise<Answer> {
    const { limit, cursor, kind, series } = request.query as ResultFilter & { limit: number; cursor?: string }
    const filter = { kind, series }
    const page = await results.list(filter, limit, readCursor<string>({ results: filter }, cursor, 'string'))
    const next = page.next === undefined ? undefined : makeCursor({ results: filter }, page.next)
    return {
      body: { results: page.results.map((result) => present(result, request, bases)), next: next ?? null },
      headers: { 'cache-control': 'private, no-cache', ...nextLink(request, bases, 'results', next) },
    }
  },
}
