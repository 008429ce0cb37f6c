import { jobKeys } from '../keys.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'

/** The answer to a question: the job under way, or with a result, that gives it. */
export function answerSubject(key: string): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const type = await redis.type(key)
      if (type !== 'string') {
        if (type !== 'none') findings.say('wrong-type', key, `it is a ${type}`)
        return findings
      }
      const [id, life] = await Promise.all([redis.get(key), redis.pttl(key)])
      const status = id === null ? null : await redis.hget(jobKeys.job(id), 'status').catch(() => null)
      const isKept = status === 'succeeded' && (await redis.exists(jobKeys.result(id!))) === 1
      const remove = (commands: Commands) => void commands.unlink(key)
      if (!isUnderWay(status) && !isKept)
        findings.say(
          'answer-orphan',
          key,
          `the job ${id} ${status === null ? 'is not there' : `has ${status}`}`,
          remove,
        )
      else if (isKept && life < 0) findings.say('endless', key, 'it does not expire with its result', remove)
      return findings
    },
  }
}

/** Who asks for a job. */
export function asksSubject(key: string, id: string): Subject {
  return {
    watch: [key, jobKeys.job(id)],
    async look(redis): Promise<Look> {
      const findings = new Findings({ job: id })
      const [type, status] = await Promise.all([
        redis.type(key),
        redis.hget(jobKeys.job(id), 'status').catch(() => null),
      ])
      if (type !== 'hash' && type !== 'none') findings.say('wrong-type', key, `it is a ${type}`)
      const remove = (commands: Commands) => void commands.unlink(key)
      if (type !== 'none' && !isUnderWay(status))
        findings.say('asks-orphan', key, status === null ? 'there is no such job' : `the job has ${status}`, remove)
      return findings
    },
  }
}

const isUnderWay = (status: string | null) => status === 'queued' || status === 'running'
