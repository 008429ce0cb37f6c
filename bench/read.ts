import { Connection, get, sendAll } from './connection.ts'
import { startFloor } from './floor.ts'
import { median, ms, rate, table } from './numbers.ts'
import { fill, openProgram, walkStart as start } from './program.ts'

const rounds = 7
const million = 1_000_000

const columns = `/series/walk/points?shape=columns&timestamps=epoch_ms&from=${start}&to=${start + 10_000 * 60}`
const whole = '/series/walk/points?format=csv&timestamps=epoch_ms'
/** Some buckets of so many points, a minute apart. */
const buckets = (series: string, points: number) =>
  `/series/${series}/points?every=${points}m&aggregate=mean,min,max&timestamps=epoch_ms`

/** How fast are ranges, exports and buckets read, beside a server that sends as many bytes and does nothing for them? */
export async function read(say: (line: string) => void): Promise<void> {
  const floor = await startFloor()
  const program = await openProgram()
  try {
    const points = await program.start('points')
    await fill(points.url, 'walk', million)
    await fill(points.url, 'long', 10 * million)
    const rows = [['read', 'Kymograph', 'node:http', 'of node:http']]
    const beside = async (what: string, path: string, times: number, connections: number, figures: number) => {
      const bytes = await bodyOf(points.url, path)
      const ours: number[] = []
      const bare: number[] = []
      for (let round = -1; round < rounds; round++) {
        const seconds = await sendAll(points.url, Array(times).fill(get(path)), connections)
        const least = await sendAll(floor.url, Array(times).fill(get(`/?${bytes}`)), connections)
        if (round < 0) continue // warms up
        ours.push((times * figures) / seconds)
        bare.push((times * figures) / least)
      }
      const [mine, floors] = [median(ours), median(bare)]
      rows.push([what, rate(mine), rate(floors), (mine / floors).toFixed(3)])
    }
    await beside('10,000 points as JSON in columns, 8 connections: requests a second', columns, 400, 8, 1)
    await beside('a million points as CSV: points a second', whole, 2, 1, million)
    say(table(rows))
    const times = [['mean, min and max of buckets', 'over a million points', 'over ten million']]
    for (const count of [1000, 100]) {
      const took = [`${count.toLocaleString('en')} buckets`]
      for (const [series, length] of [
        ['walk', million],
        ['long', 10 * million],
      ] as const)
        took.push(ms(await timeOf(points.url, buckets(series, length / count))))
      times.push(took)
    }
    say(`\n${table(times)}`)
  } finally {
    await Promise.all([floor, program].map((each) => each.stop()))
  }
}

async function bodyOf(url: string, path: string): Promise<number> {
  const connection = await Connection.open(url)
  const bytes = await connection.send(get(path))
  connection.close()
  return bytes
}

/** The median of some reads, in milliseconds. */
async function timeOf(url: string, path: string): Promise<number> {
  const took: number[] = []
  for (let round = -10; round < 30; round++) {
    const seconds = await sendAll(url, [get(path)])
    if (round >= 0) took.push(1000 * seconds)
  }
  return median(took)
}
