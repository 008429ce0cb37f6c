import { importKeys, stagedKeys } from '../../shared/keys.ts'
import { encodeChunk } from '../../shared/series/codec.ts'
import { formatSummary, summarize } from '../../shared/series/summary.ts'
import { type Damage, points } from './damage.ts'

const run = points([1e12, 1e12 + 1])
const runField = `0 ${formatSummary(summarize(run))}`

/** What may be wrong with an import. */
export const importDamages: Damage[] = [
  {
    code: 'import-unopened',
    what: 'a journal that nobody knows of',
    make: ({ redis }) => redis.hset(importKeys.journal('lost'), 'nobody', '{"labels":{}}'),
  },
  {
    code: 'journal-damaged',
    what: 'an entry that is no JSON',
    async make({ redis }) {
      await redis.zadd(importKeys.open, 0, 'i1')
      await redis.hset(importKeys.journal('i1'), 'nobody', '{')
    },
  },
  {
    code: 'staged-damaged',
    what: 'points of an open import that were cut short',
    async make({ redis, series }) {
      const key = stagedKeys(series, 'i2', '').runs
      await redis.zadd(importKeys.open, 0, 'i2')
      await redis.hset(importKeys.journal('i2'), series, '{"labels":{}}')
      await redis.hset(key, runField, encodeChunk(run).subarray(0, 20))
    },
  },
  {
    code: 'staged-endless',
    what: 'points of an import that is over',
    make: ({ redis, series }) => redis.hset(stagedKeys(series, 'i3', '').runs, runField, encodeChunk(run)),
  },
  {
    code: 'staged-endless',
    what: 'prepared chunks that nobody swaps in',
    make: ({ redis, series }) => redis.hset(stagedKeys(series, 'i4', 'a').summaries, '1', '1 1 1 1 1 1'),
  },
]
