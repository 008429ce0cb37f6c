import type { Test } from 'tap'
import { type Finding, fsck, sayFinding } from '../../shared/fsck/report.ts'
import { makeLog } from '../../shared/log.ts'
import { until } from '../processes.ts'

/** What is found wrong in a Redis, in the order of codes and keys; notes are left out. */
export async function faultsIn(
  url: string,
  { repair = false, atRest = false, notes = false, againMs = 5 } = {},
  jobsUrl = url,
): Promise<Finding[]> {
  const findings: Finding[] = []
  await fsck({ pointsUrl: url, jobsUrl, repair, atRest, againMs }, makeLog('silent'), (finding) => {
    if (notes || finding.severity !== 'note') findings.push(finding)
  })
  const order = ({ code, key }: Finding) => `${code} ${key}`
  return findings.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

/**
 * Nothing is left in a Redis but what expires, or belongs to a series or to a job that has ended. What is under way gets
 * a while to come to its end.
 */
export async function nothingIsLeft(t: Test, url: string): Promise<void> {
  let found: Finding[] = []
  await until(async () => {
    found = await faultsIn(url, { atRest: true })
    return found.every(({ severity }) => severity !== 'unfinished')
  }).catch(() => {})
  t.same(found.map(sayFinding), [], 'nothing is wrong in Redis, and nothing is left')
}
