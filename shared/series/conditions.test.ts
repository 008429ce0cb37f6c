import t from 'tap'
import { columns, problem, rows } from '../../test/points.ts'
import { startPointsRedis } from '../../test/points-redis.ts'
import { makeLog } from '../log.ts'
import { connect } from '../redis.ts'
import { openStore, type SeriesStore } from './store.ts'

const server = await startPointsRedis()
t.teardown(() => server.stop())

function open() {
  const redis = connect(server.url, makeLog('silent'))
  t.teardown(() => redis.disconnect())
  return redis
}

const other = openStore(open())

/** A store in whose changes something happens between its look and its change. */
function interrupted(script: 'changeSeries' | 'dropSeries', between: () => Promise<unknown>): SeriesStore {
  const redis = open()
  const commands = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  const send = commands[script]!.bind(redis)
  commands[script] = async (...args) => {
    await between()
    return send(...args)
  }
  return openStore(redis)
}

const failed = problem('precondition-failed')

t.test('what another makes between the look and the change is not overwritten', async (t) => {
  const first = interrupted('changeSeries', () => other.upsert('held', columns([1, 5])))
  await t.rejects(first.upsert('held', columns([2]), { ifNoneMatch: '*' }), failed)
  const point = interrupted('changeSeries', () => other.upsert('held', columns([3])))
  const nines = columns([3], () => 9)
  await t.rejects(point.upsert('held', nines, { ifNoneMatch: '*', point: 3 }), failed)
  t.same(await rows(other, 'held'), [
    [1, 0.5],
    [3, 1.5],
    [5, 2.5],
  ])
})

t.test('a point that another deletes between is not made again by If-Match: *', async (t) => {
  await other.upsert('gone', columns([1, 2]))
  const store = interrupted('changeSeries', () => other.deleteRange('gone', { from: 2, to: 3 }))
  await t.rejects(
    store.upsert(
      'gone',
      columns([2], () => 9),
      { ifMatch: '*', point: 2 },
    ),
    failed,
  )
  t.same(await rows(other, 'gone'), [[1, 0.5]])
})

t.test('a delete looks again when the series has changed', async (t) => {
  const { revision } = await other.upsert('dropped', columns([1]))
  const changing = interrupted('dropSeries', () => other.upsert('dropped', columns([2])))
  await t.rejects(changing.remove('dropped', { ifMatch: [revision] }), failed)
  t.equal(await changing.remove('dropped', { ifNoneMatch: [revision] }), true)
  t.equal(await other.get('dropped'), undefined)
})
