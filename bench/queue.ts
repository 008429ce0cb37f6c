import { setTimeout as pause } from 'node:timers/promises'
import { jobKeys } from '../shared/keys.ts'
import { makeLog } from '../shared/log.ts'
import { connect, type Redis } from '../shared/redis.ts'
import type { FunctionProcess } from '../test/processes.ts'
import { quantile, table } from './numbers.ts'
import { csv, expect, json, many, openProgram, type Program, walk } from './program.ts'

const count = 10_000

/** Ten thousand small jobs, submitted at once, run by one worker and by four. */
export async function queue(say: (line: string) => void): Promise<void> {
  const rows = [
    ['workers', 'jobs a second', 'p50 from submit to result', 'p99', 'Redis before', 'after', 'without the results'],
  ]
  for (const workers of [1, 4]) rows.push(await run(workers))
  say(table(rows))
}

async function run(workers: number): Promise<string[]> {
  const program = await openProgram()
  const redis = connect(program.redis.url, makeLog('silent'))
  try {
    const points = await program.start('points')
    const jobs = await program.start('jobs')
    expect(await program.ask(points.url, 'POST', '/series/s/points', walk(100), csv), 200)
    const drawing = await Promise.all(Array.from({ length: workers }, () => program.start('worker')))
    const before = await memory(redis)
    const started = performance.now()
    const end = new AbortController()
    const pokes = drawing.map((worker) => hold(program, worker, end.signal))
    await many(count, 16, async (i) => {
      const question = JSON.stringify({ kind: 'plot', series: 's', params: { title: `Job ${i}` } })
      expect(await program.ask(jobs.url, 'POST', '/jobs', question, json), 202)
    })
    while ((await redis.zcard(jobKeys.ready)) + (await redis.zcard(jobKeys.leases)) > 0) await pause(100)
    const took = (performance.now() - started) / 1000
    end.abort()
    await Promise.all(pokes)
    const after = await memory(redis)
    const ended = await endedJobs(program, jobs.url)
    if (ended.length !== count) throw new Error(`${ended.length} jobs of ${count} have a result`)
    await redis.unlink(...ended.map(({ id }) => jobKeys.result(id)))
    const times = ended.map(({ created, finished }) => Date.parse(finished) - Date.parse(created))
    const seconds = (q: number) => `${(quantile(times, q) / 1000).toFixed(1)} s`
    return [`${workers}`, (count / took).toFixed(1), seconds(0.5), seconds(0.99), before, after, await memory(redis)]
  } finally {
    redis.disconnect()
    await program.stop()
  }
}

/** Pokes a worker as long as it is wanted, as the clock of a deployment does. */
async function hold(program: Program, worker: FunctionProcess, end: AbortSignal): Promise<void> {
  while (!end.aborted) {
    await program.ask(worker.url, 'POST', '/')
    await pause(50)
  }
}

interface Ended {
  id: string
  created: string
  finished: string
}

async function endedJobs(program: Program, base: string): Promise<Ended[]> {
  const ended: Ended[] = []
  let cursor = ''
  do {
    const answer = await program.ask(base, 'GET', `/jobs?status=succeeded&limit=1000${cursor}`)
    expect(answer, 200)
    const { jobs, next } = JSON.parse(String(answer.body))
    ended.push(...jobs)
    cursor = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
  } while (cursor !== '')
  return ended
}

async function memory(redis: Redis): Promise<string> {
  const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1])
  return `${(bytes / 1e6).toFixed(1)} MB`
}
