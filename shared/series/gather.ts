import type { Turns } from './turns.ts'

/** Most things that are done together. */
const most = 256

/** Things that wait for one turn. */
interface Gathering<T, R> {
  asked: T[]
  done: Promise<(R | Error)[]>
  turn: object | undefined
}

/**
 * Gathers what is asked of a name while it waits for its turn, and nothing else was asked of it meanwhile. All of it is done by
 * one call of `work`, which gives for each, in the order they were asked for, what came of it or what it failed of; when it throws,
 * all have failed.
 */
export function makeGatherings<T, R extends object>(
  turns: Turns,
  work: (name: string, asked: T[]) => Promise<(R | Error)[]>,
): (name: string, asked: T) => Promise<R> {
  const open = new Map<string, Gathering<T, R>>()

  function begin(name: string): Gathering<T, R> {
    const asked: T[] = []
    const done = turns.take(name, () => {
      if (open.get(name)?.asked === asked) open.delete(name)
      return work(name, asked)
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
