import { type Redis, redisTime, runScriptForBuffers } from '../redis.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'
import { anyJson, type FieldForm, fieldFaults, filled, json, oneOf, optional, pairsOf, text, time } from './fields.ts'

const running: Record<string, FieldForm> = {
  claim: filled,
  state: oneOf('running'),
  until: { ...time, required: true },
  digest: text,
  reference: optional(filled),
}

const done: Record<string, FieldForm> = {
  ...running,
  state: oneOf('done'),
  digest: filled,
  answer: json,
  form: oneOf('bytes', 'none', 'json'),
  body: text,
}

/** What is kept of a request with an Idempotency-Key. `atRest`: it should have been answered. */
export function recordSubject(key: string, atRest: boolean): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const [type, life, hash] = await readHash(redis, key)
      if (type === 'none') return findings
      if (type !== 'hash') {
        findings.say('wrong-type', key, `it is a ${type}`)
        return findings
      }
      const isDone = hash.get('state') === 'done'
      const forms = isDone && hash.get('form') === 'json' ? { ...done, body: anyJson } : isDone ? done : running
      const remove = (commands: Commands) => void commands.unlink(key)
      for (const { field, detail, kind } of fieldFaults(hash, forms))
        findings.say('record-damaged', key, detail, kind === 'malformed' ? remove : undefined, field)
      if (life < 0) findings.say('endless', key, 'it does not expire', (commands) => void commands.pexpire(key, dayMs))
      if (atRest && !isDone) findings.say('record-open', key, 'its request is under way')
      return findings
    },
  }
}

const dayMs = 86_400_000

async function readHash(redis: Redis, key: string): Promise<[type: string, life: number, Map<string, string>]> {
  const [type, life, flat] = (await runScriptForBuffers(redis, 'inspectHash', [key], [])) as [Buffer, number, Buffer[]]
  return [String(type), life, pairsOf(flat)]
}

/** Strings that only live for a while: that a sweep is not due, who made a claim. */
export function markSubject(key: string): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const [type, life] = await Promise.all([redis.type(key), redis.pttl(key)])
      if (type !== 'string' && type !== 'none') findings.say('wrong-type', key, `it is a ${type}`)
      if (life === -1) findings.say('endless', key, 'it does not expire', (commands) => void commands.unlink(key))
      return findings
    },
  }
}

/** What was taken out of a series; it may have any type. */
export function asideSubject(key: string): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const expire = (commands: Commands) => void commands.pexpire(key, dayMs)
      if ((await redis.pttl(key)) === -1) findings.say('endless', key, 'it does not expire', expire)
      return findings
    },
  }
}

/** The pokes that are counted: those that nobody holds are dropped by the next one that is taken. */
export function pokesSubject(key: string, atRest: boolean): Subject {
  return {
    watch: [key],
    async look(redis): Promise<Look> {
      const findings = new Findings({})
      const now = await redisTime(redis, key)
      const held = await redis.zrangebyscore(key, now, '+inf').catch(() => undefined)
      if (!held) findings.say('wrong-type', key, 'it is no sorted set')
      else if (atRest && held.length > 0) findings.say('poke-open', key, `${held.length} are held`)
      return findings
    },
  }
}
