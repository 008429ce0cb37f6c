import { labelKey, namesKey, seriesKeys } from '../keys.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import { type Matcher, matches, wantedValues } from './match.ts'
import { readMeta, type SeriesDetail, type SeriesInfo } from './metadata.ts'
import { parseSummary, summarize } from './summary.ts'
import { tailId } from './tail.ts'
import { unpack } from './unpack.ts'

export interface ListQuery {
  prefix?: string
  match?: Matcher[]
  limit: number
  /** Lists the names after this one. */
  after?: string | undefined
}

const batch = 500
/** Names that one page looks at before it ends, however few of them match. */
const maxScanned = 5000

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

export interface SeriesPage {
  series: SeriesInfo[]
  /** `after` of the next page; undefined when this is the last. */
  next?: string
}

/** Series in the order of their names' bytes; `look` reads one. */
export async function listSeries(
  redis: Redis,
  { prefix = '', match = [], limit, after }: ListQuery,
  look: (name: string) => Promise<SeriesInfo | undefined>,
): Promise<SeriesPage> {
  const wanted = wantedValues(match)
  const keys = wanted ? [...new Set(wanted.values)].map((value) => labelKey(wanted.label, value)) : [namesKey]
  const end = prefix === '' ? '+' : Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])])
  const series: SeriesInfo[] = []
  let start = after !== undefined ? `(${after}` : prefix === '' ? '-' : `[${prefix}`
  for (let scanned = 0; ; ) {
    // Without conditions one more than is listed tells whether there is another page.
    const count = match.length > 0 ? batch : Math.min(batch, limit - series.length + 1)
    const names = await namesOf(redis, keys, start, end, count)
    const infos = await Promise.all(names.map(look))
    for (const info of infos) {
      if (!info || !matches(match, info.labels)) continue
      if (series.length === limit) return { series, next: series.at(-1)!.name }
      series.push(info)
    }
    if (names.length < count) return { series }
    scanned += names.length
    if (scanned >= maxScanned) return { series, next: names.at(-1)! }
    start = `(${names.at(-1)}`
  }
}

/** The first names between two bounds that are in any of these sets, in the order of their bytes. */
async function namesOf(
  redis: Redis,
  keys: string[],
  start: string,
  end: string | Buffer,
  count: number,
): Promise<string[]> {
  const found = await Promise.all(keys.map((key) => redis.zrangebylex(key, start, end, 'LIMIT', 0, count)))
  if (found.length === 1) return found[0]!
  // Each gave its first ones, so the first of them all are among these.
  return [...new Set(found.flat())].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).slice(0, count)
}

export async function getSeries(redis: Redis, name: string): Promise<SeriesInfo | undefined> {
  const pairs = await redis.hgetall(seriesKeys(name).meta)
  if (pairs.name !== name) return undefined
  return readMeta(Object.entries(pairs).flat())
}

export async function describeSeries(redis: Redis, name: string): Promise<SeriesDetail | undefined> {
  const reply = await runScriptForBuffers(redis, 'describeSeries', Object.values(seriesKeys(name)), [name])
  if (reply === null) return undefined
  const [meta, summaries, tail, bytes] = reply as [Buffer[], Buffer[], Buffer, number]
  const parts = summaries.map((summary) => parseSummary(String(summary)))
  if (tail.length > 0) parts.push(summarize(unpack(name, { id: tailId, bytes: tail })))
  let [min, max] = [Infinity, -Infinity]
  for (const part of parts) {
    min = Math.min(min, part.min)
    max = Math.max(max, part.max)
  }
  return { ...readMeta(meta.map(String)), ...(parts.length === 0 ? {} : { min, max }), bytes }
}
