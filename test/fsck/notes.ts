import { smqKeys } from '../../shared/jobs/smq-keys.ts'
import type { Damage } from './damage.ts'

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
