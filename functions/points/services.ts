import { parseDuration } from '../../shared/duration.ts'
import { revisionOf } from '../../shared/http/answer.ts'
import { header, type Request, summarizeErrors } from '../../shared/http/http.ts'
import type { LinkBases } from '../../shared/http/links.ts'
import { capitalized, Problem } from '../../shared/problems.ts'
import type { Imports } from '../../shared/series/imports.ts'
import { nameFault } from '../../shared/series/name.ts'
import type { Staging } from '../../shared/series/staging.ts'
import type { SeriesStore, WriteOptions } from '../../shared/series/store.ts'
import { formatTime, type TimeOptions, type TimeUnit } from '../../shared/time.ts'
import type { KnownLabels } from './known-labels.ts'

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
  knownLabels: KnownLabels
  /** Resolves when Redis answers. */
  ready(): Promise<void>
  bases: LinkBases
}

/** The name of the series in the path; throws Problem when it can't be one. */
export function seriesName(request: Request): string {
  const name = request.params.series!
  const fault = nameFault(name)
  if (fault === undefined) return name
  throw new Problem('invalid-path', `${capitalized(fault)}.`, { errors: [{ parameter: 'series', detail: fault }] })
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

/**
 * The conditions of a write; of one point where its time is given. A weak tag never matches If-Match; a revision without
 * quotes is taken as it is.
 */
export function writeOptions(request: Request, point?: number): WriteOptions {
  const read = (name: string, isStrong: boolean) => {
    const asked = header(request, name)?.trim()
    if (asked === undefined || asked === '*') return asked
    const tags = [...asked.matchAll(entityTag)].filter(([, weak]) => !isStrong || weak === undefined)
    return tags.map(([tag]) => revisionOf(tag))
  }
  return { ifMatch: read('if-match', true), ifNoneMatch: read('if-none-match', false), point }
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
