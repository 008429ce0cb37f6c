import type { Turns } from './turns.ts'

/** Most things that are done together. */
const most = 64

/** Things that wait for one turn. */
interface Gathering<T, R> {
  asked: T[]
  done: Promise<(R | Error)[]>
  turn: object | undefined
}

/**
 * Gathers what is asked of a name while it waits for its turn, and nothing else was asked of it meanwhile. All of it is done by
 * one call of `work`, which gives what came of each, in the order in which they were asked for. When it throws, all have
 * failed; where that `isWorthParting`, each half of them is tried by itself, and so on.
 */
export function makeGatherings<T, R extends object>(
  turns: Turns,
  work: (name: string, asked: T[]) => Promise<R[]>,
  isWorthParting: (error: unknown) => boolean,
): (name: string, asked: T) => Promise<R> {
  const open = new Map<string, Gathering<T, R>>()

  async function inParts(name: string, asked: T[]): Promise<(R | Error)[]> {
    try {
      return await work(name, asked)
    } catch (error) {
      if (asked.length === 1 || !isWorthParting(error)) return asked.map(() => error as Error)
      const half = asked.length >> 1
      const first = await inParts(name, asked.slice(0, half))
      return [...first, ...(await inParts(name, asked.slice(half)))]
    }
  }

  function begin(name: string): Gathering<T, R> {
    const asked: T[] = []
    const done = turns.take(name, () => {
      if (open.get(name)?.asked === asked) open.delete(name)
      return inParts(name, asked)
    })
    const gathering = { asked, done, turn: turns.last(name) }
    open.set(name, gathering)
    return gathering
  }

  return async (name, one) => {
    const found = open.get(name)
    const isOpen = found && found.turn === turns.last(name) && found.asked.length < most
    const { asked, done } = isOpen ? found : begin(name)
    const place = asked.push(one) - 1
    const result = (await done)[place]!
    if (result instanceof Error) throw result
    return result
  }
}
