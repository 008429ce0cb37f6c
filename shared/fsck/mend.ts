import { type Command, isOneServer, type Redis, type RedisServer, serverOf } from '../redis.ts'
import { slotOf } from '../slot.ts'
import type { Commands, Subject } from './faults.ts'

/** Tries of a repair under which something changes. */
const mostMends = 5

/**
 * Mends what is wrong, if nothing changes meanwhile; says whether it has. On one server that is one transaction. On a
 * cluster it is one for each slot, on the server that holds it: the slots that are watched come first, and servers on
 * which there is only something to watch are asked before all others.
 */
export async function mend(redis: Redis, subject: Subject): Promise<boolean> {
  for (let attempt = 0; attempt < mostMends; attempt++) {
    const watched = Map.groupBy(subject.watch, (key) => serverOf(redis, key))
    try {
      await Promise.all([...watched].map(([server, keys]) => watch(server, keys, server === redis)))
      const look = await subject.look(redis)
      const { commands, noted } = noteCommands()
      look.mend(commands)
      if (await transact(redis, watched, noted)) return true
    } finally {
      for (const server of watched.keys()) await server.unwatch().catch(() => {})
    }
  }
  return false
}

/** All keys at once, or those of each slot: a cluster takes no more in one command. */
async function watch(server: RedisServer, keys: string[], atOnce: boolean): Promise<void> {
  const groups = atOnce ? [keys] : [...Map.groupBy(keys, slotOf).values()]
  await Promise.all(groups.map((group) => server.watch(...group)))
}

/** False when something that is watched has changed; what other slots were given by then stays. */
async function transact(redis: Redis, watched: Map<RedisServer, string[]>, noted: Command[]): Promise<boolean> {
  const parts = partsOf(redis, watched, noted)
  const servers = new Set(parts.map(([server]) => server))
  for (const server of watched.keys()) if (!servers.has(server) && !(await run(server, []))) return false
  for (const [server, commands] of parts) if (!(await run(server, commands))) return false
  return true
}

async function run(server: RedisServer, commands: Command[]): Promise<boolean> {
  const replies = await server.multi(commands).exec()
  for (const [error] of replies ?? []) if (error) throw error
  return replies !== null
}

/** The commands of each slot, with its server: one part on one server, which has all slots. */
function partsOf(redis: Redis, watched: Map<RedisServer, string[]>, noted: Command[]): [RedisServer, Command[]][] {
  if (isOneServer(redis)) return [[redis, noted]]
  const guarded = new Set([...watched.values()].flat().map(slotOf))
  const slots = [...Map.groupBy(noted, ([, key]) => slotOf(key))]
  slots.sort(([a], [b]) => Number(guarded.has(b)) - Number(guarded.has(a)))
  return slots.map(([, commands]) => [serverOf(redis, commands[0]![1]), commands])
}

/** Takes commands as a transaction does, and keeps them. */
function noteCommands(): { commands: Commands; noted: Command[] } {
  const noted: Command[] = []
  const commands: Commands = new Proxy({} as Commands, {
    get:
      (_, name) =>
      (...args: unknown[]) => {
        noted.push([name, ...args] as Command)
        return commands
      },
  })
  return { commands, noted }
}
