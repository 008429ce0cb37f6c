import { hash } from 'node:crypto'

/**
 * Every key that Kymograph has in Redis. All keys of a series share a hash tag, so one script may change them
 * together on a Redis Cluster too; the tag is a hash of the name, since a name in braces would break the tag.
 */
export interface SeriesKeys {
  /** Hash: name, generation, counter, id of the last change, metadata, count, first, last. */
  meta: string
  /** Sorted set: chunk ids by the first timestamp. */
  index: string
  /** Hash: chunk id → the encoded chunk. */
  chunks: string
  /** Hash: chunk id → `count first last min max …`, of shared/series/summary.ts. */
  summaries: string
  /** String: the newest points, 16 bytes each, of shared/series/tail.ts; all are behind the last chunk. */
  tail: string
}

/** Tags that were made lately, by name: to hash a name takes twenty times as long as to look here. */
const tags = new Map<string, string>()
const mostTags = 4096

function seriesTag(name: string): string {
  const known = tags.get(name)
  if (known !== undefined) return known
  if (tags.size === mostTags) tags.clear()
  const tag = hash('sha256', name, 'buffer').subarray(0, 16).toString('base64url')
  tags.set(name, tag)
  return tag
}

export function seriesKeys(name: string): SeriesKeys {
  return seriesKeysOf(seriesTag(name))
}

/** The same by the hash tag, where the name is not known. */
export function seriesKeysOf(tag: string): SeriesKeys {
  const key = (part: string) => `ky:{${tag}}:${part}`
  return {
    meta: key('meta'),
    index: key('index'),
    chunks: key('chunks'),
    summaries: key('summaries'),
    tail: key('tail'),
  }
}

/** What an import keeps with a series until it is committed; under the series' hash tag. */
export interface StagedKeys {
  /** Hash: `number count first last …` of a run of points → the encoded run. */
  runs: string
  /** Hashes as those of the series: the chunks that a commit swaps in. */
  chunks: string
  summaries: string
}

/** `attempt` tells the chunks of one commit from those of another that tries the same. */
export function stagedKeys(name: string, id: string, attempt: string): StagedKeys {
  const tag = `ky:{${seriesTag(name)}}:staged:${id}`
  return { runs: tag, chunks: `${tag}:${attempt}:chunks`, summaries: `${tag}:${attempt}:summaries` }
}

/** What a repair has taken out of a series since it can't be read: kept for a while. `what`: a chunk's id, or a part's name. */
export const asideKey = (tag: string, what: string) => `ky:{${tag}}:aside:${what}`

export const importKeys = {
  /** Sorted set: imports that are being committed by the time at which another may take them over. */
  open: 'ky:{imports}:open',
  /** Hash: name of a series that is still to be committed → its labels and unit. */
  journal: (id: string) => `ky:{imports}:journal:${id}`,
  /** String that exists while no sweep is due. */
  swept: 'ky:{imports}:swept',
}

/** Sorted set of all names, in the order of their bytes. */
export const namesKey = 'ky:{names}:all'

/** Sorted set of the names that carry one label. */
export const labelKey = (label: string, value: string) => `ky:{names}:label:${label}=${value}`

/** Sorted set of the series that have a retention, by the time at which the next of their points may expire. */
export const retainedKey = 'ky:{names}:retained'

/** String that exists while no sweep of those series is due. */
export const retainedSweptKey = 'ky:{names}:swept'

/** Hash: what became of a request with an Idempotency-Key; `digest` names caller, route and key. It expires. */
export const onceKey = (digest: string) => `ky:{once:${digest}}`

const jobsTag = 'ky:{jobs}'

