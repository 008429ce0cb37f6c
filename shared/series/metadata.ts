/** What a user says about a series; null removes a member, a missing one stays as it is. */
export interface Metadata {
  labels?: Record<string, string> | null
  unit?: string | null
  description?: string | null
  source?: string | null
  licence?: string | null
  /** Milliseconds that a point is kept after its time. */
  retention?: number | null
}

export interface SeriesInfo {
  name: string
  revision: string
  labels: Record<string, string>
  unit?: string
  description?: string
  source?: string
  licence?: string
  /** Milliseconds that a point is kept after its time; without it, for ever. */
  retention?: number
  count: number
  /** Unix milliseconds of the first and the last point. */
  first?: number
  last?: number
}

/** A series with what its summaries say. */
export interface SeriesDetail extends SeriesInfo {
  /** Smallest and largest value; missing when there are no points. */
  min?: number
  max?: number
  /** Memory that it takes in Redis. */
  bytes: number
}

const texts = ['unit', 'description', 'source', 'licence'] as const

/** Reads the reply of HGETALL. */
export function readMeta(pairs: string[]): SeriesInfo {
  const meta = new Map<string, string>()
  for (let i = 0; i < pairs.length; i += 2) meta.set(pairs[i]!, pairs[i + 1]!)
  const info: SeriesInfo = {
    name: meta.get('name')!,
    revision: `${meta.get('generation')}.${meta.get('counter')}`,
    labels: JSON.parse(meta.get('labels') ?? '{}'),
    count: Number(meta.get('count')),
  }
  for (const text of texts) if (meta.has(text)) info[text] = meta.get(text)!
  if (meta.has('retention')) info.retention = Number(meta.get('retention'))
  if (meta.has('first')) Object.assign(info, { first: Number(meta.get('first')), last: Number(meta.get('last')) })
  return info
}

/** The fields of the meta hash that a change of metadata sets; an empty value removes one. */
export function metaFields(metadata: Metadata): [string, string][] {
  const fields: [string, string][] = []
  if (metadata.labels !== undefined) fields.push(['labels', formatLabels(metadata.labels)])
  for (const text of texts) if (metadata[text] !== undefined) fields.push([text, metadata[text] ?? ''])
  if (metadata.retention !== undefined) fields.push(['retention', String(metadata.retention ?? '')])
  return fields
}

export function sameMetadata(info: SeriesInfo, metadata: Metadata): boolean {
  const sameLabels = metadata.labels === undefined || formatLabels(metadata.labels) === formatLabels(info.labels)
  const sameRetention = metadata.retention === undefined || (metadata.retention ?? undefined) === info.retention
  const sameTexts = texts.every((text) => metadata[text] === undefined || (metadata[text] ?? '') === (info[text] ?? ''))
  return sameLabels && sameRetention && sameTexts
}

function formatLabels(labels: Record<string, string> | null): string {
  const sorted = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.length === 0 ? '' : JSON.stringify(Object.fromEntries(sorted))
}
