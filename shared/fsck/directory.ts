import { labelKey, namesKey, readKey, retainedKey, seriesKeys } from '../keys.ts'
import { type Redis, redisTime } from '../redis.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'
import { readLabels } from './meta.ts'

/** A sweep notes a series for a day ahead at the most; this much later is too late. */
const latestNoteMs = 2 * 86_400_000

/** Looks whether the directory has a series under its name and each of its labels, and notes it for its retention. */
export async function lookAtEntries(
  redis: Redis,
  name: string,
  meta: Map<string, string>,
  findings: Findings,
): Promise<void> {
  const labels = readLabels(meta.get('labels') ?? '{}') ?? {}
  const keys = [namesKey, ...Object.entries(labels).map(([label, value]) => labelKey(label, value))]
  const scores = await scoresOf(redis, keys, name)
  for (const [i, key] of keys.entries()) {
    if (scores[i] === '0') continue
    const detail = scores[i] === null ? `'${name}' is not in it` : `'${name}' is not in its place`
    findings.say('name-missing', key, detail, (commands) => void commands.zadd(key, 0, name), name)
  }
  if (!meta.has('retention')) return
  const [[due], now] = await Promise.all([scoresOf(redis, [retainedKey], name), redisTime(redis, retainedKey)])
  if (due !== null && Number(due) < now + latestNoteMs) return
  const detail =
    due === null ? `'${name}' is not in it` : `'${name}' is noted for ${new Date(Number(due)).toISOString()}`
  findings.say('retention-unnoted', retainedKey, detail, (commands) => void commands.zadd(retainedKey, 0, name), name)
}

function scoresOf(redis: Redis, keys: string[], member: string): Promise<(string | null)[]> {
  return Promise.all(keys.map((key) => redis.zscore(key, member).catch(() => '0'))) // another type is told elsewhere
}

/** Some names of the directory, or of one label, each with whether its series is there and has the label. */
export function namesSubject(key: string, names: string[]): Subject {
  const known = readKey(key)!
  const { label, value } = known.parts
  return {
    watch: names.map((name) => seriesKeys(name).meta),
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const metas = await Promise.all(
        names.map((name) => redis.hmget(seriesKeys(name).meta, 'name', 'labels').catch(() => [])),
      )
      const scores = await Promise.all(names.map((name) => redis.zscore(key, name).catch(() => null)))
      for (const [i, name] of names.entries()) {
        if (scores[i] === null) continue // it was taken out meanwhile
        const [found, labels] = metas[i]!
        const isThere = found === name
        if (isThere && (label === undefined || readLabels(labels ?? '{}')?.[label] === value)) continue
        const detail = isThere ? `'${name}' has not this label` : `there is no series '${name}'`
        findings.say('name-orphan', key, detail, (commands: Commands) => void commands.zrem(key, name), name)
      }
      return findings
    },
  }
}
