import { parseDuration } from '../../shared/duration.ts'
import { revisionOf } from '../../shared/http/answer.ts'
import { header, type Request, summarizeErrors } from '../../shared/http/http.ts'
import type { LinkBases } from '../../shared/http/links.ts'
import { Problem } from '../../shared/problems.ts'
import type { Imports } from '../../shared/series/imports.ts'
import { nameFault } from '../../shared/series/name.ts'
import type { Staging } from '../../shared/series/staging.ts'
import type { SeriesStore, WriteOptions } from '../../shared/series/store.ts'
import { formatTime, type TimeOptions, type TimeUnit } from '../../shared/time.ts'

/** What the routes of points need. */
export interface PointsServices {
  store: SeriesStore
  maxBodyBytes: number
  maxJsonBytes: number
  maxQuerySeries: number
  maxImportBytes: number
  maxImportSeries: number
  imports: Imports
  /** Begins an import. */
  stage(): Staging
  /** Removes what jobs have made of a series; says of how many. */
  removeResults(name: string): Promise<number>
  bases: LinkBases
}

/** The name of the series in the path; throws Problem when it can't be one. */
export function seriesName(request: Request): string {
  const name = request.params.series!
  const fault = nameFault(name)
  if (fault !== undefined) throw new Problem('invalid-path', `${fault[0]!.toUpperCase()}${fault.slice(1)}.`)
  return name
}

/** The duration of a retention as milliseconds; null, which removes it, and nothing stay as they are. */
export function readRetention(text: string | null | undefined): number | null | undefined {
  if (text === null || text === undefined) return text
  try {
    return parseDuration(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const fault = { pointer: '/retention', detail: error.message }
    throw new Problem('invalid-body', summarizeErrors('The body', [fault]), { errors: [fault] })
  }
}

const entityTag = /(W\/)?"([^"]*)"|[^\s,"]+/g

/** The condition of a write. A weak tag matches nothing; a revision without quotes is taken as it is. */
export function writeOptions(request: Request): WriteOptions {
  const asked = header(request, 'if-match')?.trim()
  if (asked === undefined) return {}
  if (asked === '*') return { ifMatch: '*' }
  const strong = [...asked.matchAll(entityTag)].filter(([, weak]) => weak === undefined)
  return { ifMatch: strong.map(([tag]) => revisionOf(tag)) }
}

/** `timestamps=epoch_ms`: times as integers, in answers and in bodies. */
export const timestampsQuery = {
  enum: ['rfc3339', 'epoch_ms'],
  default: 'rfc3339',
  description: 'Form of the times: RFC 3339, or integer Unix milliseconds',
}

export const usesEpoch = (request: Request) => request.query.timestamps === 'epoch_ms'

/** How the times of a request are read; relative ones count from this moment. */
export function timeOptions(request: Request): TimeOptions {
  const unit = (request.query.unit as TimeUnit | undefined) ?? (usesEpoch(request) ? 'ms' : undefined)
  return { tz: request.query.tz as string | undefined, unit, now: Date.now() }
}

export function timeOut(ms: number, request: Request): string | number {
  return usesEpoch(request) ? ms : formatTime(ms)
}
