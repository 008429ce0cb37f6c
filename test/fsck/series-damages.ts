import { asideKey, labelKey, namesKey, retainedKey, seriesKeys } from '../../shared/keys.ts'
import { encodeChunk } from '../../shared/series/codec.ts'
import { putInIndex } from '../../shared/series/directory.ts'
import type { Points } from '../../shared/series/points.ts'
import { formatSummary, summarize } from '../../shared/series/summary.ts'
import { type Damage, points, type Victim } from './damage.ts'

/** The chunks of the victim, in time order. */
async function chunks({ redis, series }: Victim) {
  const { index, chunks, summaries, meta } = seriesKeys(series)
  const ids = await redis.zrange(index, 0, -1)
  return { ids, index, chunks, summaries, meta, first: ids[0]!, second: ids[1]!, third: ids[2]! }
}

async function putChunk(victim: Victim, id: string, run: Points, summary = formatSummary(summarize(run))) {
  const { redis } = victim
  const { index, chunks: chunksKey, summaries } = await chunks(victim)
  await redis.zadd(index, id, id)
  await redis.hset(chunksKey, id, encodeChunk(run))
  await redis.hset(summaries, id, summary)
}

const meta = ({ series }: Victim) => seriesKeys(series).meta
const tagOf = (series: string) => /\{(.+)\}/.exec(seriesKeys(series).meta)![1]!
const hour = 3_600_000

