import { wordsOnly } from '../analysis/text-chart.ts'
import { printTable, tableOf } from '../forms/csv.ts'
import { pagePolicy, resultPage } from '../forms/page.ts'
import { entityTag } from '../http/answer.ts'
import type { Answer, Formats } from '../http/http.ts'
import { jobKeys } from '../keys.ts'
import { Problem } from '../problems.ts'
import type { Redis } from '../redis.ts'
import { formatTime } from '../time.ts'
import { version } from '../version.ts'
import { isEnded, isExpired, type Job, type JobFilter, type Jobs } from './jobs.ts'

/** The representations of a result. */
export const resultFormats: Formats = {
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  html: 'text/html',
  csv: 'text/csv',
  txt: 'text/plain',
  'vl.json': 'application/vnd.vegalite.v6+json',
}

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

/** What a job has made, in the forms that are kept: data, chart and figure are JSON. */
export interface ResultForms {
  data: string
  chart: string
  alt: string
  figure?: string
  /** The chart for a terminal. */
  text: string
  svg: string
  png: Uint8Array
}

/** What a worker commits in one step with the end of the job. */
export function serializeResult(
  { png, ...texts }: ResultForms,
  provenance: Provenance,
): Record<string, string | Buffer> {
  return { ...texts, png: Buffer.from(png), provenance: JSON.stringify(provenance) }
}

type Artifacts = Record<string, string>

interface FormBody {
  body: object | string | Uint8Array
  /** Content-Security-Policy. */
  policy?: string
}

/** Forms that hold links to the others: their bytes depend on the address that was asked. */
const isLinking = new Set(['json', 'html'])

const svgPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; font-src data:"

export type ResultFilter = Pick<JobFilter, 'kind' | 'series'>

/** A result as lists show it. */
export interface ListedResult {
  job: Job
  /** The chart in words. */
  alt: string
}

export interface Results {
  /** One representation of a job's result as an answer. Throws Problem: unknown, expired, not finished, unsuccessful. */
  answer(id: string, format: string, artifactLink: (suffix: string) => string): Promise<Answer>
  /** Where a result comes from. Throws the same Problems. */
  provenance(id: string): Promise<Provenance>
  /** Results that are there, newest first, by when their jobs were submitted; behind the id `after`. */
  list(filter: ResultFilter, limit: number, after?: string): Promise<{ results: ListedResult[]; next?: string }>
  /** Removes a result: whoever asks its question again gets a new job. Throws the same Problems. */
  remove(id: string): Promise<void>
}

export function openResults(redis: Redis, jobs: Jobs): Results {
  async function read(id: string, fields: string[]): Promise<(Buffer | null)[]> {
    const found = await redis.hmgetBuffer(jobKeys.result(id), ...fields)
    if (found[0] !== null && found[0] !== undefined) return found
    throw missing(id, await jobs.get(id))
  }

  /** The bytes of a form; what is not committed as it is given is made of what is. */
  const forms: Record<string, (id: string, artifacts: Artifacts) => Promise<FormBody>> = {
    async json(id, artifacts) {
      const [data, chart, alt, provenance] = (await read(id, ['data', 'chart', 'alt', 'provenance'])).map(String)
      const job = await jobs.get(id)
      return {
        body: {
          ...{ id, kind: job?.kind, data: JSON.parse(data!), chart: JSON.parse(chart!), alt, artifacts },
          provenance: JSON.parse(provenance!),
          expires: job?.expires === undefined ? null : formatTime(job.expires),
        },
      }
    },
    png: async (id) => ({ body: (await read(id, ['png']))[0]! }),
    // An SVG is a document: opened on its own it must not run anything.
    svg: async (id) => ({ body: (await read(id, ['svg']))[0]!, policy: svgPolicy }),
    async html(id, artifacts) {
      const fields = await read(id, ['data', 'alt', 'svg', 'provenance', 'figure'])
      const [data, alt, svg, provenance] = fields.map(String)
      const page = resultPage({
        ...{ alt: alt!, svg: svg!, artifacts, data: JSON.parse(data!), provenance: JSON.parse(provenance!) },
        figure: fields[4] ? JSON.parse(String(fields[4])) : undefined,
      })
      return { body: page, policy: pagePolicy }
    },
    csv: async (id) => ({ body: printTable(tableOf(JSON.parse(String((await read(id, ['data']))[0])))) }),
    async txt(id) {
      const [alt, text] = await read(id, ['alt', 'text'])
      return { body: text ?? wordsOnly(String(alt)) } // results of earlier versions have no text
    },
    'vl.json': async (id) => ({ body: (await read(id, ['chart']))[0]! }),
  }

  return {
    async answer(id, format, artifactLink) {
      const artifacts = Object.fromEntries(Object.keys(resultFormats).map((suffix) => [suffix, artifactLink(suffix)]))
      const { body, policy } = await forms[format]!(id, artifacts)
      return {
        type: resultFormats[format]!,
        body,
        etag: entityTag(id, format, version, isLinking.has(format) ? artifacts : {}),
        ranges: true,
        headers: {
          'cache-control': 'private, max-age=31536000, immutable',
          ...(policy && { 'content-security-policy': policy }),
        },
      }
    },

    async provenance(id) {
      return JSON.parse(String((await read(id, ['provenance']))[0]))
    },

    async list(filter, limit, after) {
      const { jobs: found, ...page } = await jobs.list({ ...filter, hasResult: true }, limit, after)
      const alts = await Promise.all(found.map(({ id }) => redis.hget(jobKeys.result(id), 'alt')))
      // One that was removed a moment ago is left out.
      const results = found.flatMap((job, i) => (alts[i] == null ? [] : [{ job, alt: alts[i] }]))
      return { results, ...page }
    },

    async remove(id) {
      if (!(await jobs.removeResult(id))) throw missing(id, await jobs.get(id))
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
  if (job.removed !== undefined)
    return new Problem('removed', `The result '${id}' was removed at ${formatTime(job.removed)}.`)
  const how = job.status === 'cancelled' ? 'was cancelled.' : `has failed: ${job.error?.detail}`
  return new Problem('job-unsuccessful', `The job '${id}' ${how}`)
}
