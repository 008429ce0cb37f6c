import { nameFault } from '../series/name.ts'
import { count, type FieldForm, matching, optional, time } from './fields.ts'

const short = (max: number): FieldForm => ({ isRight: (value) => value !== '' && value.length <= max })

/** The fields of a series' metadata. */
export const metaForms: Record<string, FieldForm> = {
  name: { isRight: (value) => nameFault(value) === undefined, required: true },
  generation: matching(/^[\w-]{8}$/),
  counter: count,
  count,
  change: optional(matching(/^[\w-]{12}(?: \d+){0,3}$/)),
  first: time,
  last: time,
  labels: { isRight: (value) => readLabels(value) !== undefined },
  unit: short(64),
  description: short(1024),
  source: short(1024),
  licence: short(256),
  retention: optional(matching(/^[1-9]\d*$/)),
}

/** The labels of a series; undefined when they can't be read. */
export function readLabels(text: string): Record<string, string> | undefined {
  try {
    const labels = JSON.parse(text)
    const isRight = typeof labels === 'object' && labels !== null && !Array.isArray(labels)
    return isRight && Object.values(labels).every((value) => typeof value === 'string') ? labels : undefined
  } catch {
    return undefined
  }
}
