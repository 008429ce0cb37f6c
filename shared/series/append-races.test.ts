import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { columns, counter, generation, rows, times } from '../../test/points.ts'
import { openTwoStores } from '../../test/two-stores.ts'
import { seriesKeys } from '../keys.ts'

const { server, redis, store, other } = await openTwoStores(t)

/** A process of its own that writes points one by one, in time order; says how many it inserted. */
async function writer(series: string, first: number, step: number, count: number): Promise<number> {
  const script = fileURLToPath(new URL('../../test/write-points.ts', import.meta.url))
  const args = [script, server.url, series, ...[first, step, count, 1].map(String)]
  return Number((await promisify(execFile)(process.execPath, args)).stdout)
}

t.test('points that several processes append one by one are all there, once', async (t) => {
  const [writers, count] = [4, 800]
  const here = async (first: number) => {
    let inserted = 0
    for (let i = 0; i < count; i++)
      inserted += (
        await other.upsert(
          'side',
          columns([first + i * writers], () => first),
        )
      ).inserted
    return inserted
  }
  const side = (first: number) => writer('side', first, writers, count)
  t.same(await Promise.all([side(0), side(1), here(2), here(3)]), new Array(writers).fill(count))
  t.same(
    await rows(store, 'side'),
    times(writers * count).map((time) => [time, time % writers]),
  )
  const { revision, ...info } = (await store.get('side'))!
  t.match(info, { count: writers * count, first: 0, last: writers * count - 1 })
  t.equal(counter(revision), writers * count, 'a revision for each')
})

t.test('one process appends many points at once: each has its answer, and a revision of its own', async (t) => {
  await store.upsert('once', columns([0]))
  const written = await Promise.all(times(3000, 1).map((time) => store.upsert('once', columns([time]))))
  t.same(
    written.map(({ inserted, updated, unchanged }) => [inserted, updated, unchanged]),
    written.map(() => [1, 0, 0]),
  )
  t.equal(new Set(written.map(({ revision }) => revision)).size, written.length)
  t.same((await rows(store, 'once'))!.length, 3001)
})

t.test('appends beside overwrites, deletes, imports of metadata and reads', async (t) => {
  const [appended, old] = [3000, 2000]
  await store.upsert(
    'mixed',
    columns(times(old), () => 0),
  )
  let [acknowledged, done] = [0, false]
  const append = async () => {
    // Several at a time, as requests come.
    for (let i = 0; i < appended; i += 10) {
      const lot = times(10, old + i)
      await Promise.all(lot.map((time) => other.upsert('mixed', columns([time]))))
      acknowledged = i + 10
    }
    done = true
  }
  const change = async () => {
    let [deleted, overwritten] = [0, 0]
    while (!done) {
      deleted += (await store.deleteRange('mixed', { from: deleted, to: deleted + 1 })).deleted
      const latest = old + acknowledged - 1
      if (acknowledged > 0) {
        const over = columns([old, latest], (time) => -time)
        overwritten += (await store.upsert('mixed', over)).updated
      }
      if (deleted % 7 === 0) await store.putMetadata('mixed', { description: `${deleted}` })
    }
    return { deleted, overwritten }
  }
  const torn: unknown[] = []
  const look = async () => {
    let looks = 0
    for (; !done; looks++) {
      const known = acknowledged
      const reading = (await store.read('mixed', looks % 2 ? { order: 'desc' } : {}))!
      const runs = [...reading.runs()]
      const found = (looks % 2 ? runs.reverse() : runs).flatMap(({ timestamps }) => [...timestamps])
      const { count, first, last } = reading.info
      const isOne = count === found.length && first === found[0] && last === found.at(-1)
      const ascends = found.every((time, i) => i === 0 || time > found[i - 1]!)
      const has = new Set(found)
      const lost = times(known, old).filter((time) => !has.has(time))
      if (!isOne || !ascends || lost.length > 0) torn.push({ isOne, ascends, lost })
      if (torn.length > 3) break
    }
    return looks
  }
  const [{ deleted, overwritten }, looks] = await Promise.all([change(), look(), writer('beside', 0, 1, 10), append()])
  t.same(torn, [])
  t.ok(deleted > 20 && overwritten > 20 && looks > 20, `${deleted} deleted, ${overwritten} overwritten, ${looks} looks`)
  const found = new Map(await rows(store, 'mixed'))
  t.same([...found.keys()], times(old + appended - deleted, deleted))
  t.ok(times(appended, old).every((time) => Math.abs(found.get(time)!) === time / 2 || found.get(time) === -time))
  t.equal((await store.get('mixed'))!.count, found.size)
})

t.test('a series that is deleted and made again while points are appended has those that came after', async (t) => {
  for (let round = 0; round < 30; round++) {
    await store.upsert('again', columns(times(5)))
    const lot = times(20, 100)
    const work = Promise.all(lot.map((time) => other.upsert('again', columns([time]))))
    const removed = store.remove('again')
    const written = await work
    t.equal(await removed, true)
    const info = await store.get('again')
    const found = (await rows(store, 'again')) ?? []
    const mine = written.filter(({ revision }) => info && generation(revision) === generation(info.revision))
    t.equal(found.length, mine.length, 'those of the new series, and no others')
    t.equal(info?.count ?? 0, found.length)
    t.ok((await redis.exists(seriesKeys('again').tail)) === 0 || info !== undefined)
    await store.remove('again')
  }
})
