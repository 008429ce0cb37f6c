import { median, ms, quantile, table } from './numbers.ts'
import { csv, expect, json, many, openProgram, walk } from './program.ts'

const rounds = 500
const queued = 100_000

/** What it costs to submit a job with nothing queued, and with a hundred thousand jobs queued. No worker runs. */
export async function submit(say: (line: string) => void): Promise<void> {
  const program = await openProgram()
  try {
    const points = await program.start('points')
    const jobs = await program.start('jobs', { MAX_QUEUED_JOBS: String(2 * queued), SWEEP_MS: '3600000' })
    expect(await program.ask(points.url, 'POST', '/series/s/points', walk(100), csv), 200)
    let count = 0
    const post = async () => {
      const question = JSON.stringify({ kind: 'plot', series: 's', params: { title: `Job ${count++}` } })
      const answer = await program.ask(jobs.url, 'POST', '/jobs', question, json)
      expect(answer, 202)
      return answer.ms
    }
    const measure = async () => {
      const times: number[] = []
      for (let round = 0; round < rounds; round++) times.push(await post())
      return times
    }
    const rows: string[][] = [['submitting a job', 'median', 'p99']]
    const add = (what: string, times: number[]) => rows.push([what, ms(median(times)), ms(quantile(times, 0.99))])
    await measure() // warms up
    add('few queued', await measure())
    const started = performance.now()
    await many(queued, 16, async () => void (await post()))
    const perSecond = queued / ((performance.now() - started) / 1000)
    add(`${queued.toLocaleString('en')} queued`, await measure())
    say(table(rows))
    say(`${Math.round(perSecond)} jobs a second were accepted over 16 connections`)
  } finally {
    await program.stop()
  }
}
