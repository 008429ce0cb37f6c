import { v7 as uuidv7 } from 'uuid'
import { jobKeys, onceKey } from '../../shared/keys.ts'
import type { Damage, Victim } from './damage.ts'

const job = ({ job }: Victim) => jobKeys.job(job)
const result = ({ job }: Victim) => jobKeys.result(job)

/** Makes an ended job look as if it were under way, but for the set that such jobs are in. */
async function reopen(victim: Victim, status: 'queued' | 'running'): Promise<void> {
  const { redis } = victim
  await redis.hset(job(victim), 'status', status)
  await redis.hdel(job(victim), 'expires', 'finished')
  await redis.persist(job(victim))
  await redis.zrem(jobKeys.expiry, victim.job)
  await redis.unlink(result(victim))
}

/** What may be wrong with jobs, and what else is kept for a while. */
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
    make: (victim) => reopen(victim, 'queued'),
  },
  {
    code: 'job-misfiled',
    what: 'a running job without a lease',
    make: (victim) => reopen(victim, 'running'),
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
    code: 'answer-orphan',
    what: 'an answer of a job that is not there',
    make: ({ redis }) => redis.set(jobKeys.answer('f'), 'nobody'),
  },
  {
    code: 'answer-orphan',
    what: 'an answer of a job whose result was removed',
    make: (victim) => victim.redis.hset(job(victim), 'status', 'failed'),
  },
  {
    code: 'asks-orphan',
    what: 'who asked for a job that has ended',
    make: ({ redis, job }) => redis.hset(jobKeys.asks(job), 'a', 'somebody'),
  },
  {
    code: 'job-askers',
    what: 'more who ask than are listed',
    async make(victim) {
      const { redis } = victim
      await redis.hset(job(victim), 'status', 'queued', 'askers', 3)
      await redis.hset(jobKeys.asks(victim.job), 'a', '+', 'b', '-')
    },
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
    make: ({ redis }) => redis.set(`${jobKeys.all}-new`, 'x'),
    undo: ({ redis }) => redis.del(`${jobKeys.all}-new`),
  },
]
