import { entityTag } from '../http/answer.ts'
import type { Answer, Formats } from '../http/http.ts'
import { jobKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import type { Redis } from '../redis.ts'
import { formatTime } from '../time.ts'
import { isEnded, isExpired, type Job, type Jobs } from './jobs.ts'

/** The representations of a result. */
export const resultFormats: Formats = { json: 'application/json', png: 'image/png', svg: 'image/svg+xml' }

/** A series as it was read: what was said of it then is part of where a result comes from. */
export interface ReadSeries {
  name: string
  revision: string
  from: string | null
  to: string | null
  count: number
  unit?: string
  description?: string
  source?: string
  licence?: string
}

/** Where a result comes from: enough to say whether it is still true, and to make it again. */
export interface Provenance {
  kind: string
  params: Record<string, unknown>
  series: ReadSeries[]
  versions: Record<string, string>
  attempt: number
  created: string
  started: string
  finished: string
  /** Milliseconds that each step of the attempt took. */
  timings: Record<string, number>
}

/** What a worker commits in one step with the end of the job. */
export interface ResultParts {
  data: unknown
  chart: unknown
  alt: string
  svg: string
  png: Buffer
  provenance: Provenance
}

export function serializeResult({
  data,
  chart,
  alt,
  svg,
  png,
  provenance,
}: ResultParts): Record<string, string | Buffer> {
  return {
    data: JSON.stringify(data),
    chart: JSON.stringify(chart),
    alt,
    svg,
    png,
    provenance: JSON.stringify(provenance),
  }
}

export interface Results {
  /** One representation of a job's result as an answer. Throws Problem: unknown, expired, not finished, unsuccessful. */
  answer(id: string, format: string, artifactLink: (suffix: string) => string): Promise<Answer>
}

export function openResults(redis: Redis, jobs: Jobs): Results {
  async function read(id: string, fields: string[]): Promise<(Buffer | null)[]> {
    const found = await redis.hmgetBuffer(jobKeys.result(id), ...fields)
    if (found[0] !== null && found[0] !== undefined) return found
    throw missing(id, await jobs.get(id))
  }

  return {
    async answer(id, format, artifactLink) {
      const headers = { 'cache-control': 'private, max-age=31536000, immutable' }
      const etag = entityTag(id, format)
      if (format !== 'json') {
        const [bytes] = await read(id, [format])
        // An SVG is a document: opened on its own it must not run anything.
        const sandbox: Record<string, string> =
          format === 'svg'
            ? { 'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; font-src data:" }
            : {}
        return { type: resultFormats[format]!, body: bytes!, etag, headers: { ...headers, ...sandbox } }
      }
      const [data, chart, alt, provenance] = (await read(id, ['data', 'chart', 'alt', 'provenance'])).map(String)
      const job = await jobs.get(id)
      const artifacts = Object.fromEntries(['png', 'svg'].map((suffix) => [suffix, artifactLink(suffix)]))
      const body = {
        id,
        kind: job?.kind,
        data: JSON.parse(data!),
        chart: JSON.parse(chart!),
        alt,
        artifacts,
        provenance: JSON.parse(provenance!),
        expires: job?.expires === undefined ? null : formatTime(job.expires),
      }
      return { type: resultFormats.json!, body, etag: entityTag(id, format, artifacts), headers }
    },
  }
}

function missing(id: string, job: Job | undefined): Problem {
  if (!job) return new Problem('unknown-result', `There is no job or result '${id}'.`)
  if (isExpired(job)) return new Problem('expired', `The result '${id}' expired at ${formatTime(job.expires!)}.`)
  if (!isEnded(job)) {
    return new Problem('job-not-finished', `The job '${id}' is ${job.status}; its result is not there yet.`, {
      headers: { 'retry-after': '1' },
    })
  }
  if (job.status === 'succeeded') return new Problem('unknown-result', `The result '${id}' was removed.`)
  return new Problem(
    'job-unsuccessful',
    `The job '${id}' has ${job.status}${job.error ? `: ${job.error.detail}` : '.'}`,
  )
}
