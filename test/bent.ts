import type { Test } from 'tap'
import { makeLog } from '../shared/log.ts'
import { connect } from '../shared/redis.ts'
import { openStore, type SeriesStore } from '../shared/series/store.ts'

type Send = () => Promise<unknown>

/** Makes stores whose connections do one command in another way, until the test ends. */
export function bending(t: Pick<Test, 'teardown'>, url: string) {
  /** A store whose connection does one command in another way. */
  function bent(command: string, way: (send: Send, args: unknown[]) => Promise<unknown>): SeriesStore {
    const slow = connect(url, makeLog('silent'))
    t.teardown(() => slow.disconnect())
    const commands = slow as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const send = commands[command]!.bind(slow)
    commands[command] = (...args) => way(() => send(...args), args)
    return openStore(slow)
  }

  return {
    bent,

    /** A store whose connection does one command only after something else has happened. */
    delayed: (command: string, before: Send) =>
      bent(command, async (send) => {
        await before()
        return send()
      }),

    /** A store whose connection sends one command again because the first answer got lost, and something else between. */
    resent: (command: string, between: Send = async () => {}) =>
      bent(command, async (send) => {
        await send()
        await between()
        return send()
      }),
  }
}
