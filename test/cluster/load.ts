import { setTimeout as pause } from 'node:timers/promises'
import type { Environment } from './cluster.ts'

/** What callers saw while something was going on. */
export interface Load {
  /** How often each status was answered; what was not answered at all counts under its error. */
  statuses: Record<string, number>
  /** Times of the points that were acknowledged. */
  acknowledged: number[]
}

/** Writes points, reads them and submits jobs, over and over, while `work` runs. */
export async function underLoad(
  { bases, call }: Environment,
  series: string,
  work: () => Promise<void>,
): Promise<Load> {
  const load: Load = { statuses: {}, acknowledged: [] }
  let going = true
  let next = Date.UTC(2020, 0, 1)
  const path = `/series/${series}/points`
  const count = (key: string | number) => {
    load.statuses[key] = (load.statuses[key] ?? 0) + 1
  }
  async function ask(...args: Parameters<typeof call>): Promise<number | undefined> {
    try {
      const { status } = await call(...args)
      count(status)
      return status
    } catch (error) {
      count((error as Error).message)
      return undefined
    }
  }
  const write = async () => {
    const timestamp = next++
    if ((await ask(bases.points, 'POST', path, { json: { timestamp, value: 1 } })) === 200)
      load.acknowledged.push(timestamp)
  }
  // Each a job of its own: writes that change nothing leave the answer to an earlier one good.
  const newJob = { json: { kind: 'plot', series }, headers: { 'cache-control': 'no-cache' } }
  const callers = [
    write,
    write,
    () => ask(bases.points, 'GET', `${path}?limit=10`),
    () => ask(bases.jobs, 'POST', '/jobs', newJob).then(() => pause(500)),
    () => ask(bases.results, 'GET', '/healthz'),
  ].map(async (once) => {
    while (going) {
      await once()
      await pause(20)
    }
  })
  try {
    await work()
  } finally {
    going = false
    await Promise.all(callers)
  }
  return load
}
