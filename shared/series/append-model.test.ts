import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns, counter, rows, times } from '../../test/points.ts'
import { startPointsRedis } from '../../test/points-redis.ts'
import { seriesKeys } from '../keys.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { commitSeries } from './commit.ts'
import { openStaging } from './staging.ts'
import { openStore } from './store.ts'
import { parseSummary, type Summary } from './summary.ts'
import { decodeTail, fullTail } from './tail.ts'

const server = await startPointsRedis()
const redis = connect(server.url, makeLog('silent'))
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})
const store = openStore(redis)

/** Places are counted from the newest point back, so that changes meet the tail and what is beside it. */
const near = fc.integer({ min: -700, max: 60 })
const value = fc.integer({ min: 0, max: 2 })
const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      append: fc.record({ gap: fc.integer({ min: 1, max: 20 }), count: fc.integer({ min: 1, max: 40 }), value }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      append: fc.record({ gap: fc.constant(1), count: fc.integer({ min: 200, max: 3000 }), value }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ scatter: fc.uniqueArray(near, { minLength: 1, maxLength: 6 }), value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      from: near,
      length: fc.integer({ min: 1, max: 500 }),
      rows: fc.uniqueArray(fc.nat(499), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ staged: fc.uniqueArray(near, { minLength: 1, maxLength: 6 }), value }) },
  {
    weight: 4,
    arbitrary: fc.record({
      read: fc.tuple(near, near),
      order: fc.constantFrom('asc' as const, 'desc' as const),
      limit: fc.nat(600),
    }),
  },
)

type Model = Map<number, number>

const inOrder = (model: Model, from = -Infinity, to = Infinity) =>
  [...model].filter(([time]) => time >= from && time < to).sort(([a], [b]) => a - b)

/** The tail is behind all chunks, and what is said of all of it is so. */
async function checkTail(name: string, model: Model): Promise<boolean> {
  const keys = seriesKeys(name)
  const tail = await redis.getBuffer(keys.tail)
  const summaries = (await redis.hvals(keys.summaries)).map(parseSummary)
  const points = tail ? decodeTail(tail).timestamps : []
  const behind = summaries.every((summary: Summary) => points.length === 0 || summary.last < points[0]!)
  assert.ok(behind && points.length < fullTail)
  const { count, first, last, min, max } = (await store.describe(name))!
  const all = inOrder(model)
  assert.deepEqual([count, first, last], [all.length, all[0]?.[0], all.at(-1)?.[0]])
  const values = all.map(([, value]) => value)
  if (all.length > 0) assert.deepEqual([min, max], [Math.min(...values), Math.max(...values)])
  return points.length > 0
}

/** Lays rows over a series; what it answers is what the model says. */
async function upsert(name: string, model: Model, added: Model): Promise<void> {
  const before = (await store.get(name))!.revision
  const counts = { inserted: 0, updated: 0, unchanged: 0 }
  for (const [time, value] of added) {
    counts[!model.has(time) ? 'inserted' : Object.is(model.get(time), value) ? 'unchanged' : 'updated']++
    model.set(time, value)
  }
  const points = inOrder(added)
  const { revision, ...said } = await store.upsert(
    name,
    columns(
      points.map(([time]) => time),
      (time) => added.get(time)!,
    ),
  )
  assert.deepEqual(said, counts)
  assert.equal(counter(revision), counter(before) + (counts.inserted + counts.updated > 0 ? 1 : 0))
}

t.test('any sequence of appends and other changes and reads gives what a plain map gives', async (t) => {
  let [count, withTail] = [0, 0]
  const one = async (name: string, operations: (typeof operation extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const model: Model = new Map()
    await store.putMetadata(name, {})
    for (const [i, given] of operations.entries()) {
      const newest = inOrder(model).at(-1)?.[0] ?? 0
      const places = (near: number[], value: number): Model => new Map(near.map((place) => [newest + place, value]))
      if ('append' in given) {
        const { gap, count, value } = given.append
        await upsert(name, model, new Map(times(count, newest + gap, 2).map((time) => [time, (time + value) % 3])))
      } else if ('scatter' in given) {
        await upsert(name, model, places(given.scatter, given.value))
      } else if ('staged' in given) {
        const staging = openStaging(redis, `i${i}`, 60_000)
        for (const place of given.staged) staging.column(name).add(newest + place, given.value)
        await staging.finish()
        await commitSeries(redis, name, staging.id)
        for (const [time, value] of places(given.staged, given.value)) model.set(time, value)
      } else if ('rows' in given) {
        const from = newest + given.from
        const range = { from, to: from + given.length }
        const added = new Map(given.rows.map((row) => [from + (row % given.length), 1]))
        for (const [time] of inOrder(model, range.from, range.to)) model.delete(time)
        for (const [time, value] of added) model.set(time, value)
        await store.replaceRange(
          name,
          range,
          columns(
            inOrder(added).map(([time]) => time),
            () => 1,
          ),
        )
      } else {
        const [from, to] = given.read.map((place) => newest + place).sort((a, b) => a - b)
        const expected = inOrder(model, from, to)
        const { order, limit } = given
        const found = (await rows(store, name, { from, to, order, limit }))!
        assert.ok(found.length >= (limit === 0 ? expected.length : Math.min(limit, expected.length)))
        assert.deepEqual(found, (order === 'asc' ? expected : expected.reverse()).slice(0, found.length))
      }
      if (await checkTail(name, model)) withTail++
    }
    assert.deepEqual(await rows(store, name), inOrder(model))
    assert.deepEqual(await rows(store, name, { order: 'desc' }), inOrder(model).reverse())
  }
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 60, size: 'max' }), (operations) =>
      one(`model/${count++}`, operations),
    ),
    { numRuns: 25 },
  )
  t.ok(withTail > 100, `${withTail} times there was a tail`)
})
