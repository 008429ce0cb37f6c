import type { Log } from '../log.ts'
import { connect, type Redis, serversOf } from '../redis.ts'
import type { Severity } from './faults.ts'
import { checkStore, type Finding, type FsckOptions, type Store } from './fsck.ts'

export type { Finding } from './fsck.ts'

export interface FsckRequest extends FsckOptions {
  /** Where points are, and jobs; the same for both where one Redis has all. */
  pointsUrl: string
  jobsUrl: string
  repair?: boolean
}

export interface Report {
  keys: number
  counts: Record<Severity, number>
}

/** Looks at all that Kymograph keeps in one Redis or two; `tell` hears of each finding as it is made. Rejects where it can't look. */
export async function fsck(
  { pointsUrl, jobsUrl, repair = false, ...options }: FsckRequest,
  log: Log,
  tell: (finding: Finding) => void,
): Promise<Report> {
  const report: Report = { keys: 0, counts: { damage: 0, leftover: 0, unfinished: 0, note: 0 } }
  const points = connect(pointsUrl, log)
  const jobs = connect(jobsUrl, log)
  const opened: Redis[] = [points, jobs]
  try {
    const isOne = (await placeOf(points)) === (await placeOf(jobs))
    const stores: Store[] = isOne
      ? [{ redis: points, holds: ['points', 'jobs'] }]
      : [
          { redis: points, holds: ['points'] },
          { redis: jobs, holds: ['jobs'] },
        ]
    for (const store of stores) {
      if (repair) {
        store.mending = connect(store.redis === points ? pointsUrl : jobsUrl, log)
        opened.push(store.mending)
      }
      report.keys += await checkStore(store, options, (finding) => {
        report.counts[finding.severity]++
        tell(finding)
      })
    }
    return report
  } finally {
    for (const redis of opened) redis.disconnect()
  }
}

/** What tells one database of one server, or of some, from another. */
async function placeOf(redis: Redis): Promise<string> {
  const places = (await serversOf(redis)).map(async (server) => {
    const [, run] = /^run_id:(\S+)/m.exec(await server.info('server')) ?? []
    const { host, port, db } = server.options
    return `${run ?? `${host}:${port}`}/${db ?? 0}`
  })
  return (await Promise.all(places)).join()
}

/** Whether something was found that is more than a note. */
export function isClean({ counts }: Report): boolean {
  return counts.damage + counts.leftover + counts.unfinished === 0
}

/** A finding in one line. */
export function sayFinding({ severity, code, series, job, key, detail, mended, mendable }: Finding): string {
  const whose = [series === undefined ? '' : `series '${series}'`, job === undefined ? '' : `job ${job}`].filter(
    Boolean,
  )
  const then = mended ? '; mended' : mendable ? '; --repair mends it' : ''
  return `${severity} ${code} ${[...whose, key].join(' ')}: ${detail}${then}`.replace(/\p{Cc}/gu, '?')
}

/** What was found in all, in one line. */
export function sayReport({ keys, counts }: Report): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0)
  return `${keys} keys: ${parts.length === 0 ? 'nothing wrong' : parts.map(([severity, count]) => `${severity} ${count}`).join(', ')}`
}
