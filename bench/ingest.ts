import { Connection, post } from './connection.ts'
import { startFloor } from './floor.ts'
import { median, table } from './numbers.ts'
import { openProgram } from './program.ts'

const rounds = 5

/** A kind of requests: what a round of them sends, always newer than the round before. */
interface Load {
  what: string
  unit: 'points' | 'requests'
  connections: number
  /** Points, or requests, of a round. */
  count: number
  round(turn: number): Buffer[]
}

const start = 1_577_836_800
/** A random walk of one decimal, the same each time. */
let state = 1
let value = 200
function next(): number {
  state = (state * 48271) % 2147483647
  value += (state % 21) - 10
  return value / 10
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)
const csv = 'text/csv'

/** 10,000 points a request to one series, a minute apart. */
const batches: Load = {
  what: '10,000 points a request, one series, one connection',
  unit: 'points',
  connections: 1,
  count: 20 * 10_000,
  round: (turn) =>
    numbered(20).map((i) => {
      const first = (turn * 20 + i) * 10_000
      const lines = numbered(10_000).map((k) => `${start + (first + k) * 60},${next()}`)
      return post('/series/walk/points', csv, lines.join('\n'))
    }),
}

/** A thousand series, 100 points of 100 of them in each request: a data set in the form of a long table. */
const spread: Load = {
  what: '100 points of each of 100 series a request, of 1,000 series, one connection',
  unit: 'points',
  connections: 1,
  count: 10 * 10_000,
  round: (turn) =>
    numbered(10).map((i) => {
      const lines = numbered(100).flatMap((k) =>
        numbered(100).map((s) => `${start + (turn * 100 + k) * 60},s${i * 100 + s},${next()}`),
      )
      return post('/import?time=time&labels=sensor&values=level', csv, `time,sensor,level\n${lines.join('\n')}\n`)
    }),
}

const single = (series: number): Load => ({
  what: `one point a request, ${series === 1 ? 'one series' : `${series} series`}, 16 connections`,
  unit: 'requests',
  connections: 16,
  count: 5000,
  round: (turn) =>
    numbered(5000).map((i) =>
      post(`/series/single-${series}-${i % series}/points`, csv, `${start + (turn * 5000 + i) * 60},${next()}`),
    ),
})

/** How many points a second does it take in, beside a server that reads the same bodies and does nothing with them? */
export async function ingest(say: (line: string) => void): Promise<void> {
  const floor = await startFloor()
  const programs = [await openProgram('everysec'), await openProgram('always')]
  try {
    const points = await Promise.all(programs.map((program) => program.start('points')))
    const urls = [floor.url, ...points.map(({ url }) => url)]
    const head = ['a second', 'node:http', 'everysec', 'of node:http', 'always', 'of node:http']
    const rows = [head]
    for (const load of [batches, spread, single(1), single(16)]) {
      const rates: number[][] = urls.map(() => [])
      // The first round warms up.
      for (let turn = 0; turn <= rounds; turn++) {
        const requests = load.round(turn)
        for (const [i, url] of urls.entries()) {
          const rate = await send(url, load, requests)
          if (turn > 0) rates[i]!.push(rate)
        }
      }
      const [bare, ...ours] = rates.map(median) as [number, ...number[]]
      const figures = ours.flatMap((rate) => [figure(rate), (rate / bare).toFixed(3)])
      rows.push([`${load.what}: ${load.unit}`, figure(bare), ...figures])
    }
    say(table(rows))
  } finally {
    await Promise.all([floor, ...programs].map((each) => each.stop()))
  }
}

/** Sends all requests, in order, over so many connections; gives the rate. */
async function send(url: string, { connections, count }: Load, requests: Buffer[]): Promise<number> {
  const open = await Promise.all(numbered(connections).map(() => Connection.open(url)))
  let at = 0
  const started = performance.now()
  await Promise.all(
    open.map(async (connection) => {
      while (at < requests.length) await connection.send(requests[at++]!)
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const connection of open) connection.close()
  return count / seconds
}

const figure = (rate: number) => (rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M` : `${(rate / 1000).toFixed(1)} k`)
