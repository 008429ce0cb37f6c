import assert from 'node:assert/strict'
import t from 'tap'
import { columns, rows, times } from '../../test/points.ts'
import { startCluster } from '../../test/redis-cluster.ts'
import { namesKey, seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect, isUnavailable } from '../redis.ts'
import { slotOf } from '../slot.ts'
import { openStore, type SeriesStore } from './store.ts'

const cluster = await startCluster()
const connections = times(3).map(() => connect(cluster.url, makeLog('silent')))
t.teardown(async () => {
  for (const redis of connections) redis.disconnect()
  await cluster.stop()
})
/** Stores that know nothing of one another, as in several processes. */
const stores = connections.map((redis) => openStore(redis))

const series = ['a', 'b', 'c']
const writers = 3
/** A writer does at least so much, and goes on until so many slots have been moved. */
const [leastChanges, leastMoves] = [80, 60]

/** Tries of a change until it counts as refused for good. */
const mostTries = 20

/** Does something until it is acknowledged; that it may have happened before does no harm. */
async function acknowledged<T>(work: () => Promise<T>): Promise<{ result: T; tries: number }> {
  for (let tries = 1; ; tries++) {
    try {
      return { result: await work(), tries }
    } catch (error) {
      if (!isUnavailable(error) || tries === mostTries) throw error
    }
  }
}

/** Changes its own times of a series, those with its remainder, and looks after each change that they are as they must be. */
async function writeAndRead(name: string, writer: number, isOver: () => boolean) {
  const store = stores[writer]!
  const model = new Map<number, number>()
  const mine = (list: number[]) => list.map((time) => time * writers + writer)
  const expected = () => [...model].sort(([a], [b]) => a - b)
  let [next, changes, retried] = [0, 0, 0]
  for (; changes < leastChanges || !isOver(); changes++) {
    const before = model.size
    const range = { from: (next >> 1) * writers, to: ((next >> 1) + 7) * writers }
    const kind = changes % 5
    if (kind === 4 && next > 0) {
      // Only this writer's own times may go: what the others have there is left to them.
      const gone = expected().filter(([time]) => time >= range.from && time < range.to)
      for (const [time] of gone) {
        model.delete(time)
        const { result, tries } = await acknowledged(() => store.deleteRange(name, { from: time, to: time + 1 }))
        retried += tries - 1
        if (tries === 1) assert.equal(result.deleted, 1)
      }
    } else {
      const some = mine(kind === 3 ? times(20, next >> 2, 3) : times(40, next))
      if (kind !== 3) next += 40
      const points = columns(some, () => changes)
      for (const time of some) model.set(time, changes)
      const { result, tries } = await acknowledged(() => store.upsert(name, points))
      retried += tries - 1
      if (tries === 1) assert.equal(result.inserted, model.size - before)
    }
    const { result } = await acknowledged(() => rows(store, name))
    const found = result!.map(([time]) => time)
    assert.equal(new Set(found).size, found.length, 'no point is there twice')
    assert.deepEqual(
      result!.filter(([time]) => time % writers === writer),
      expected(),
    )
  }
  return { name, changes, retried, points: expected() }
}

t.test('while slots are moved from server to server nothing is lost or doubled, and every read is right', async (t) => {
  let [moves, busy] = [0, true]
  const slots = [...series.map((name) => slotOf(seriesKeys(name).meta)), slotOf(namesKey)]
  const moving = (async () => {
    for (; busy; moves++) {
      const slot = slots[moves % slots.length]!
      const from = cluster.nodes.indexOf(await cluster.holder(slot))
      await cluster.moveSlot(slot, cluster.nodes[(from + 1) % cluster.nodes.length]!)
    }
  })()
  const work = series.flatMap((name) => times(writers).map((w) => writeAndRead(name, w, () => moves >= leastMoves)))
  const written = await Promise.all(work).finally(() => {
    busy = false
    return moving
  })

  t.ok(moves >= leastMoves, `${moves} slots were moved`)
  const sum = (of: (w: (typeof written)[number]) => number) => written.reduce((all, one) => all + of(one), 0)
  t.comment(
    `${sum(({ changes }) => changes)} changes, ${sum(({ retried }) => retried)} of them sent again by the writer`,
  )
  for (const name of series) {
    const all = written.filter((one) => one.name === name).flatMap(({ points }) => points)
    all.sort(([a], [b]) => a - b)
    t.same(await rows(stores[0]!, name), all)
    t.match(await stores[1]!.get(name), { count: all.length, first: all[0]![0], last: all.at(-1)![0] })
  }
  t.same(
    (await stores[2]!.list({ limit: 10 })).series.map(({ name }) => name),
    series,
  )
})

t.test('a change that finds its slot half moved is refused as a whole', async (t) => {
  const [store] = stores as [SeriesStore]
  await store.upsert('half', columns(times(3000)))
  const before = await store.get('half')
  const slot = slotOf(seriesKeys('half').meta)
  const holder = await cluster.holder(slot)
  const to = cluster.nodes.find((node) => node !== holder)!
  let calls = 0
  await cluster.moveSlot(slot, to, async () => {
    calls++
    // It would empty each key of the series but one.
    const error = await store.deleteRange('half', {}).catch((error) => error)
    t.ok(isUnavailable(error), String(error))
    t.same(await store.get('half'), before)
  })
  t.equal(calls, 3)
  t.equal((await rows(store, 'half'))!.length, 3000)
  t.match(await store.deleteRange('half', {}), { deleted: 3000 })
})
