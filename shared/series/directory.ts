import { labelKey, namesKey, seriesKeys } from '../keys.ts'
import type { Redis } from '../redis.ts'
import { type Matcher, matches } from './match.ts'
import { readMeta, type SeriesInfo } from './metadata.ts'

export interface ListQuery {
  prefix?: string
  match?: Matcher[]
  limit: number
  /** Lists the names after this one. */
  after?: string | undefined
}

const batch = 500

/**
 * The index of names and labels, in a slot of its own. It is written before a series and cleared after it, so it may
 * name a series that is not there, never miss one that is: lists look at the series itself.
 */
export async function putInIndex(redis: Redis, name: string, labels: Record<string, string>): Promise<void> {
  const keys = [namesKey, ...Object.entries(labels).map(([label, value]) => labelKey(label, value))]
  await Promise.all(keys.map((key) => redis.zadd(key, 0, name)))
}

/** Takes a name out of the labels that it no longer has; out of everything when `now` is undefined. */
export async function takeFromIndex(
  redis: Redis,
  name: string,
  before: Record<string, string>,
  now: Record<string, string> | undefined,
): Promise<void> {
  const stale = Object.entries(before).filter(([label, value]) => now?.[label] !== value)
  const keys = [...stale.map(([label, value]) => labelKey(label, value)), ...(now === undefined ? [namesKey] : [])]
  await Promise.all(keys.map((key) => redis.zrem(key, name)))
}

/** Series in the order of their names' bytes. */
export async function listSeries(
  redis: Redis,
  { prefix = '', match = [], limit, after }: ListQuery,
): Promise<SeriesInfo[]> {
  const wanted = match.find(({ negated, value }) => !negated && value !== '')
  const key = wanted ? labelKey(wanted.label, wanted.value) : namesKey
  const end = prefix === '' ? '+' : Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])])
  const listed: SeriesInfo[] = []
  let start = after !== undefined ? `(${after}` : prefix === '' ? '-' : `[${prefix}`
  while (listed.length < limit) {
    const names = await redis.zrangebylex(key, start, end, 'LIMIT', 0, Math.min(batch, limit - listed.length + 1))
    if (names.length === 0) break
    const infos = await Promise.all(names.map((name) => getMeta(redis, name)))
    for (const info of infos) if (info && matches(match, info.labels)) listed.push(info)
    start = `(${names.at(-1)}`
  }
  return listed.slice(0, limit)
}

async function getMeta(redis: Redis, name: string): Promise<SeriesInfo | undefined> {
  const pairs = await redis.hgetall(seriesKeys(name).meta)
  if (pairs.name !== name) return undefined
  return readMeta(Object.entries(pairs).flat())
}
