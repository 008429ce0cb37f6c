import { type Request, readJson, summarizeErrors } from '../../shared/http/http.ts'
import type { Notes } from '../../shared/http/notes.ts'
import { resolveRange } from '../../shared/http/range.ts'
import type { JobRequest, Jobs } from '../../shared/jobs/jobs.ts'
import { type InputError, Problem } from '../../shared/problems.ts'
import { jobRequestSchema } from '../../shared/schemas/jobs.ts'
import { type Matcher, parseMatch } from '../../shared/series/match.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import { nameFault } from '../../shared/series/name.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import { validate } from '../../shared/validate.ts'
import { knownKind } from './kinds.ts'
import { remembered } from './services.ts'

/** Most series of one job. */
const maxSeries = 100

interface Body {
  kind: string
  series: string | string[] | { match: string }
  from?: string | number
  to?: string | number
  params: Record<string, unknown>
}

/** A job that can run, and the revision of each of its series. */
export interface ReadRequest {
  asked: JobRequest
  revisions: string[]
}

/**
 * Turns a body into a job that can run: parameters validated and their defaults filled in, relative times resolved,
 * every series known. Throws Problem with the place of each fault; nothing becomes a job that can't.
 */
export async function readJobRequest(request: Request, store: SeriesStore, notes: Notes): Promise<ReadRequest> {
  const body = readJson<Body>(request, jobRequestSchema)
  const kind = knownKind(body.kind, '/kind')
  const errors = validate(kind.params, body.params).map((error) => ({
    ...error,
    pointer: `/params${error.pointer ?? ''}`,
  }))
  if (errors.length > 0) throw new Problem('invalid-body', summarizeErrors('The body', errors), { errors })
  const tz = typeof body.params.tz === 'string' ? body.params.tz : undefined
  const place = (name: string) => ({ pointer: `/${name}` })
  const range = resolveRange(body, { tz, now: Date.now() }, 'invalid-body', place, notes.add)
  const found = await resolveSeries(body.series, store)
  const series = found.map(({ name }) => name)
  const asked = { kind: kind.name, series, ...range, params: body.params, traceparent: request.traceparent }
  return { asked, revisions: found.map(({ revision }) => revision) }
}

/** The question of a job that has failed or was cancelled, about its series as they are now. Throws Problem. */
export async function readRetry(
  request: Request,
  { jobs, store }: { jobs: Jobs; store: SeriesStore },
): Promise<ReadRequest> {
  const id = request.params.id!
  const { kind, series, from, to, params, status } = remembered(id, await jobs.get(id))
  if (status !== 'failed' && status !== 'cancelled') {
    const how = status === 'succeeded' ? 'has succeeded' : status === 'running' ? 'is running' : 'waits to be run'
    throw new Problem('not-retryable', `The job '${id}' ${how}; only one that failed or was cancelled is run again.`)
  }
  knownKind(kind)
  const found = await Promise.all(series.map((name) => store.get(name)))
  const missing = series.filter((_, i) => !found[i])
  if (missing.length > 0) throw new Problem('unknown-series', `There is no series '${missing.join("', '")}' any more.`)
  const asked = { kind, series, from, to, params, traceparent: request.traceparent, retryOf: id }
  return { asked, revisions: found.map((info) => info!.revision) }
}

async function resolveSeries(asked: Body['series'], store: SeriesStore): Promise<SeriesInfo[]> {
  if (typeof asked === 'object' && !Array.isArray(asked)) return matchingSeries(asked.match, store)
  const names = Array.isArray(asked) ? asked : [asked]
  const pointer = (i: number) => (Array.isArray(asked) ? `/series/${i}` : '/series')
  const faults = names.flatMap((name, i): InputError[] => {
    const detail = nameFault(name)
    return detail === undefined ? [] : [{ pointer: pointer(i), detail }]
  })
  if (faults.length > 0) throw new Problem('invalid-body', summarizeErrors('The body', faults), { errors: faults })
  const found = await Promise.all(names.map((name) => store.get(name)))
  const unknown = names.flatMap((name, i) =>
    found[i] ? [] : [{ pointer: pointer(i), detail: `there is no series '${name}'` }],
  )
  if (unknown.length > 0) throw new Problem('unknown-series', summarizeErrors('The body', unknown), { errors: unknown })
  return found as SeriesInfo[]
}

async function matchingSeries(match: string, store: SeriesStore): Promise<SeriesInfo[]> {
  const pointer = '/series/match'
  let matchers: Matcher[]
  try {
    matchers = parseMatch(match)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Problem('invalid-body', `The body has an error: ${error.message}.`, {
      errors: [{ pointer, detail: error.message }],
    })
  }
  const found: SeriesInfo[] = []
  let after: string | undefined
  do {
    const page = await store.list({ match: matchers, limit: maxSeries + 1, after })
    found.push(...page.series)
    after = page.next
  } while (after !== undefined && found.length <= maxSeries)
  if (found.length === 0)
    throw new Problem('unknown-series', 'No series matches.', { errors: [{ pointer, detail: 'no series matches' }] })
  if (found.length > maxSeries) {
    throw new Problem('invalid-body', `More than ${maxSeries} series match.`, {
      errors: [{ pointer, detail: `more than ${maxSeries} series match` }],
    })
  }
  return found
}
