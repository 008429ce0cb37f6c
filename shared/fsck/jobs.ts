import { jobKeys } from '../keys.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import { type Commands, Findings, type Look, type Subject } from './faults.ts'
import { fieldFaults, pairsOf } from './fields.ts'
import { jobForms, resultForms } from './job-forms.ts'

const { all, ready, leases, expiry } = jobKeys
const sets = { all, ready, leases, expiry }
type SetName = keyof typeof sets

/** What is kept of a job, as it was found in one moment. */
interface FoundJob {
  now: number
  types: [job: string, result: string]
  /** Milliseconds; -1 for ever, -2 where there is none. */
  lives: [job: number, result: number]
  job: Map<string, string>
  result: Map<string, string>
  scores: Record<SetName, string>
  /** Who asks for it, behind `-` once it was taken back. */
  asks: string[]
}

/** A job with its result and where it is filed. `atRest`: it should have ended. */
export function jobSubject(id: string, atRest: boolean): Subject {
  return {
    watch: [jobKeys.job(id), jobKeys.result(id)],
    isOneStep: true,
    async look(redis): Promise<Look> {
      const found = await findJob(redis, id)
      const findings = new Findings({ job: id })
      for (const [i, type] of found.types.entries()) {
        const key = [jobKeys.job(id), jobKeys.result(id)][i]!
        if (type !== 'none' && type !== 'hash') findings.say('wrong-type', key, `it is a ${type}`)
      }
      if (findings.faults.length > 0) return findings
      if (found.types[0] === 'none') lookAtOrphans(id, found, findings)
      else if (lookAtFields(id, found, findings)) {
        lookAtPlaces(id, found, findings, atRest)
        lookAtAskers(id, found, findings)
        lookAtResult(id, found, findings)
      }
      return findings
    },
  }
}

async function findJob(redis: Redis, id: string): Promise<FoundJob> {
  const keys = [jobKeys.job(id), jobKeys.result(id), all, ready, leases, expiry, jobKeys.asks(id)]
  const reply = (await runScriptForBuffers(redis, 'inspectJob', keys, [id])) as unknown[]
  const [now, jobType, jobLife, resultType, resultLife, job, result, scores, asks] = reply
  const names = Object.keys(sets) as SetName[]
  return {
    now: now as number,
    types: [String(jobType), String(resultType)],
    lives: [jobLife as number, resultLife as number],
    job: pairsOf(job as Buffer[]),
    result: pairsOf(result as Buffer[], 'latin1'),
    scores: Object.fromEntries(names.map((name, i) => [name, String((scores as Buffer[])[i])])) as FoundJob['scores'],
    asks: (asks as Buffer[]).map(String),
  }
}

/** What still tells of a job that is not there. */
function lookAtOrphans(id: string, { now, types, scores }: FoundJob, findings: Findings): void {
  // One that has expired is forgotten by the next sweep.
  const isSwept = scores.expiry !== '' && Number(scores.expiry) <= now
  for (const [name, key] of Object.entries(sets)) {
    if (scores[name as SetName] === '' || (isSwept && (name === 'all' || name === 'expiry'))) continue
    findings.say('job-orphan', key, `there is no job ${id}`, (commands) => void commands.zrem(key, id), id)
  }
  if (types[1] !== 'none') sayOrphan(id, 'there is no such job', findings)
}

function sayOrphan(id: string, detail: string, findings: Findings): void {
  const key = jobKeys.result(id)
  findings.say('result-orphan', key, detail, (commands) => void commands.unlink(key))
}

/** Says whether the job can be read. */
function lookAtFields(id: string, { job }: FoundJob, findings: Findings): boolean {
  const faults = fieldFaults(job, jobForms)
  if (job.get('id') !== id) faults.push({ field: 'id', detail: `it says '${job.get('id')}'`, kind: 'malformed' })
  const remove = (commands: Commands) => {
    commands.unlink(jobKeys.job(id), jobKeys.result(id), jobKeys.asks(id))
    for (const key of Object.values(sets)) commands.zrem(key, id)
  }
  for (const { field, detail, kind } of faults) {
    findings.say('job-damaged', jobKeys.job(id), detail, kind === 'malformed' ? remove : undefined, field)
  }
  return faults.every(({ kind }) => kind === 'unknown')
}

