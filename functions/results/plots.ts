import { entityTag, isFresh } from '../../shared/http/answer.ts'
import type { Answer, Formats, Request, Route } from '../../shared/http/http.ts'
import { type LinkBases, link } from '../../shared/http/links.ts'
import { Notes } from '../../shared/http/notes.ts'
import { applied, waitSeconds } from '../../shared/http/waiting.ts'
import { fingerprint, type Question } from '../../shared/jobs/fingerprint.ts'
import { isEnded, type Job } from '../../shared/jobs/jobs.ts'
import type { JobServices } from '../../shared/jobs/open.ts'
import { submitJob } from '../../shared/jobs/submit.ts'
import { Problem } from '../../shared/problems.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import type { Range } from '../../shared/series/points.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import { defaultWaitS, plotParams, plotQuery, plotSeries } from './plot-query.ts'
import { plotRange } from './plot-range.ts'

export interface PlotServices extends JobServices {
  bases: LinkBases
  plotMaxAgeMs: number
}

const formats: Formats = { png: 'image/png', svg: 'image/svg+xml' }

/** The address of a chart. Its picture is that of the present points, drawn when somebody asks and nobody has before. */
export const plotRoute: Route<PlotServices> = {
  method: 'GET',
  path: '/plots/{series}',
  scope: 'read',
  summary: 'A chart as a picture, for a page or a README: `/plots/{series}.png` or `.svg`',
  description:
    'The chart of the present points: it is drawn as a job, unless it has been drawn already and no series has changed since. Bounds that count from now are widened to a pixel’s time. It may be kept for a short while; then `If-None-Match` is answered 304, without a job, as long as nothing has changed. A chart that is not drawn within `wait` is answered 503; its job goes on, so it will be there later.',
  suffix: true,
  formats,
  query: plotQuery,
  answers: {
    200: { description: 'The picture', schema: { type: 'string' } },
    304: { description: 'The picture is still the one that the client has' },
  },
  async handle(request, services): Promise<Answer> {
    const { store, results, bases } = services
    const { format } = request
    const notes = new Notes()
    const names = plotSeries(request)
    const params = plotParams(request, names, notes)
    const infos = await findSeries(request, names, store)
    const range = rangeOf(request, params, infos, services, notes)
    const question: Question = { kind: 'plot', series: names, ...range, params }
    const revisions = infos.map(({ revision }) => revision)
    const headers = { ...caching(request, services), ...notes.header() }
    const etag = tagOf(question, revisions, format)
    const type = formats[format]!
    if (isFresh(request.raw, type, etag)) return { type, etag, headers }

    const job = await drawnJob(request, question, revisions, services)
    const linkTo = (suffix: string) => link(bases, request.raw, 'results', `/results/${job.id}.${suffix}`)
    // The series may have changed before they were read: the tag tells what is drawn, not what was found.
    const [picture, { series: read }] = await Promise.all([
      results.answer(job.id, format, linkTo),
      results.provenance(job.id),
    ])
    return {
      ...picture,
      etag: tagOf(
        question,
        read.map(({ revision }) => revision),
        format,
      ),
      headers: { ...picture.headers, ...headers, ...applied(waitSeconds(request)), 'content-location': linkTo(format) },
    }
  },
}

async function findSeries({ url }: Request, names: string[], store: SeriesStore): Promise<SeriesInfo[]> {
  const found = await Promise.all(names.map((name) => store.get(name)))
  const unknown = names.find((_, i) => found[i] === undefined)
  if (unknown === undefined) return found as SeriesInfo[]
  const hint = /\.(png|svg)$/.test(url.pathname) ? '' : ' The address of a chart ends in .png or .svg.'
  throw new Problem('unknown-series', `There is no series '${unknown}'.${hint}`)
}

/** Throws Problem 'no-points' where it is known beforehand that there is nothing to draw. */
function rangeOf(
  request: Request,
  params: Record<string, unknown>,
  infos: SeriesInfo[],
  services: PlotServices,
  notes: Notes,
): Range {
  const { width, tz } = params as { width: number; tz: string }
  const firsts = infos.flatMap(({ first }) => first ?? [])
  const lasts = infos.flatMap(({ last }) => last ?? [])
  const [first, last] = firsts.length > 0 ? [Math.min(...firsts), Math.max(...lasts)] : []
  const range = plotRange(request.query, { tz, now: Date.now(), width, first, last }, notes)
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range
  if (!infos.some(({ first, last }) => first !== undefined && first < to && last! >= from))
    throw noPoints(request, services)
  return range
}

/** It may be kept as a picture may, as other failures may: a page that shows none must not ask for a job each time. */
const noPoints = (request: Request, services: PlotServices) =>
  new Problem('no-points', 'No series of the chart has a point in the range.', { headers: caching(request, services) })

function tagOf(question: Question, revisions: string[], format: string): string {
  const [first = ''] = revisions
  const drawn = fingerprint(question, revisions)
  return entityTag(revisions.length === 1 ? first : drawn.slice(0, 16), drawn, format)
}

/** What a key may read is not for a cache that others share. */
function caching({ key }: Request, { plotMaxAgeMs }: PlotServices): Record<string, string> {
  return { 'cache-control': `${key ? 'private, ' : ''}max-age=${Math.floor(plotMaxAgeMs / 1000)}` }
}

/** A job that has drawn it. Throws Problem when none can, or none has within the time that the caller waits. */
async function drawnJob(
  request: Request,
  question: Question,
  revisions: string[],
  services: PlotServices,
): Promise<Job> {
  const ask = { revisions, asker: request.key?.name ?? '' }
  const submitted = await submitJob({ ...question, traceparent: request.traceparent }, ask, services)
  const { id } = submitted.job
  const job = isEnded(submitted.job)
    ? submitted.job
    : await services.waiter.wait(id, (waitSeconds(request) ?? defaultWaitS) * 1000, request.gone)
  if (!job || !isEnded(job) || job.status === 'cancelled') {
    const detail =
      job?.status === 'cancelled'
        ? 'Somebody cancelled the drawing; who asks again has it drawn.'
        : 'The chart is being drawn; it will be there when it is asked for again.'
    throw new Problem('not-drawn-yet', detail, { headers: { 'retry-after': '2' } })
  }
  if (job.error?.code === 'no-points') throw noPoints(request, services)
  if (job.error) {
    const headers = caching(request, services)
    throw new Problem('job-unsuccessful', `The chart could not be drawn: ${job.error.detail}`, { headers })
  }
  return job
}
