import { setTimeout as pause } from 'node:timers/promises'
import { readSmqKey, smqPrefix } from '../jobs/smq-keys.ts'
import { jobKeys, type KeyForm, ownPrefix, readKey, seriesKeysOf } from '../keys.ts'
import { type Redis, serversOf } from '../redis.ts'
import { namesSubject } from './directory.ts'
import { type Fault, type FaultCode, Findings, faultTable, type Severity, type Subject } from './faults.ts'
import { journalSubject, openImportsSubject, stagedSubject } from './imports.ts'
import { jobSubject } from './jobs.ts'
import { mend } from './mend.ts'
import { answerSubject, asksSubject } from './questions.ts'
import { asideSubject, markSubject, pokesSubject, recordSubject } from './records.ts'
import { seriesSubject } from './series.ts'
import { consumersSubject, ticketSubject } from './tickets.ts'

/** A fault, with what became of it. */
export interface Finding extends Fault {
  severity: Severity
  /** Whether a repair has mended it. */
  mended: boolean
}

/** One Redis, or the part of it that a URL names; a cluster with all of its servers. */
export interface Store {
  /** For looks. */
  redis: Redis
  /** A connection of its own for repairs, which watch keys on it; without it nothing is changed. */
  mending?: Redis | undefined
  /** What is kept there. */
  holds: ('points' | 'jobs')[]
}

export interface FsckOptions {
  /** Whether nothing may be under way either: then all that has no expiry belongs to a series or to a job that has ended. */
  atRest?: boolean
  /** How long it waits until what seems wrong is looked at again; longer from look to look. */
  againMs?: number
}

/** Keys, and members of a set, that are read at a time. */
const batch = 500
/** Things that are looked at side by side. */
const lanes = 8
/** How often it is looked again where a look takes several steps: another change may be under way each time. */
const relooks = 4

const jobForms = new Set<KeyForm>(['job', 'result', 'answer', 'asks', 'claim', 'job-set', 'pokes'])
const eitherForms = new Set<KeyForm>(['once', 'swept'])

/**
 * Looks at every key of a Redis, in batches, and tells what is wrong as it finds it. What seems wrong is looked at again
 * after a moment, so that changes under way are not taken for faults. Gives the number of keys.
 */
export async function checkStore(
  { redis, mending, holds }: Store,
  { atRest = false, againMs = 250 }: FsckOptions,
  tell: (finding: Finding) => void,
): Promise<number> {
  let turn: Promise<unknown> = Promise.resolve()

  async function examine(subject: Subject): Promise<void> {
    let { faults } = await subject.look(redis)
    for (let look = 1; look <= (subject.isOneStep ? 1 : relooks) && faults.length > 0; look++) {
      await pause(look * againMs)
      const before = new Set(faults.map(identity))
      faults = (await subject.look(redis)).faults.filter((fault) => before.has(identity(fault)))
    }
    if (faults.length === 0) return
    let mended = false
    if (mending && faults.some(({ mendable }) => mendable)) {
      const mine = turn.then(() => mend(mending, subject))
      turn = mine.catch(() => {})
      mended = await mine
    }
    for (const fault of faults)
      tell({ ...fault, severity: faultTable[fault.code][0], mended: mended && fault.mendable })
  }

  const headless = new Set<string>()
  /** What is to be looked at because of a key. */
  async function* subjectsOf(key: string): AsyncGenerator<Subject> {
    if (key.startsWith(smqPrefix)) {
      const { isKnown, message } = readSmqKey(key)
      if (!isKnown) yield said('smq-key', key)
      else if (!holds.includes('jobs')) yield said('misplaced', key)
      else if (message !== undefined) yield ticketSubject(message)
      return
    }
    const known = readKey(key)
    if (!known) {
      yield said(key.startsWith(ownPrefix) ? 'unknown-key' : 'foreign-key', key)
      return
    }
    const { form, parts } = known
    const place = jobForms.has(form) ? 'jobs' : 'points'
    if (!eitherForms.has(form) && !holds.includes(place)) {
      yield said('misplaced', key)
      return
    }
    switch (form) {
      case 'series': {
        const tag = parts.tag!
        if (parts.part === 'meta') yield seriesSubject(tag)
        else if (!headless.has(tag) && (await redis.exists(seriesKeysOf(tag).meta)) === 0) {
          headless.add(tag)
          yield seriesSubject(tag)
        }
        return
      }
      case 'staged':
      case 'prepared':
        return yield stagedSubject(key)
      case 'aside':
        return yield asideSubject(key)
      case 'open-imports':
        return yield openImportsSubject(key, atRest)
      case 'journal':
        return yield journalSubject(key, parts.id!)
      case 'names':
      case 'label':
        if (!(await isSet(key))) return yield noSetSubject(key)
        for await (const names of members(key)) yield namesSubject(key, names)
        return
      case 'retained':
        return // a sweep forgets what it finds without a retention
      case 'swept':
      case 'claim':
        return yield markSubject(key)
      case 'once':
        return yield recordSubject(key, atRest)
      case 'job':
        return yield jobSubject(parts.id!, atRest)
      case 'result':
        if ((await redis.exists(jobKeys.job(parts.id!))) === 0) yield jobSubject(parts.id!, atRest)
        return
      case 'answer':
        return yield answerSubject(key)
      case 'asks':
        return yield asksSubject(key, parts.id!)
      case 'job-set':
        if (!(await isSet(key))) return yield noSetSubject(key)
        for await (const ids of members(key)) {
          const there = await Promise.all(ids.map((id) => redis.exists(jobKeys.job(id))))
          for (const [i, id] of ids.entries()) if (there[i] === 0) yield jobSubject(id, atRest)
        }
        return
      case 'pokes':
        return yield pokesSubject(key, atRest)
    }
  }

  const isSet = async (key: string) => ['zset', 'none'].includes(await redis.type(key))

  async function* members(key: string): AsyncGenerator<string[]> {
    let cursor = '0'
    do {
      const [after, pairs] = await redis.zscan(key, cursor, 'COUNT', batch)
      yield pairs.filter((_, i) => i % 2 === 0)
      cursor = after
    } while (cursor !== '0')
  }

  async function lane(keys: Iterator<string>): Promise<void> {
    for (let next = keys.next(); !next.done; next = keys.next())
      for await (const subject of subjectsOf(next.value)) await examine(subject)
  }

  let count = 0
  for (const server of await serversOf(redis)) {
    let cursor = '0'
    do {
      const [after, keys] = await server.scan(cursor, 'COUNT', batch)
      count += keys.length
      const iterator = keys[Symbol.iterator]()
      await Promise.all(Array.from({ length: lanes }, () => lane(iterator)))
      cursor = after
    } while (cursor !== '0')
  }
  if (holds.includes('jobs')) await examine(consumersSubject)
  return count
}

const identity = ({ code, key, item }: Fault) => JSON.stringify([code, key, item])

/** A key that is itself the fault. */
function said(code: FaultCode, key: string): Subject {
  return {
    watch: [key],
    async look(redis) {
      const findings = new Findings({})
      if ((await redis.exists(key).catch(() => 1)) === 1) findings.say(code, key, 'it is there')
      return findings
    },
  }
}

function noSetSubject(key: string): Subject {
  return {
    watch: [key],
    async look(redis) {
      const findings = new Findings({})
      const type = await redis.type(key)
      if (type !== 'zset' && type !== 'none') findings.say('wrong-type', key, `it is a ${type}`)
      return findings
    },
  }
}
