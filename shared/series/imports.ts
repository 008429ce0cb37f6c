import { importKeys, stagedKeys } from '../keys.ts'
import type { Log } from '../log.ts'
import { type Redis, redisTime, runAll, runScript } from '../redis.ts'
import { type Committed, commitSeries } from './commit.ts'
import type { Staging } from './staging.ts'
import type { SeriesStore } from './store.ts'

/** What a commit sets of a series' metadata: its labels beside those that it has, its unit if it has none. */
export interface StagedMetadata {
  labels: Record<string, string>
  unit?: string
}

export interface Imports {
  /**
   * Commits everything that is staged: each series in one atomic step, all of them in the end, whatever happens to this
   * process once the journal is written.
   */
  commit(staging: Staging, metadata: Map<string, StagedMetadata>): Promise<Committed>
  /** Finishes commits whose process has died, unless somebody looked a moment ago. Never throws. */
  sweep(): Promise<void>
}

/** Series that are committed at a time. */
const parallel = 4
const batch = 500

export function openImports(
  redis: Redis,
  store: SeriesStore,
  { leaseMs, everyMs, log }: { leaseMs: number; everyMs: number; log: Log },
): Imports {
  let next = 0

  /** The journal first, then its entry among the open ones: from there on the import will be finished. */
  async function writeJournal(staging: Staging, metadata: Map<string, StagedMetadata>): Promise<void> {
    const names = staging.names()
    const journal = importKeys.journal(staging.id)
    for (let at = 0; at < names.length; at += batch) {
      const entries = names.slice(at, at + batch).flatMap((name) => [name, JSON.stringify(metadata.get(name))])
      await redis.hset(journal, ...entries)
      // An import that never opens leaves nothing.
      if (at === 0) await redis.pexpire(journal, leaseMs * 100)
    }
    await redis.zadd(importKeys.open, (await redisTime(redis, importKeys.open)) + leaseMs, staging.id)
    await redis.persist(journal)
    for (let at = 0; at < names.length; at += batch) {
      const those = names.slice(at, at + batch)
      await runAll(
        redis,
        those.map((name) => ['persist', stagedKeys(name, staging.id, '').runs]),
      )
    }
  }

  /** Commits what the journal still names. Two processes that do so at once do no harm: a series is committed once. */
  async function finish(id: string, names: AsyncIterable<[string, string]>): Promise<Committed> {
    const total: Committed = { inserted: 0, updated: 0, unchanged: 0, repeated: 0, expired: 0 }
    const renew = setInterval(
      () =>
        void redisTime(redis, importKeys.open)
          .then((now) => redis.zadd(importKeys.open, 'XX', now + leaseMs, id))
          .catch(() => {}),
      leaseMs / 3,
    )
    try {
      const iterator = names[Symbol.asyncIterator]()
      const lane = async () => {
        for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
          const [name, metadata] = next.value
          const counts = await commitSeries(redis, name, id)
          for (const key of Object.keys(total) as (keyof Committed)[]) total[key] += counts?.[key] ?? 0
          const { labels, unit } = JSON.parse(metadata) as StagedMetadata
          if (unit !== undefined || Object.keys(labels).length > 0)
            await store.addMetadata(name, { labels, ...(unit === undefined ? {} : { unit }) })
          await redis.hdel(importKeys.journal(id), name)
        }
      }
      await Promise.all(Array.from({ length: parallel }, lane))
    } finally {
      clearInterval(renew)
    }
    await redis.zrem(importKeys.open, id)
    return total
  }

  async function* journaled(id: string): AsyncGenerator<[string, string]> {
    let cursor = '0'
    do {
      const [after, entries] = await redis.hscan(importKeys.journal(id), cursor, 'COUNT', batch)
      for (let i = 0; i < entries.length; i += 2) yield [entries[i]!, entries[i + 1]!]
      cursor = after
    } while (cursor !== '0')
  }

  async function sweep(): Promise<void> {
    if (Date.now() < next) return
    next = Date.now() + everyMs
    if ((await redis.set(importKeys.swept, '1', 'PX', everyMs, 'NX')) === null) return
    const now = await redisTime(redis, importKeys.open)
    for (const id of await redis.zrangebyscore(importKeys.open, '-inf', now, 'LIMIT', 0, 10)) {
      const claimed = await runScript(redis, 'claimImport', [importKeys.open], [id, now, now + leaseMs])
      if (claimed !== 1) continue
      await redis.persist(importKeys.journal(id))
      const { inserted, updated } = await finish(id, journaled(id))
      log.warn({ import: id, inserted, updated }, 'an import was finished for a process that had gone')
    }
  }

  return {
    async commit(staging, metadata) {
      await writeJournal(staging, metadata)
      const names = staging.names()
      return finish(
        staging.id,
        (async function* () {
          for (const name of names) yield [name, JSON.stringify(metadata.get(name))] as [string, string]
        })(),
      )
    },
    sweep: () => sweep().catch((error: Error) => log.warn({ reason: error.message }, 'a sweep of imports failed')),
  }
}
