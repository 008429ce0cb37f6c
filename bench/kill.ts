import { median, table } from './numbers.ts'
import { csv, many, openProgram, walkStart as start, valuesOf } from './program.ts'

const rounds = 5
const points = 10_000
const connections = 16

/** How many points are lost that were acknowledged, when Redis is killed while more are on their way? */
export async function kill(say: (line: string) => void): Promise<void> {
  const rows = [['10,000 points are acknowledged one by one, then Redis is killed', 'lost, median', 'lost, most']]
  for (const appendfsync of ['everysec', 'always']) {
    const lost: number[] = []
    for (let round = 0; round < rounds; round++) lost.push(await lostWith(appendfsync))
    rows.push([appendfsync, String(median(lost)), String(Math.max(...lost))])
  }
  say(table(rows))
}

async function lostWith(appendfsync: string): Promise<number> {
  const program = await openProgram(appendfsync)
  try {
    const { url } = await program.start('points')
    const acknowledged: number[] = []
    let killed: Promise<void> | undefined
    await many(2 * points, connections, async (i) => {
      if (killed) return
      const { status } = await program.ask(url, 'POST', '/series/kept/points', `${start + i * 60},${i}`, csv)
      if (status === 200) acknowledged.push(i)
      if (acknowledged.length === points) killed = program.redis.kill().then(() => program.redis.restart())
    })
    if (!killed) throw new Error(`only ${acknowledged.length} points were acknowledged`)
    await killed
    const kept = await valuesOf(program, url, 'kept')
    return acknowledged.filter((i) => kept.get(1000 * (start + i * 60)) !== i).length
  } finally {
    await program.stop()
  }
}