export const jobKeys = {
  /** Hash: one job. */
  job: (id: string) => `${jobsTag}:job:${id}`,
  /** Hash: one result and its artifacts. */
  result: (id: string) => `${jobsTag}:result:${id}`,
  /** What a job's keys start with: scripts make them of ids that they find. */
  jobPrefix: `${jobsTag}:job:`,
  resultPrefix: `${jobsTag}:result:`,
  answerPrefix: `${jobsTag}:answer:`,
  asksPrefix: `${jobsTag}:asks:`,
  /** String: the job under way, or with a result, that answers a question, by the question's fingerprint. */
  answer: (fingerprint: string) => `${jobsTag}:answer:${fingerprint}`,
  /** Hash: id of a request for this job → who sent it, behind `+`, or `-` once it was taken back; while the job is under way. */
  asks: (id: string) => `${jobsTag}:asks:${id}`,
  /** String: the job of one claim, for when the claim is sent twice. */
  claim: (id: string) => `${jobsTag}:claim:${id}`,
  /** Sorted set of all ids; they sort by time. */
  all: `${jobsTag}:all`,
  /** Sorted set: queued jobs by the time from which they may run. */
  ready: `${jobsTag}:ready`,
  /** Sorted set: running jobs by the end of their lease. */
  leases: `${jobsTag}:leases`,
  /** Sorted set: ended jobs by the time at which they expire. */
  expiry: `${jobsTag}:expiry`,
  /** Sorted set: pokes under way by the time at which they no longer count. */
  pokes: `${jobsTag}:pokes`,
  /** String that exists while no sweep is due. */
  swept: `${jobsTag}:swept`,
  /** Channel on which each change of a job is told: its hash as a JSON array of names and values. */
  changes: `${jobsTag}:changes`,
}

/** What the keys of each form are of, with what their names tell: `readKey` is the inverse of the names above. */
const keyForms = {
  series: /^ky:\{(?<tag>[\w-]{22})\}:(?<part>meta|index|chunks|summaries|tail)$/,
  staged: /^ky:\{(?<tag>[\w-]{22})\}:staged:(?<id>[\w-]+)$/,
  prepared: /^ky:\{(?<tag>[\w-]{22})\}:staged:(?<id>[\w-]+):[\w-]+:(?<part>chunks|summaries)$/,
  aside: /^ky:\{(?<tag>[\w-]{22})\}:aside:(?<what>.+)$/s,
  'open-imports': /^ky:\{imports\}:open$/,
  journal: /^ky:\{imports\}:journal:(?<id>[\w-]+)$/,
  names: /^ky:\{names\}:all$/,
  label: /^ky:\{names\}:label:(?<label>[^=]+)=(?<value>.*)$/s,
  retained: /^ky:\{names\}:retained$/,
  swept: /^ky:\{(?:imports|names|jobs)\}:swept$/,
  once: /^ky:\{once:[\w-]+\}$/,
  job: /^ky:\{jobs\}:job:(?<id>.+)$/s,
  result: /^ky:\{jobs\}:result:(?<id>.+)$/s,
  answer: /^ky:\{jobs\}:answer:.+$/s,
  asks: /^ky:\{jobs\}:asks:(?<id>.+)$/s,
  claim: /^ky:\{jobs\}:claim:.+$/s,
  'job-set': /^ky:\{jobs\}:(?<set>all|ready|leases|expiry)$/,
  pokes: /^ky:\{jobs\}:pokes$/,
} as const

export type KeyForm = keyof typeof keyForms
export const keyFormCount = Object.keys(keyForms).length

/** Which of Kymograph's keys this is, with the parts of its name; undefined for any other. */
export function readKey(key: string): { form: KeyForm; parts: Record<string, string> } | undefined {
  for (const [form, pattern] of Object.entries(keyForms) as [KeyForm, RegExp][]) {
    const match = pattern.exec(key)
    if (match) return { form, parts: { ...match.groups } }
  }
  return undefined
}

/** A key of the slot of another that is never there. */
export const absentKey = (key: string) => `ky:{${/\{([^}]+)\}/.exec(key)?.[1] ?? key}}:absent`

/** What all keys of Kymograph start with. */
export const ownPrefix = 'ky:'
