import { median, ms, quantile, table } from './numbers.ts'
import { expect, fill, json, openProgram } from './program.ts'

const rounds = 60
/** Rounds before those that count: V8 compiles what runs often. */
const warmUp = { drawing: 40, answering: 200 }

/** Milliseconds: of the whole, from the acceptance to the start of the attempt, of the attempt, and of its drawing. */
interface Row {
  whole: number
  waiting: number
  running: number
  drawing: number
}

/** How long one waits for a chart, from POST to PNG, through the queue; and for one that has been drawn already. */
export async function chart(say: (line: string) => void): Promise<void> {
  const program = await openProgram()
  try {
    const points = await program.start('points')
    const worker = await program.start('worker')
    const jobs = await program.start('jobs', { WORKER_URL: worker.url })
    const results = await program.start('results')
    const sizes = { 'a thousand': 1_000, 'a million': 1_000_000, 'ten million': 10_000_000 }
    for (const [name, count] of Object.entries(sizes)) await fill(points.url, seriesOf(name), count)
    const rows: string[][] = [
      ['chart, 800×400', 'median', 'p95', 'waiting', 'running', 'of it reading, analysis and drawing'],
    ]
    for (const name of Object.keys(sizes)) {
      const measured: Row[] = []
      const series = seriesOf(name)
      for (let round = -warmUp.drawing; round < rounds; round++) {
        const question = JSON.stringify({ kind: 'plot', series, params: { title: `Round ${round}` } })
        const answer = await program.ask(jobs.url, 'POST', '/jobs', question, { ...json, accept: 'image/png' })
        expect(answer, 200)
        if (answer.type !== 'image/png') throw new Error(`a chart came as ${answer.type}`)
        const list = await program.ask(jobs.url, 'GET', '/jobs?limit=1')
        const { id, created, started, finished } = JSON.parse(String(list.body)).jobs[0]
        const result = JSON.parse(String((await program.ask(results.url, 'GET', `/results/${id}`)).body))
        const { read, analyse, render } = result.provenance.timings
        if (round < 0) continue
        measured.push({
          whole: answer.ms,
          waiting: Date.parse(started) - Date.parse(created),
          running: Date.parse(finished) - Date.parse(started),
          drawing: read + analyse + render,
        })
      }
      rows.push(row(`of ${name} points`, measured))
    }
    const again: Row[] = []
    for (let round = -warmUp.answering; round < rounds; round++) {
      const question = JSON.stringify({ kind: 'plot', series: seriesOf('a thousand'), params: { title: 'Round 0' } })
      const answer = await program.ask(jobs.url, 'POST', '/jobs', question, { ...json, accept: 'image/png' })
      expect(answer, 200)
      if (round >= 0) again.push({ whole: answer.ms, waiting: 0, running: 0, drawing: 0 })
    }
    rows.push(row('of a thousand, drawn before', again))
    say(table(rows))
  } finally {
    await program.stop()
  }
}

const seriesOf = (name: string) => name.replaceAll(' ', '-')

function row(what: string, measured: Row[]): string[] {
  const of = (name: keyof Row) => measured.map((one) => one[name])
  const middle = (name: keyof Row) => ms(median(of(name)))
  return [
    what,
    middle('whole'),
    ms(quantile(of('whole'), 0.95)),
    middle('waiting'),
    middle('running'),
    middle('drawing'),
  ]
}
