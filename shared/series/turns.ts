/** Turns at something that has a name, within this process. */
export interface Turns {
  /** Does one thing at a time for each name: what is asked for meanwhile waits, in order. */
  take<T>(name: string, work: () => Promise<T>): Promise<T>
  /** When all that is being done for a name, or waits, is done; undefined when there is nothing. */
  before(name: string): Promise<unknown> | undefined
  /** Stands for the turn that was asked for last; undefined when none is left. */
  last(name: string): object | undefined
}

export function makeTurns(): Turns {
  const turns = new Map<string, Promise<unknown>>()
  return {
    async take(name, work) {
      const turn = (turns.get(name) ?? Promise.resolve()).then(work, work)
      turns.set(name, turn)
      try {
        return await turn
      } finally {
        if (turns.get(name) === turn) turns.delete(name)
      }
    },
    before: (name) => turns.get(name)?.catch(() => {}),
    last: (name) => turns.get(name),
  }
}
