import { post, sendAll } from './connection.ts'
import { startFloor } from './floor.ts'
import { median, rate, table } from './numbers.ts'
import { openProgram, walkStart as start, walker } from './program.ts'

const rounds = 5

/** A kind of requests: what a round of them sends, always newer than the round before. */
interface Load {
  what: string
  connections: number
  /** Points, or requests, of a round. */
  count: number
  round(turn: number): Buffer[]
}

const next = walker()

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)
const csv = 'text/csv'
const lines = 'text/plain'

/** 10,000 points a request, a minute apart, 20 requests a round. */
const batches = (what: string, type: string, path: string, line: (time: number, value: number) => string): Load => ({
  what: `10,000 points a request as ${what}, one series, one connection: points`,
  connections: 1,
  count: 20 * 10_000,
  round: (turn) =>
    numbered(20).map((i) => {
      const first = (turn * 20 + i) * 10_000
      return post(
        path,
        type,
        numbered(10_000)
          .map((k) => line(start + (first + k) * 60, next()))
          .join('\n'),
      )
    }),
})

/** A thousand series, 100 points of 100 of them in each request: a hundred sensors, each with its tag. */
const spread: Load = {
  what: '100 points of each of 100 series a request, of 1,000 series, one connection: points',
  connections: 1,
  count: 10 * 10_000,
  round: (turn) =>
    numbered(10).map((i) => {
      const rows = numbered(100).flatMap((k) =>
        numbered(100).map((s) => `level,sensor=s${i * 100 + s} value=${next()} ${start + (turn * 100 + k) * 60}`),
      )
      return post('/write?precision=s', lines, rows.join('\n'))
    }),
}

const single = (series: number): Load => ({
  what: `one point a request, ${series === 1 ? 'one series' : `${series} series`}, 16 connections: requests`,
  connections: 16,
  count: 5000,
  round: (turn) =>
    numbered(5000).map((i) =>
      post(`/series/single-${series}-${i % series}/points`, csv, `${start + (turn * 5000 + i) * 60},${next()}`),
    ),
})

const loads = [
  batches('CSV', csv, '/series/walk/points', (time, value) => `${time},${value}`),
  batches('line protocol', lines, '/write?precision=s', (time, value) => `walk value=${value} ${time}`),
  spread,
  single(1),
  single(16),
]

/**
 * How many points a second does it take in, beside a server that reads the same bodies and does nothing with them? And how
 * many more do two processes?
 */
export async function ingest(say: (line: string) => void): Promise<void> {
  const floor = await startFloor()
  const programs = [await openProgram('everysec'), await openProgram('always')]
  try {
    const points = await Promise.all(programs.map((program) => program.start('points')))
    const urls = [floor.url, ...points.map(({ url }) => url)]
    const rows = [['a second', 'node:http', 'everysec', 'of node:http', 'always', 'of node:http']]
    for (const load of loads) {
      const rates: number[][] = urls.map(() => [])
      // The first round warms up.
      for (let turn = 0; turn <= rounds; turn++) {
        const requests = load.round(turn)
        for (const [i, url] of urls.entries()) {
          const seconds = await sendAll(url, requests, load.connections)
          if (turn > 0) rates[i]!.push(load.count / seconds)
        }
      }
      const [bare, ...ours] = rates.map(median) as [number, ...number[]]
      rows.push([load.what, rate(bare), ...ours.flatMap((one) => [rate(one), (one / bare).toFixed(3)])])
    }
    say(table(rows))
    const second = await programs[0]!.start('points')
    say(
      `Two processes, a series each, everysec: ${await scaling(points[0]!.url, second.url)} times as many points a second`,
    )
  } finally {
    await Promise.all([floor, ...programs].map((each) => each.stop()))
  }
}

/** How many times as fast two processes take in a series each as one takes in one. */
async function scaling(one: string, other: string): Promise<string> {
  const [load, beside] = ['a', 'b'].map((name) =>
    batches('CSV', csv, `/series/${name}/points`, (time, value) => `${time},${value}`),
  ) as [Load, Load]
  const ratios: number[] = []
  for (let turn = 0; turn <= rounds; turn++) {
    const alone = await sendAll(one, load.round(2 * turn))
    const [requests, others] = [load.round(2 * turn + 1), beside.round(turn)]
    const both = await Promise.all([sendAll(one, requests), sendAll(other, others)])
    if (turn > 0) ratios.push((2 * alone) / Math.max(...both))
  }
  return median(ratios).toFixed(2)
}
