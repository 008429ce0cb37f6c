import { bytesOf, post, sendAll } from './connection.ts'
import { median, rate, table } from './numbers.ts'
import { fill, openProgram, type Program, randoms, walkStart as start, valuesOf } from './program.ts'

const rounds = 5
const million = 1_000_000

const overwrites = { requests: 10, points: 1000 }
const deletes = 2000

/** How fast are points changed that stand anywhere in a series of a million? What was changed is read back. */
export async function change(say: (line: string) => void): Promise<void> {
  const rows = [['a second', 'everysec', 'always']]
  const [eager, safe] = [await measure('everysec'), await measure('always')]
  for (const [what, one] of Object.entries(eager)) rows.push([what, rate(one), rate(safe[what]!)])
  say(table(rows))
}

async function measure(appendfsync: string): Promise<Record<string, number>> {
  const program = await openProgram(appendfsync)
  try {
    const { url } = await program.start('points')
    await fill(url, 'walk', million)
    const random = randoms(7)
    const written: number[] = []
    const deleted: number[] = []
    const gone = new Set<number>()
    for (let round = 0; round <= rounds; round++) {
      const latest = new Map<number, number>()
      const requests = Array.from({ length: overwrites.requests }, () => {
        const body = Array.from({ length: overwrites.points }, () => {
          const [i, value] = [random() % million, random() % 1000]
          latest.set(i, value)
          gone.delete(i)
          return `${start + i * 60},${value}`
        })
        return post('/series/walk/points', 'text/csv', body.join('\n'))
      })
      const seconds = await sendAll(url, requests)
      await check(program, url, latest)
      const victims = new Set<number>()
      while (victims.size < deletes) {
        const i = random() % million
        if (!gone.has(i)) victims.add(i)
      }
      for (const i of victims) gone.add(i)
      const removals = [...victims].map((i) => bytesOf('DELETE', `/series/walk/points/${start + i * 60}`))
      const took = await sendAll(url, removals, 16)
      if (round === 0) continue // warms up
      written.push((overwrites.requests * overwrites.points) / seconds)
      deleted.push(deletes / took)
    }
    const { count } = JSON.parse(String((await program.ask(url, 'GET', '/series/walk')).body))
    if (count !== million - gone.size) throw new Error(`${count} points are left, not ${million - gone.size}`)
    return {
      'overwrites at random times, 1,000 a request, one connection: points': median(written),
      'deletes of one point at a random time, 16 connections: requests': median(deleted),
    }
  } finally {
    await program.stop()
  }
}

/** The points that were overwritten last have what was written. */
async function check(program: Program, url: string, latest: Map<number, number>): Promise<void> {
  const values = await valuesOf(program, url, 'walk')
  for (const [i, value] of latest)
    if (values.get(1000 * (start + i * 60)) !== value)
      throw new Error(`the point at ${start + i * 60} is not what was written`)
}