const isUnderWay = (status: string) => status === 'queued' || status === 'running'

function lookAtPlaces(id: string, { now, job, lives, scores }: FoundJob, findings: Findings, atRest: boolean): void {
  const status = job.get('status')!
  const expires = Number(job.get('expires'))
  // An ended job that has expired is remembered, and filed nowhere once a sweep has looked.
  const isRemembered = !isUnderWay(status) && expires <= now
  const wanted: Partial<Record<SetName, number>> = {
    ...(isRemembered ? {} : { all: 0 }),
    ...(status === 'queued' ? { ready: now } : {}),
    ...(status === 'running' ? { leases: now } : {}),
    ...(isUnderWay(status) || isRemembered ? {} : { expiry: expires || now }),
  }
  for (const [name, key] of Object.entries(sets) as [SetName, string][]) {
    const [isThere, score] = [scores[name] !== '', wanted[name]]
    if (score !== undefined && !isThere) {
      const put = (commands: Commands) => void commands.zadd(key, score, id)
      findings.say('job-misfiled', key, `the job is ${status} and not in it`, put, id)
    } else if (score === undefined && isThere && !(isRemembered && (name === 'all' || name === 'expiry'))) {
      const take = (commands: Commands) => void commands.zrem(key, id)
      findings.say('job-misfiled', key, `the job is ${status} and in it`, take, id)
    }
  }
  const ended = Number(job.get('finished') ?? now)
  lookAtLife(id, status, expires, { now, ended, life: lives[0] }, findings)
  if (atRest && isUnderWay(status)) findings.say('job-open', jobKeys.job(id), `it is ${status}`)
}

function lookAtLife(
  id: string,
  status: string,
  expires: number,
  { now, ended, life }: { now: number; ended: number; life: number },
  findings: Findings,
): void {
  const key = jobKeys.job(id)
  if (isUnderWay(status)) {
    const detail = `it is ${status}, and would expire in ${life} ms`
    if (life >= 0) findings.say('job-endless', key, detail, (commands) => void commands.persist(key))
    return
  }
  // It is remembered for as long after its end as its result is kept.
  const remembered = Math.max(2 * expires - ended, now + 1)
  const expire = (commands: Commands) => {
    if (Number.isNaN(expires)) commands.hset(key, 'expires', now)
    commands.pexpireat(key, Number.isNaN(expires) ? now + 86_400_000 : remembered)
  }
  if (life < 0 || Number.isNaN(expires))
    findings.say('job-endless', key, `it has ${status} and does not expire`, expire)
}

/** A job of an earlier version has no list of who asks for it. */
function lookAtAskers(id: string, { job, asks }: FoundJob, findings: Findings): void {
  if (!isUnderWay(job.get('status')!) || asks.length === 0) return
  const asking = asks.filter((who) => !who.startsWith('-')).length
  if (Number(job.get('askers')) === asking) return
  const detail = `it is asked for ${job.get('askers')} times; ${asking} are listed`
  const count = (commands: Commands) => void commands.hset(jobKeys.job(id), 'askers', asking)
  findings.say('job-askers', jobKeys.job(id), detail, count)
}

function lookAtResult(id: string, { now, job, result, types, lives }: FoundJob, findings: Findings): void {
  const key = jobKeys.result(id)
  const [status, expires] = [job.get('status'), Number(job.get('expires'))]
  if (status !== 'succeeded') {
    if (types[1] !== 'none') sayOrphan(id, `its job is ${status}`, findings)
    return
  }
  if (types[1] === 'none') {
    if (expires > now && !job.has('removed')) findings.say('result-missing', key, 'its job has succeeded')
    return
  }
  for (const { field, detail } of fieldFaults(result, resultForms))
    findings.say('result-damaged', key, detail, undefined, field)
  const expire = (commands: Commands) => void commands.pexpireat(key, Math.max(expires, now + 1))
  if (lives[1] < 0) findings.say('result-endless', key, 'it does not expire', expire)
}