/** What may be wrong with a series. */
export const seriesDamages: Damage[] = [
  {
    code: 'wrong-type',
    what: 'a text where the index should be',
    async make({ redis, series }) {
      await redis.rename(seriesKeys(series).index, `${seriesKeys(series).index}-kept`)
      await redis.set(seriesKeys(series).index, 'text')
    },
    undo: ({ redis, series }) => redis.rename(`${seriesKeys(series).index}-kept`, seriesKeys(series).index),
  },
  {
    code: 'series-misnamed',
    what: 'another name',
    make: (victim) => victim.redis.hset(meta(victim), 'name', 'another'),
    async undo(victim) {
      await victim.redis.hset(meta(victim), 'name', victim.series)
      await putInIndex(victim.redis, victim.series, { place: 'here' })
    },
  },
  {
    code: 'series-metadata',
    what: 'labels that are no JSON',
    make: (victim) => victim.redis.hset(meta(victim), 'labels', '{"place'),
  },
  {
    code: 'series-metadata',
    what: 'no counter',
    make: (victim) => victim.redis.hdel(meta(victim), 'counter'),
  },
  {
    code: 'series-metadata',
    what: 'a field that is not known',
    make: (victim) => victim.redis.hset(meta(victim), 'colour', 'red'),
    undo: (victim) => victim.redis.hdel(meta(victim), 'colour'),
  },
  {
    code: 'series-totals',
    what: 'another count',
    make: (victim) => victim.redis.hset(meta(victim), 'count', 7),
  },
  {
    code: 'series-totals',
    what: 'no last time',
    make: (victim) => victim.redis.hdel(meta(victim), 'last'),
  },
  {
    code: 'series-expires',
    what: 'an expiry',
    make: ({ redis, series }) => redis.pexpire(seriesKeys(series).summaries, 1e9),
  },
  {
    code: 'chunk-missing',
    what: 'a chunk that was deleted',
    async make(victim) {
      const { chunks: key, second } = await chunks(victim)
      await victim.redis.hdel(key, second)
    },
    left: 12_000,
  },
  {
    code: 'chunk-damaged',
    what: 'a bit that has flipped',
    async make(victim) {
      const { chunks: key, first } = await chunks(victim)
      const bytes = (await victim.redis.hgetBuffer(key, first))!
      bytes[bytes.length >> 1]! ^= 8
      await victim.redis.hset(key, first, bytes)
    },
    left: 12_000,
  },
  {
    code: 'chunk-damaged',
    what: 'a chunk of a later version',
    async make(victim) {
      const { chunks: key, second } = await chunks(victim)
      const bytes = (await victim.redis.hgetBuffer(key, second))!
      await victim.redis.hset(key, second, Buffer.of(9, ...bytes.subarray(1)))
    },
    left: 12_000,
  },
  {
    code: 'chunk-damaged',
    what: 'a chunk that was cut short',
    async make(victim) {
      const { chunks: key, third } = await chunks(victim)
      await victim.redis.hset(key, third, (await victim.redis.hgetBuffer(key, third))!.subarray(0, -1))
    },
    left: 12_000,
  },
  {
    code: 'chunk-disordered',
    what: 'points out of order, and one that is none',
    async make(victim) {
      const { first } = await chunks(victim)
      const before = Number(first) - 10 * hour
      const run = points([before + 2 * hour, before, before + hour, before + 3 * hour], [2, 0, 1, NaN])
      await putChunk(victim, String(before), run, `4 ${before} ${before + 3 * hour} 0 2 3`)
      await victim.redis.hset(meta(victim), 'count', 18_004, 'first', before)
    },
    left: 18_003,
  },
  {
    code: 'chunk-summary',
    what: 'another maximum',
    async make(victim) {
      const { summaries, second } = await chunks(victim)
      const parts = (await victim.redis.hget(summaries, second))!.split(' ')
      parts[4] = '1e9'
      await victim.redis.hset(summaries, second, parts.join(' '))
    },
  },
  {
    code: 'chunk-summary',
    what: 'no summary',
    async make(victim) {
      const { summaries, first } = await chunks(victim)
      await victim.redis.hdel(summaries, first)
    },
  },
  {
    code: 'chunk-misfiled',
    what: 'a chunk that is not in the index',
    async make(victim) {
      const { index, second } = await chunks(victim)
      await victim.redis.zrem(index, second)
    },
  },
  {
    code: 'chunk-misfiled',
    what: 'a chunk under another id',
    async make(victim) {
      const { index, chunks: key, summaries, third } = await chunks(victim)
      const id = String(Number(third) + 1)
      await victim.redis.hset(key, id, (await victim.redis.hgetBuffer(key, third))!)
      await victim.redis.hset(summaries, id, (await victim.redis.hget(summaries, third))!)
      await victim.redis.zadd(index, id, id)
      await victim.redis.zrem(index, third)
      await victim.redis.hdel(key, third)
      await victim.redis.hdel(summaries, third)
    },
  },
  {
    code: 'chunks-overlap',
    what: 'a chunk over another, with a time of it',
    async make(victim) {
      const { first } = await chunks(victim)
      const inside = Number(first) + hour
      await putChunk(victim, String(inside + 1), points([inside + 1, inside + hour], [5, 6]))
      await victim.redis.hset(meta(victim), 'count', 18_002)
    },
    left: 18_001,
  },
  {
    code: 'name-missing',
    what: 'a series that is not in the directory',
    make: ({ redis, series }) => redis.zrem(namesKey, series),
  },
  {
    code: 'name-missing',
    what: 'a series that is not under its label',
    make: ({ redis, series }) => redis.zrem(labelKey('place', 'here'), series),
  },
  {
    code: 'name-missing',
    what: 'a series that is out of its place',
    make: ({ redis, series }) => redis.zadd(namesKey, 3, series),
  },
  {
    code: 'name-orphan',
    what: 'a name without a series',
    make: ({ redis }) => redis.zadd(namesKey, 0, 'nobody'),
  },
  {
    code: 'name-orphan',
    what: 'a label that the series has not',
    make: ({ redis, series }) => redis.zadd(labelKey('place', 'elsewhere'), 0, series),
  },
  {
    code: 'retention-unnoted',
    what: 'a retention that no sweep knows of',
    async make(victim) {
      await victim.redis.hset(meta(victim), 'retention', 1e12)
      await victim.redis.zrem(retainedKey, victim.series)
    },
  },
  {
    code: 'retention-unnoted',
    what: 'a retention that is noted for a day in years',
    async make(victim) {
      await victim.redis.hset(meta(victim), 'retention', 1e12)
      await victim.redis.zadd(retainedKey, Date.now() + 1e12, victim.series)
    },
  },
  {
    code: 'endless',
    what: 'something set aside that does not expire',
    make: ({ redis, series }) => redis.set(asideKey(tagOf(series), '7'), 'x'),
  },
  // The last of them: it takes the series.
  {
    code: 'series-headless',
    what: 'no metadata',
    make: (victim) => victim.redis.del(meta(victim)),
    left: -1,
  },
]
