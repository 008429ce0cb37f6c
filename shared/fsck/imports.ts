import { asideKey, importKeys, readKey } from '../keys.ts'
import { type Redis, redisTime } from '../redis.ts'
import { ChunkError, decodeChunk } from '../series/codec.ts'
import { parseRun, summaryOf } from '../series/staging.ts'
import { formatSummary, summarize } from '../series/summary.ts'
import { agrees } from './chunk.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'
import { json } from './fields.ts'
import { asideMs } from './series-mend.ts'

const hourMs = 3_600_000
/** Runs and entries that are read at a time. */
const portion = 64

/** How long a hash of an import lives, and when the import may be taken over if it is open; undefined without such a hash. */
async function lookAtHash(redis: Redis, key: string, id: string, findings: Findings) {
  const [type, life, due] = await Promise.all([
    redis.type(key),
    redis.pttl(key),
    redis.zscore(importKeys.open, id).catch(() => null),
  ])
  if (type === 'hash') return { life, due }
  if (type !== 'none') findings.say('wrong-type', key, `it is a ${type}`)
  return undefined
}

/** What an import holds for a series: points of it, or chunks that its commit prepares. */
export function stagedSubject(key: string): Subject {
  const { form, parts } = readKey(key)!
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const found = await lookAtHash(redis, key, parts.id!, findings)
      if (!found) return findings
      const { life, due } = found
      // Prepared chunks expire whatever becomes of the import; points do unless it is open.
      const expires = (commands: Commands) => void commands.pexpire(key, hourMs)
      if (life < 0 && (form === 'prepared' || due === null))
        findings.say('staged-endless', key, `the import ${parts.id} is not open, and they do not expire`, expires)
      if (form === 'staged' && due !== null) await lookAtRuns(redis, key, parts.tag!, findings)
      return findings
    },
  }
}

async function lookAtRuns(redis: Redis, key: string, tag: string, findings: Findings): Promise<void> {
  const fields = await redis.hkeys(key)
  for (let at = 0; at < fields.length; at += portion) {
    const asked = fields.slice(at, at + portion)
    const runs = await redis.hmgetBuffer(key, ...asked)
    for (const [i, field] of asked.entries()) {
      const bytes = runs[i]
      const detail = bytes && runFault(field, bytes)
      if (!bytes || detail === undefined) continue
      const remove = (commands: Commands) => {
        commands.set(asideKey(tag, `run ${field}`), bytes, 'PX', asideMs)
        commands.hdel(key, field)
      }
      findings.say('staged-damaged', key, `the run '${field}': ${detail}`, remove, field)
    }
  }
}

function runFault(field: string, bytes: Buffer): string | undefined {
  try {
    const points = decodeChunk(bytes)
    if (agrees(summaryOf(parseRun(field)), points)) return undefined
    return `its points give '${formatSummary(summarize(points))}'`
  } catch (error) {
    if (error instanceof ChunkError) return error.message
    throw error
  }
}

/** The journal of an import: the series that are still to be committed. */
export function journalSubject(key: string, id: string): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const found = await lookAtHash(redis, key, id, findings)
      if (!found) return findings
      const { life, due } = found
      const now = await redisTime(redis, importKeys.open)
      const open = (commands: Commands) => void commands.zadd(importKeys.open, now, id)
      if (life < 0 && due === null) findings.say('import-unopened', key, 'it is not among the open imports', open)
      if (due !== null) await lookAtEntries(redis, key, findings)
      return findings
    },
  }
}

async function lookAtEntries(redis: Redis, key: string, findings: Findings): Promise<void> {
  let cursor = '0'
  do {
    const [after, entries] = await redis.hscan(key, cursor, 'COUNT', portion)
    for (let i = 0; i < entries.length; i += 2) {
      const [name, metadata] = [entries[i]!, entries[i + 1]!]
      if (json.isRight(metadata) && 'labels' in JSON.parse(metadata)) continue
      const mend = (commands: Commands) => void commands.hset(key, name, '{"labels":{}}')
      findings.say('journal-damaged', key, `the entry of '${name}' is '${metadata.slice(0, 80)}'`, mend, name)
    }
    cursor = after
  } while (cursor !== '0')
}

/** The open imports. `atRest`: there should be none. */
export function openImportsSubject(key: string, atRest: boolean): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const ids = await redis.zrange(key, 0, -1).catch(() => undefined)
      if (!ids) findings.say('wrong-type', key, 'it is no sorted set')
      else if (atRest) for (const id of ids) findings.say('import-open', key, `the import ${id} is open`, undefined, id)
      return findings
    },
  }
}
