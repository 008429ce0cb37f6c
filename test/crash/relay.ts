import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../redis/scripts')

/** What stands in a command that runs a script of redis/scripts/: its text the first time, then its name. */
export function runs(script: string): string[] {
  const lua = readFileSync(join(folder, `${script}.lua`), 'utf8')
  return [lua.slice(0, lua.indexOf('\n')), createHash('sha1').update(lua).digest('hex')]
}

/** A trap that was not reached by then never is. */
const patienceMs = 20_000

/** A place in what a function sends to Redis, at which it is stopped. */
export interface Trap {
  /** Resolves when the place is reached: the command is held, or it was run and its answer is held. */
  reached: Promise<void>
  /** Hands on what is held. */
  release(): void
  /** Breaks the connection; what is held is lost. */
  cut(): void
}

export interface Relay {
  url: string
  /** Stops the connection at the n-th command from now on that has one of these in it, before it is run or before its answer. */
  trap(texts: string[], side: 'before' | 'after', nth?: number): Trap
  stop(): void
}

interface Armed {
  texts: string[]
  side: 'before' | 'after'
  left: number
  reach(): void
  held?: { socket: Socket; redis: Socket; commands: Buffer[]; answers: Buffer[] }
}

/** Stands between a function and Redis, and hands on what they say until it comes to a trap. */
export async function startRelay(port: number): Promise<Relay> {
  let armed: Armed | undefined
  const server = createServer((socket) => {
    const redis = dial(port, '127.0.0.1')
    let mine: Armed | undefined
    const isHeld = (side: Armed['side']) => mine?.held && mine.side === side
    socket.on('data', (data) => {
      if (isHeld('before')) return void mine!.held!.commands.push(data)
      const at = armed && !armed.held ? placeOf(data, armed) : undefined
      if (at === undefined) return void redis.write(data)
      mine = armed!
      mine.held = { socket, redis, commands: [], answers: [] }
      if (mine.side === 'after') return void redis.write(data)
      redis.write(data.subarray(0, at))
      mine.held.commands.push(data.subarray(at))
      mine.reach()
    })
    redis.on('data', (data) => {
      if (!isHeld('after')) return void socket.write(data)
      mine!.held!.answers.push(data)
      mine!.reach()
    })
    // What was said is still heard by Redis: a connection that is reset would take it along.
    for (const [end, other] of [
      [socket, redis],
      [redis, socket],
    ] as const)
      end.on('error', () => {}).on('close', () => void other.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trap(texts, side, nth = 1) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const late = setTimeout(() => reject(new Error(`nobody came to '${texts}'`)), patienceMs)
      const reach = () => {
        clearTimeout(late)
        resolve()
      }
      const trap: Armed = { texts, side, left: nth, reach }
      armed = trap
      return {
        reached: promise,
        release() {
          const { held } = trap
          delete trap.held
          if (armed === trap) armed = undefined
          for (const data of held?.commands ?? []) held!.redis.write(data)
          for (const data of held?.answers ?? []) held!.socket.write(data)
        },
        cut() {
          if (armed === trap) armed = undefined
          trap.held?.socket.destroy()
        },
      }
    },
    stop: () => server.close(),
  }
}

/** Where the command begins that springs a trap; undefined when none of these does. */
function placeOf(data: Buffer, trap: Armed): number | undefined {
  const next = (from: number) =>
    trap.texts
      .map((text) => data.indexOf(text, from))
      .filter((at) => at >= 0)
      .sort((a, b) => a - b)[0]
  for (let at = next(0); at !== undefined; at = next(at + 1)) {
    if (--trap.left > 0) continue
    const before = data.lastIndexOf('\r\n*', at)
    return before < 0 ? 0 : before + 2
  }
  return undefined
}
