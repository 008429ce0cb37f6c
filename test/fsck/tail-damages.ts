import { seriesKeys } from '../../shared/keys.ts'
import { openStore } from '../../shared/series/store.ts'
import { type Damage, points, type Victim } from './damage.ts'

const hour = 3_600_000

/** Gives the victim a tail of four points. */
async function tailOf({ redis, series }: Victim) {
  const { meta, tail } = seriesKeys(series)
  const last = Number(await redis.hget(meta, 'last'))
  await openStore(redis).upsert(series, points([1, 2, 3, 4].map((i) => last + i * hour)))
  const bytes = await redis.getBuffer(tail)
  if (bytes?.length !== 64) throw new Error(`a tail of ${bytes?.length} bytes`)
  return { meta, tail, bytes, last }
}

/** What may be wrong with the tail of a series. */
export const tailDamages: Damage[] = [
  {
    code: 'tail-damaged',
    what: 'bytes that are no whole point',
    async make(victim) {
      const { tail, bytes } = await tailOf(victim)
      await victim.redis.set(tail, bytes.subarray(0, 55))
    },
    left: 18_003,
  },
  {
    code: 'tail-damaged',
    what: 'points out of order, and one that is none',
    async make(victim) {
      const { tail, bytes } = await tailOf(victim)
      bytes.writeDoubleLE(NaN, 8)
      await victim.redis.set(tail, Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]))
    },
    left: 18_003,
  },
  {
    code: 'tail-damaged',
    what: 'nothing but what is no point',
    async make(victim) {
      const { tail } = await tailOf(victim)
      await victim.redis.set(tail, Buffer.alloc(32, 0xff))
    },
  },
  {
    code: 'tail-damaged',
    what: 'a tail that begins before the last chunk ends, with a time of it',
    async make(victim) {
      const { tail, bytes, last } = await tailOf(victim)
      bytes.writeDoubleLE(last - hour / 2, 0)
      bytes.writeDoubleLE(last, 16)
      await victim.redis.set(tail, bytes)
    },
    left: 18_003,
  },
  {
    code: 'series-totals',
    what: 'a count without the tail',
    async make(victim) {
      const { meta } = await tailOf(victim)
      await victim.redis.hset(meta, 'count', 18_000)
    },
    left: 18_004,
  },
  {
    code: 'series-totals',
    what: 'a tail that was deleted',
    async make(victim) {
      const { tail } = await tailOf(victim)
      await victim.redis.del(tail)
    },
  },
  {
    code: 'wrong-type',
    what: 'a list where the tail should be',
    async make(victim) {
      const { tail } = await tailOf(victim)
      await victim.redis.rename(tail, `${tail}-kept`)
      await victim.redis.lpush(tail, 'text')
    },
    undo: ({ redis, series }) => redis.rename(`${seriesKeys(series).tail}-kept`, seriesKeys(series).tail),
    left: 18_004,
  },
  {
    code: 'chunk-summary',
    what: 'a last chunk without a summary, before a tail',
    async make(victim) {
      await tailOf(victim)
      const { index, summaries } = seriesKeys(victim.series)
      const [id] = await victim.redis.zrange(index, -1, -1)
      await victim.redis.hdel(summaries, id!)
    },
    left: 18_004,
  },
  {
    code: 'series-headless',
    what: 'a tail without metadata',
    async make(victim) {
      const { meta } = await tailOf(victim)
      await victim.redis.del(meta)
    },
    left: -1,
  },
]
