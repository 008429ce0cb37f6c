import { smqKeys } from '../jobs/smq-keys.ts'
import type { Redis } from '../redis.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'

/** A list that is longer is not searched for one message. */
const longestSearched = 10_000

/** redis-smq's consumers: what those that were killed have left. */
export const consumersSubject: Subject = {
  watch: [smqKeys.consumers, smqKeys.processingLists],
  async look(redis): Promise<Look> {
    const findings = new Findings({})
    const ids = await consumersOf(redis)
    const alive = await Promise.all(ids.map((id) => redis.exists(smqKeys.heartbeat(id))))
    for (const id of ids.filter((_, i) => alive[i] === 0)) {
      const held = await redis.lrange(smqKeys.processing(id), 0, -1)
      const forget = (commands: Commands) => {
        commands.hdel(smqKeys.consumers, id)
        commands.hdel(smqKeys.processingLists, smqKeys.processing(id))
        commands.del(smqKeys.consumerQueues(id), smqKeys.processing(id))
        for (const message of held) forgetMessage(commands, message)
      }
      const detail = `the consumer ${id} is gone; it held ${held.length === 1 ? 'a ticket' : `${held.length} tickets`}`
      findings.say('smq-consumer', smqKeys.consumers, detail, forget, id)
    }
    return findings
  },
}

async function consumersOf(redis: Redis): Promise<string[]> {
  const [consumers, lists] = await Promise.all([redis.hkeys(smqKeys.consumers), redis.hvals(smqKeys.processingLists)])
  return [...new Set([...consumers, ...lists])]
}

function forgetMessage(commands: Commands, id: string): void {
  commands.del(smqKeys.message(id))
  commands.srem(smqKeys.messages, id)
  commands.hincrby(smqKeys.properties, smqKeys.messagesCount, -1)
}

/** A ticket of redis-smq: it waits, or a consumer has it; else it was left. */
export function ticketSubject(id: string): Subject {
  const key = smqKeys.message(id)
  return {
    watch: [key, smqKeys.pending],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const status = await redis.hget(key, smqKeys.status)
      if (status === null || (await isHeld(redis, id, status))) return findings
      const detail = `the ticket ${id} is in no list`
      findings.say('smq-message', key, detail, (commands) => forgetMessage(commands, id))
      return findings
    },
  }
}

async function isHeld(redis: Redis, id: string, status: string): Promise<boolean> {
  const { pending, processing, waits, isTaken } = smqKeys
  if (status !== waits && status !== isTaken) return false
  if ((await redis.llen(pending)) > longestSearched || (await redis.lpos(pending, id)) !== null) return true
  const places = await Promise.all((await consumersOf(redis)).map((consumer) => redis.lpos(processing(consumer), id)))
  // Between the lists for a moment: the second look finds it.
  return places.some((place) => place !== null)
}
