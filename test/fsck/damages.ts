import { v7 as uuidv7 } from 'uuid'
import type { FaultCode } from '../../shared/fsck/faults.ts'
import { smqKeys } from '../../shared/jobs/smq-keys.ts'
import {
  asideKey,
  importKeys,
  jobKeys,
  labelKey,
  namesKey,
  onceKey,
  retainedKey,
  seriesKeys,
  stagedKeys,
} from '../../shared/keys.ts'
import type { Redis } from '../../shared/redis.ts'
import { encodeChunk, formatSummary, summarize } from '../../shared/series/codec.ts'
import { putInIndex } from '../../shared/series/directory.ts'
import type { Points } from '../../shared/series/points.ts'

/** What a damage is done to: a series of three chunks of a thousand points, an hour apart, with a label; and a job that has succeeded. */
export interface Victim {
  redis: Redis
  series: string
  /** '' where the damage is to something else. */
  job: string
}

export interface Damage {
  code: FaultCode
  what: string
  make(victim: Victim): Promise<unknown>
  /** Points that are left after the repair, where it is not all. */
  left?: number
  /** Nothing mends it: this takes it away again. */
  undo?(victim: Victim): Promise<unknown>
}

const points = (times: number[], values = times): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})

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
const job = ({ job }: Victim) => jobKeys.job(job)
const result = ({ job }: Victim) => jobKeys.result(job)

const hour = 3_600_000

