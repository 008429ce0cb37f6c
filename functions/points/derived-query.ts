import type { JsonSchema, Request } from '../../shared/http/http.ts'
import { type InputError, Problem, sentence } from '../../shared/problems.ts'
import { type Aggregate, parseAggregates } from '../../shared/series/aggregate.ts'
import { type Buckets, makeBuckets } from '../../shared/series/calendar.ts'
import { parseEvery } from '../../shared/series/every.ts'
import { type Fill, parseFill } from '../../shared/series/fill.ts'

/** Query parameters of routes that aggregate points by buckets. */
export const bucketsQuery: Record<string, JsonSchema> = {
  every: {
    type: 'string',
    description:
      'Width of the buckets: fixed (`90s`, `15m`, `1h`; ms, s, m, h), aligned to 1 January 1970 UTC, or of the calendar in `tz` (`1d`, `1w`, `1mo`, `1q`, `1y`; weeks start on Monday). A bucket has the time of its start',
    example: '1h',
  },
  aggregate: {
    type: 'string',
    description:
      'One or several of count, sum, mean (the default), min, max, range, first, last, median, p0 to p100, stddev, variance, twmean (time-weighted mean), rate (per second), delta, separated by commas; needs `every`',
    example: 'mean,min,max',
  },
  fill: {
    type: 'string',
    description:
      'What empty buckets show: none (the default: they are left out), null, previous, linear, or a number; needs `every`',
    example: 'null',
  },
}

export const downsampleQuery: Record<string, JsonSchema> = {
  downsample: {
    type: 'string',
    description:
      'Keeps the points that draw the same shape: `m4:N` the first, last, lowest and highest of each of N columns of pixels, `lttb:N` N points by Largest Triangle Three Buckets; not together with `every`',
    example: 'm4:800',
  },
}

export interface BucketSpec {
  buckets: Buckets
  aggregates: Aggregate[]
  fill: Fill
}

export interface DownsampleSpec {
  method: 'm4' | 'lttb'
  count: number
}

const maxKept = 100_000

/** Reads `every`, `aggregate`, `fill`; undefined without `every`. Throws Problem with every fault. */
export function readBucketSpec({ query }: Request): BucketSpec | undefined {
  const errors: InputError[] = []
  const { every, aggregate, fill, tz } = query as Record<string, string | undefined>
  function read<T>(parameter: string, text: string | undefined, parse: (text: string) => T): T | undefined {
    if (text === undefined) return undefined
    if (every === undefined) errors.push({ parameter, detail: "it needs 'every', the width of the buckets" })
    try {
      return parse(text)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      errors.push({ parameter, detail: error.message })
    }
  }
  const spec = {
    buckets: read('every', every, (text) => makeBuckets(parseEvery(text), tz)),
    aggregates: read('aggregate', aggregate, parseAggregates) ?? parseAggregates('mean'),
    fill: read('fill', fill, parseFill) ?? 'none',
  }
  refuse(errors)
  return spec.buckets && { ...spec, buckets: spec.buckets }
}

/** Reads `downsample`. Throws Problem. */
export function readDownsampleSpec({ query }: Request): DownsampleSpec | undefined {
  const text = query.downsample as string | undefined
  if (text === undefined) return undefined
  const [, method, digits] = /^(m4|lttb):(\d{1,9})$/.exec(text) ?? []
  const count = Number(digits)
  const least = method === 'lttb' ? 2 : 1
  if (query.every !== undefined)
    refuse([{ parameter: 'downsample', detail: "it can't be given together with 'every': choose one" }])
  if (method === undefined)
    refuse([{ parameter: 'downsample', detail: `'${text}' is not known; expected m4:N or lttb:N, such as 'm4:800'` }])
  if (count < least || count > maxKept)
    refuse([{ parameter: 'downsample', detail: `'${text}': ${method} takes ${least} to ${maxKept}` }])
  return { method: method as 'm4' | 'lttb', count }
}

/** Throws Problem when there are errors of the query. */
export function refuse(errors: InputError[]): void {
  const [first] = errors
  if (!first) return
  throw new Problem('invalid-query', `The query has an error: ${first.parameter}: ${sentence(first.detail)}`, {
    errors,
  })
}
