import { anyJson, count, type FieldForm, filled, json, matching, names, oneOf, optional, text, time } from './fields.ts'

/** The fields of a job. */
export const jobForms: Record<string, FieldForm> = {
  id: filled,
  status: oneOf('queued', 'running', 'succeeded', 'failed', 'cancelled'),
  epoch: matching(/^[1-9]\d*$/),
  attempt: count,
  charged: count,
  releases: count,
  progress: { isRight: (value) => Number(value) >= 0 && Number(value) <= 1, required: true },
  created: count,
  started: time,
  finished: time,
  expires: time,
  error: optional(json),
  kind: filled,
  series: names,
  params: json,
  traceparent: text,
  from: time,
  to: time,
  fingerprint: optional(matching(/^[\w-]{43}$/)),
  askers: optional(count),
  withdrawal: optional(filled),
  removal: optional(filled),
  removed: time,
  retryOf: optional(filled),
}

/** The fields of a result, read as Latin-1: one of them is a picture. */
export const resultForms: Record<string, FieldForm> = {
  data: anyJson,
  chart: json,
  alt: filled,
  figure: optional(json),
  text: optional(text),
  svg: matching(/^<svg /),
  png: matching(/^\x89PNG\r\n\x1a\n/),
  provenance: json,
}
