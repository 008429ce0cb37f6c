import t from 'tap'
import { bending } from '../../test/bent.ts'
import { columns, counter, problem, rows, times } from '../../test/points.ts'
import { openTwoStores } from '../../test/two-stores.ts'
import { seriesKeys } from '../keys.ts'
import { fullChunk } from './rewrite.ts'

const { server, redis, store, other } = await openTwoStores(t)
const { bent } = bending(t, server.url)

const point = (time: number) => ({ from: time, to: time + 1 })

t.test('points that are deleted at the same moment are gone, and each answer is its own', async (t) => {
  const count = 3 * fullChunk
  await store.upsert('many', columns(times(count, 0, 2)))
  const asked = [0, 2, 5, 2, 2 * fullChunk, 2 * count - 2, -7, 3 * fullChunk, 3 * fullChunk + 1, 1e12]
  const before = counter((await store.get('many'))!.revision)
  const answers = await Promise.all(asked.map((time) => store.deleteRange('many', point(time))))
  t.same(
    answers.map(({ deleted }) => deleted),
    [1, 1, 0, 0, 1, 1, 0, 1, 0, 0],
  )
  const info = (await store.get('many'))!
  t.match(info, { count: count - 5, first: 4, last: 2 * count - 4 })
  t.equal(answers.at(-1)!.revision, info.revision)
  t.ok(counter(info.revision) - before <= 2, 'in few changes')
  const gone = new Set([0, 2, 2 * fullChunk, 2 * count - 2, 3 * fullChunk])
  t.same(
    (await rows(store, 'many'))!.map(([time]) => time),
    times(count, 0, 2).filter((time) => !gone.has(time)),
  )
})

t.test('of the tail, of chunks of one point, and all that there is', async (t) => {
  await store.upsert('end', columns(times(fullChunk)))
  for (const time of [20_000, 20_001, 20_002]) await store.upsert('end', columns([time]))
  const remove = (all: number[]) =>
    Promise.all(all.map(async (time) => (await store.deleteRange('end', point(time))).deleted))
  t.same(await remove([20_001, 5, 20_002, 19_999]), [1, 1, 1, 0])
  t.match(await store.get('end'), { count: fullChunk, last: 20_000 })
  const left = (await rows(store, 'end'))!.map(([time]) => time)
  t.ok((await remove(left)).every((deleted) => deleted === 1))
  const empty = (await store.get('end'))!
  t.equal(empty.count, 0)
  t.equal(empty.first, undefined)
  t.same(await redis.exists(Object.values(seriesKeys('end')).slice(1)), 0)
})

t.test('with another process that deletes and writes, none is lost and none counted twice', async (t) => {
  const count = 2 * fullChunk
  await store.upsert('both', columns(times(count)))
  const remove = (by: typeof store, first: number, step: number) =>
    Promise.all(times(150, first, step).map(async (time) => (await by.deleteRange('both', point(time))).deleted))
  const writes = times(40, 7, 300).map((time) =>
    other.upsert(
      'both',
      columns([time], () => -1),
    ),
  )
  const [mine, others] = await Promise.all([remove(store, 0, 50), remove(other, 25, 50), ...writes])
  t.equal(
    [...mine, ...others].reduce((sum, deleted) => sum + deleted, 0),
    300,
  )
  const left = new Map((await rows(store, 'both'))!)
  t.equal(left.size, count - 300)
  t.ok(times(40, 7, 300).every((time) => left.get(time) === -1))
  t.ok([...times(150, 0, 50), ...times(150, 25, 50)].every((time) => !left.has(time)))
})

t.test('a series that is not there, conditions, and damage', async (t) => {
  for (const outcome of await Promise.allSettled([1, 2].map((time) => store.deleteRange('none', point(time)))))
    t.match(outcome, { status: 'rejected', reason: problem('unknown-series') })

  await store.upsert('if', columns(times(10)))
  const [free, bound] = await Promise.allSettled([
    store.deleteRange('if', point(1)),
    store.deleteRange('if', point(2), { ifMatch: ['other.1'] }),
  ])
  t.match(free, { status: 'fulfilled', value: { deleted: 1 } })
  t.match(bound, { status: 'rejected', reason: problem('precondition-failed') })

  await store.upsert('hurt', columns(times(3 * fullChunk)))
  const { chunks } = seriesKeys('hurt')
  const bytes = (await redis.hgetBuffer(chunks, String(fullChunk)))!
  bytes[bytes.length >> 1]! ^= 4
  await redis.hset(chunks, String(fullChunk), bytes)
  const asked = [1, 2, fullChunk + 5, 2 * fullChunk + 5]
  const [, whole, damaged, last] = await Promise.allSettled(asked.map((time) => store.deleteRange('hurt', point(time))))
  t.match(whole, { status: 'fulfilled', value: { deleted: 1 } })
  t.match(damaged, { status: 'rejected', reason: { message: /the chunk 8192 .* its checksum does not match/ } })
  t.match(last, { status: 'fulfilled', value: { deleted: 1 } })
})

t.test('changes of others that come faster than many deletes together do not make all of them fail', async (t) => {
  await store.upsert('busy', columns(times(10 * fullChunk)))
  let races = 0
  const slow = bent('changeSeries', async (send) => {
    // As many as one change tries, and some more.
    if (races++ < 205) await redis.hincrby(seriesKeys('busy').meta, 'counter', 1)
    return send()
  })
  const answers = await Promise.all(times(64, 5, 1000).map((time) => slow.deleteRange('busy', point(time))))
  t.ok(answers.every(({ deleted }) => deleted === 1))
  t.ok(races > 205)
  t.equal((await store.get('busy'))!.count, 10 * fullChunk - 64)
})