export const seriesDamages: Damage[] = [
  {
    code: 'wrong-type',
    what: 'a text where the index should be',
    async make({ redis, series }) {
      await redis.rename(seriesKeys(series).index, 'ky:kept')
      await redis.set(seriesKeys(series).index, 'text')
    },
    undo: ({ redis, series }) => redis.rename('ky:kept', seriesKeys(series).index),
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
    left: 2000,
  },
  {
    code: 'chunk-damaged',
    what: 'a bit that has flipped',
    async make(victim) {
      const { chunks: key, first } = await chunks(victim)
      const bytes = (await victim.redis.hgetBuffer(key, first))!
      bytes[1000]! ^= 8
      await victim.redis.hset(key, first, bytes)
    },
    left: 2000,
  },
  {
    code: 'chunk-damaged',
    what: 'a chunk that was cut short',
    async make(victim) {
      const { chunks: key, third } = await chunks(victim)
      await victim.redis.hset(key, third, (await victim.redis.hgetBuffer(key, third))!.subarray(0, 77))
    },
    left: 2000,
  },
  {
    code: 'chunk-disordered',
    what: 'points out of order, and one that is none',
    async make(victim) {
      const { first } = await chunks(victim)
      const before = Number(first) - 10 * hour
      const run = points([before + 2 * hour, before, before + hour, before + 3 * hour], [2, 0, 1, NaN])
      await putChunk(victim, String(before), run, `4 ${before} ${before + 3 * hour} 0 2 3`)
      await victim.redis.hset(meta(victim), 'count', 3004, 'first', before)
    },
    left: 3003,
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
      await victim.redis.hset(meta(victim), 'count', 3002)
    },
    left: 3001,
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

const run = points([1e12, 1e12 + 1])
const runField = `0 ${formatSummary(summarize(run))}`

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

export const jobDamages: Damage[] = [
  {
    code: 'job-damaged',
    what: 'parameters that are no JSON',
    make: (victim) => victim.redis.hset(job(victim), 'params', '{'),
  },
  {
    code: 'job-damaged',
    what: 'a status that there is not',
    make: (victim) => victim.redis.hset(job(victim), 'status', 'lost'),
  },
  {
    code: 'job-damaged',
    what: 'a field that is not known',
    make: (victim) => victim.redis.hset(job(victim), 'colour', 'red'),
    undo: (victim) => victim.redis.hdel(job(victim), 'colour'),
  },
  { code: 'job-misfiled', what: 'a job that no list shows', make: ({ redis, job }) => redis.zrem(jobKeys.all, job) },
  {
    code: 'job-misfiled',
    what: 'an ended job that is ready',
    make: ({ redis, job }) => redis.zadd(jobKeys.ready, 1e15, job),
  },
  {
    code: 'job-misfiled',
    what: 'an ended job with a lease',
    make: ({ redis, job }) => redis.zadd(jobKeys.leases, 1e15, job),
  },
  {
    code: 'job-misfiled',
    what: 'an ended job that nobody forgets',
    make: ({ redis, job }) => redis.zrem(jobKeys.expiry, job),
  },
  {
    code: 'job-misfiled',
    what: 'a waiting job that is not ready',
    async make(victim) {
      const { redis } = victim
      await redis.hset(job(victim), 'status', 'queued')
      await redis.hdel(job(victim), 'expires', 'finished')
      await redis.persist(job(victim))
      await redis.zrem(jobKeys.expiry, victim.job)
      await redis.unlink(result(victim))
    },
  },
  {
    code: 'job-misfiled',
    what: 'a running job without a lease',
    async make(victim) {
      const { redis } = victim
      await redis.hset(job(victim), 'status', 'running')
      await redis.hdel(job(victim), 'expires', 'finished')
      await redis.persist(job(victim))
      await redis.zrem(jobKeys.expiry, victim.job)
      await redis.unlink(result(victim))
    },
  },
  {
    code: 'job-endless',
    what: 'an ended job that does not expire',
    make: (victim) => victim.redis.persist(job(victim)),
  },
  {
    code: 'job-orphan',
    what: 'a job in the list that is not there',
    make: ({ redis }) => redis.zadd(jobKeys.all, 0, uuidv7()),
  },
  {
    code: 'job-orphan',
    what: 'a ready job that is not there',
    make: ({ redis }) => redis.zadd(jobKeys.ready, 1e15, uuidv7()),
  },
  {
    code: 'result-missing',
    what: 'a result that was deleted',
    make: (victim) => victim.redis.unlink(result(victim)),
    async undo(victim) {
      await victim.redis.unlink(job(victim))
      await victim.redis.zrem(jobKeys.all, victim.job)
      await victim.redis.zrem(jobKeys.expiry, victim.job)
    },
  },
  {
    code: 'result-damaged',
    what: 'a picture that is none',
    make: (victim) => victim.redis.hset(result(victim), 'png', 'GIF89a'),
    undo: (victim) => victim.redis.hset(result(victim), 'png', Buffer.from('89504e470d0a1a0a', 'hex')),
  },
  {
    code: 'result-damaged',
    what: 'no data',
    make: (victim) => victim.redis.hdel(result(victim), 'data'),
    undo: (victim) => victim.redis.hset(result(victim), 'data', '[]'),
  },
  {
    code: 'result-orphan',
    what: 'a result without a job',
    make: ({ redis }) => redis.hset(jobKeys.result(uuidv7()), 'alt', 'x'),
  },
  {
    code: 'result-endless',
    what: 'a result that does not expire',
    make: (victim) => victim.redis.persist(result(victim)),
  },
  {
    code: 'record-damaged',
    what: 'a record without an answer',
    async make({ redis }) {
      await redis.hset(onceKey('x'), 'claim', 'c', 'state', 'done', 'until', 1, 'digest', 'd')
      await redis.pexpire(onceKey('x'), 1e9)
    },
  },
  {
    code: 'endless',
    what: 'a record that does not expire',
    make: ({ redis }) => redis.hset(onceKey('y'), 'claim', 'c', 'state', 'running', 'until', 1, 'digest', ''),
    undo: ({ redis }) => redis.del(onceKey('y')),
  },
  { code: 'endless', what: 'a sweep that is never due', make: ({ redis }) => redis.set(jobKeys.swept, '1') },
  { code: 'endless', what: 'a claim that does not expire', make: ({ redis }) => redis.set(jobKeys.claim('c'), 'x') },
  {
    code: 'unknown-key',
    what: 'a key of no known form',
    make: ({ redis }) => redis.set('ky:{jobs}:new', 'x'),
    undo: ({ redis }) => redis.del('ky:{jobs}:new'),
  },
]

/** What is only told: nothing is damaged by it. */
export const notes: Damage[] = [
  {
    code: 'foreign-key',
    what: 'a key of somebody else',
    make: ({ redis }) => redis.set('cache:1', 'x'),
    undo: ({ redis }) => redis.del('cache:1'),
  },
  {
    code: 'smq-key',
    what: 'a key of redis-smq that has no use here',
    make: ({ redis }) => redis.set(`${smqKeys.consumers.replace(':9:', ':6:')}`, 'x'),
    undo: ({ redis }) => redis.del(`${smqKeys.consumers.replace(':9:', ':6:')}`),
  },
  {
    code: 'smq-consumer',
    what: 'a consumer that was killed, and its ticket',
    async make({ redis }) {
      await redis.hset(smqKeys.consumers, 'dead', '{}')
      await redis.hset(smqKeys.processingLists, smqKeys.processing('dead'), 'dead')
      await redis.sadd(smqKeys.consumerQueues('dead'), 'x')
      await redis.rpush(smqKeys.processing('dead'), 'm1')
      await redis.hset(smqKeys.message('m1'), smqKeys.status, smqKeys.isTaken)
    },
  },
  {
    code: 'smq-message',
    what: 'a ticket that was acknowledged and not deleted',
    make: ({ redis }) => redis.hset(smqKeys.message('m2'), smqKeys.status, '3'),
  },
]
