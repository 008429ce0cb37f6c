import t from 'tap'
import { startRedis } from '../../scripts/own-redis.ts'
import { bending } from '../../test/bent.ts'
import { columns, counter, rows, times } from '../../test/points.ts'
import { openTwoStores } from '../../test/two-stores.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { commitSeries } from './commit.ts'
import { fullChunk } from './rewrite.ts'
import { openStaging } from './staging.ts'
import type { SeriesStore } from './store.ts'

const { server, redis, store, other } = await openTwoStores(t, startRedis)
const { bent, delayed, resent } = bending(t, server.url)
const tailOf = async (name: string) => (await redis.strlen(seriesKeys(name).tail)) / 16

t.test('an append waits for a change that was asked for before, in this process', async (t) => {
  await store.upsert('turn', columns(times(100)))
  await store.upsert('turn', columns([100]))
  let seen: number | undefined
  const slow = bent('changeSeries', async (send) => {
    seen = await tailOf('turn')
    return send()
  })
  const [changed, ...appended] = await Promise.all([
    slow.deleteRange('turn', { from: 0, to: 10 }),
    ...[101, 102, 103].map((time) => slow.upsert('turn', columns([time]))),
  ])
  t.equal(seen, 1)
  t.equal(counter(changed.revision), 3)
  t.same(
    appended.map(({ revision }) => counter(revision)),
    [4, 5, 6],
  )
})

t.test('an append that is sent twice is done once, and answered the same', async (t) => {
  await store.upsert('sent', columns([0]))
  const point = await resent('appendPoints').upsert('sent', columns([1]))
  t.match(point, { inserted: 1, updated: 0, unchanged: 0 })
  t.equal(counter(point.revision), 2)
  const over = await resent('appendPoints').upsert(
    'sent',
    columns([1, 2, 3], () => 7),
  )
  t.match(over, { inserted: 2, updated: 1, unchanged: 0 })
  const same = await resent('appendPoints').upsert(
    'sent',
    columns([2, 3], () => 7),
  )
  t.same(same, { inserted: 0, updated: 0, unchanged: 2, revision: over.revision })
  await store.deleteRange('sent', { from: 0, to: 1 })
  t.equal(await tailOf('sent'), 3)
  await store.deleteRange('sent', { from: 1, to: 4 })
  await store.upsert('sent', columns([5]), { ifMatch: '*' })
  const chunks = await resent('appendChunks').upsert('sent', columns(times(fullChunk, 10)))
  t.match(chunks, { inserted: fullChunk, updated: 0, unchanged: 0 })
  const between = () => other.upsert('sent', columns([1e6]))
  const late = await resent('appendPoints', between).upsert('sent', columns([1e6 - 1]))
  t.match(late, { inserted: 0, unchanged: 1 }, 'behind another change it finds what it has written')
  t.match(await store.get('sent'), { count: fullChunk + 3, first: 5, last: 1e6 })
})

t.test('points that fill the tail ask for what lies around all of them, others around each', async (t) => {
  const asked: unknown[][] = []
  const store = bent('readTouchedBuffer', (send, args) => {
    asked.push(args.slice(args.indexOf(fullChunk) + 1))
    return send()
  })
  await store.upsert('filled', columns(times(2 * fullChunk)))
  asked.pop() // of the series that was not there
  const next = (batch: number) => times(100, 2 * fullChunk + 100 * batch)
  for (let batch = 0; batch < 10; batch++) await store.upsert('filled', columns(next(batch)))
  t.same(asked, [])
  const last = next(10)
  await store.upsert('filled', columns([5, ...last].sort((a, b) => a - b)))
  t.equal(asked.pop()!.length, 3 * 2, 'one of them lies elsewhere')
  for (let batch = 11; asked.length === 0; batch++) await store.upsert('filled', columns(next(batch)))
  t.equal(asked[0]!.length, 3)
  await store.upsert(
    'filled',
    columns(times(100, 0, 150), () => 7),
  )
  t.equal(asked[1]!.length, 3 * 100)
  t.equal((await rows(store, 'filled'))!.length, (await store.get('filled'))!.count)
})

t.test('an append meanwhile is no conflict for a change before it', async (t) => {
  await store.upsert('apart', columns(times(100)))
  await store.upsert('apart', columns([200]))
  let time = 1000
  const changes: [string, (store: SeriesStore) => Promise<unknown>, object][] = [
    ['a delete', (store) => store.deleteRange('apart', { from: 10, to: 20 }), { deleted: 10 }],
    [
      'an overwrite',
      (store) =>
        store.upsert(
          'apart',
          columns([5], () => 9),
        ),
      { updated: 1 },
    ],
    ['metadata', (store) => store.putMetadata('apart', { unit: 'm' }), { created: false }],
  ]
  for (const [what, change, result] of changes) {
    let calls = 0
    const meanwhile = async () => {
      calls++
      for (let i = 0; i < 3; i++) await other.upsert('apart', columns([time++]))
    }
    t.match(await change(delayed('changeSeries', meanwhile)), result, what)
    t.equal(calls, 1, `${what} is made at once`)
  }
  const contending: typeof changes = [
    ['of the end', (store) => store.deleteRange('apart', { from: 50, to: 1e9 }), { deleted: 50 + 1 + 9 + 1 }],
    [
      'of the tail',
      (store) =>
        store.upsert(
          'apart',
          columns([40, 5000], () => 9),
        ),
      { inserted: 1, updated: 1 },
    ],
    ['upon a revision', (store) => store.deleteRange('apart', { to: 1 }, { ifMatch: '*' }), { deleted: 1 }],
  ]
  for (const [what, change, result] of contending) {
    let calls = 0
    const meanwhile = async () => {
      if (calls++ === 0) await other.upsert('apart', columns([time++]))
    }
    t.match(await change(delayed('changeSeries', meanwhile)), result, `a change ${what} sees it`)
    t.equal(calls, 2, `a change ${what} starts again`)
  }
  let calls = 0
  const drop = async () => {
    if (calls++ > 0) return
    await other.deleteRange('apart', { from: 2, to: 3 })
    await other.upsert('apart', columns([time++]))
  }
  t.match(await delayed('changeSeries', drop).deleteRange('apart', { from: 0, to: 10 }), { deleted: 8 })
  t.equal(calls, 2, 'behind another change it starts again')
  t.equal((await store.get('apart'))!.count, (await rows(store, 'apart'))!.length)
})

t.test(
  'an import that lies before the newest points is committed at once, whatever is appended meanwhile',
  async (t) => {
    await store.upsert('live', columns(times(9000, 0, 10)))
    await store.upsert('live', columns([200_000, 200_010]))
    const staging = openStaging(redis, 'old', 60_000)
    for (const time of times(3000, 5, 10)) staging.column('live').add(time, 7)
    await staging.finish()
    const slow = connect(server.url, makeLog('silent'))
    t.teardown(() => slow.disconnect())
    const scripts = slow as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    const send = scripts.commitStaged!.bind(slow)
    let tries = 0
    scripts.commitStaged = async (...args) => {
      await store.upsert('live', columns([300_000 + 10 * tries++]))
      return send(...args)
    }
    t.match(await commitSeries(slow, 'live', 'old'), { inserted: 3000, updated: 0 })
    t.equal(tries, 1)
    const found = (await rows(store, 'live'))!.map(([time]) => time)
    const expected = [...times(9000, 0, 10), ...times(3000, 5, 10), 200_000, 200_010, 300_000]
    t.same(
      found,
      expected.sort((a, b) => a - b),
    )
  },
)
