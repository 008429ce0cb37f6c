import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { bending } from '../../test/bent.ts'
import { columns, counter, problem, rows, times } from '../../test/points.ts'
import { openTwoStores } from '../../test/two-stores.ts'
import { portionChunks } from './chunks.ts'
import { parseMatch } from './match.ts'
import { concatPoints } from './points.ts'
import { fullChunk } from './rewrite.ts'
import type { SeriesStore } from './store.ts'

const { server, store, other } = await openTwoStores(t)
const { delayed, resent } = bending(t, server.url)

t.test('a list never misses a series, however it is changed, deleted and made by others meanwhile', async (t) => {
  const missed: string[] = []
  for (let round = 0; round < 150; round++) {
    const name = `race/${round % 20}`
    const put = (by: SeriesStore, side: string) => by.putMetadata(name, { labels: { side } })
    const work = [put(store, 'a'), put(other, 'b'), other.remove(name), store.upsert(name, columns([round]))]
    // A series that is deleted at the moment of its change may be said to be contended.
    for (const outcome of await Promise.allSettled(work))
      if (outcome.status === 'rejected') t.match(outcome.reason, problem('contended'))
    const info = await store.get(name)
    const match = info?.labels.side ? parseMatch(`side="${info.labels.side}"`) : []
    if (
      info &&
      !(await store.list({ prefix: 'race/', match, limit: 100 })).series.some((listed) => listed.name === name)
    )
      missed.push(`${name} in round ${round}`)
  }
  t.same(missed, [])
})

const listed = async (match: string) => {
  const found = await store.list({ match: parseMatch(match), limit: 100 })
  return found.series.map(({ name }) => name)
}

t.test('a delete between the two steps of a creation does not hide the series', async (t) => {
  await delayed('changeSeries', () => other.remove('late')).upsert('late', columns([1]))
  t.ok((await listed('')).includes('late'))
  await delayed('changeSeries', () => other.remove('later')).putMetadata('later', { labels: { late: 'yes' } })
  t.ok((await listed('')).includes('later'))
  t.same(await listed('late="yes"'), ['later'])
})

t.test('a label that comes back while another writer takes it away stays listed', async (t) => {
  await store.putMetadata('turn', { labels: { side: 'left' } })
  const back = () => other.putMetadata('turn', { labels: { side: 'left' } })
  await delayed('zrem', back).putMetadata('turn', { labels: { side: 'right' } })
  t.same((await store.get('turn'))!.labels, { side: 'left' })
  t.same(await listed('side="left"'), ['turn'])
  t.same(await listed('side="right"'), [])
})

t.test('metadata that is added and metadata that is set at the same moment: neither is lost', async (t) => {
  await store.upsert('both', columns([1]))
  const meanwhile = { labels: { owner: 'me' }, unit: 'mm', description: 'level' }
  const late = delayed('changeSeries', () => other.putMetadata('both', meanwhile))
  await late.addMetadata('both', { labels: { station: 'x' }, unit: 'm' })
  t.match(await store.get('both'), { ...meanwhile, labels: { owner: 'me', station: 'x' } })
  for (const match of ['owner="me"', 'station="x"']) {
    const { series } = await store.list({ prefix: 'both', match: parseMatch(match), limit: 10 })
    t.equal(series.length, 1, `the index knows ${match}`)
  }
  const { revision } = (await store.get('both'))!
  await store.addMetadata('both', { labels: { station: 'x' }, unit: 'm' })
  t.equal((await store.get('both'))!.revision, revision, 'adding what is there changes nothing')
  await other.addMetadata('gone', { labels: { station: 'x' } })
  t.equal(await store.get('gone'), undefined)
  t.equal((await store.list({ prefix: 'gone', match: parseMatch('station="x"'), limit: 10 })).series.length, 0)
})

t.test('a change that is sent twice is done once', async (t) => {
  const made = await resent('changeSeries').upsert('sent', columns([1, 2]))
  t.match(made, { inserted: 2, updated: 0, unchanged: 0 })
  t.equal(counter(made.revision), 1)
  const { revision } = await resent('changeSeries').upsert('sent', columns([3]), { ifMatch: [made.revision] })
  t.equal(counter(revision), 2, 'it is no conflict with itself')
  t.match(await resent('changeSeries').deleteRange('sent', { to: 2 }, { ifMatch: [revision] }), { deleted: 1 })
  t.match(await resent('changeSeries').putMetadata('sent', { unit: 'm' }), { created: false, info: { unit: 'm' } })
  t.equal((await resent('changeSeries').putMetadata('sent/new', {})).created, true)
  t.same(await rows(store, 'sent'), [
    [2, 1],
    [3, 1.5],
  ])
})

t.test('a delete that is sent twice is done once, and spares what was made between', async (t) => {
  const { revision } = await store.upsert('sent/gone', columns([1]))
  t.equal(await resent('dropSeries').remove('sent/gone', { ifMatch: [revision] }), true)
  t.equal(await store.get('sent/gone'), undefined)
  await store.upsert('sent/gone', columns([1]))
  const again = () => other.upsert('sent/gone', columns([7]))
  t.equal(await resent('dropSeries', again).remove('sent/gone'), true)
  t.same(await rows(store, 'sent/gone'), [[7, 3.5]])
  t.ok((await listed('')).includes('sent/gone'))
})

t.test('writers in this and in other processes lose nothing and double nothing', async (t) => {
  const [writers, count, batch] = [8, 400, 40]
  const script = fileURLToPath(new URL('../../test/write-points.ts', import.meta.url))
  const child = async (first: number) => {
    const args = [script, server.url, 'busy', ...[first, writers, count, batch].map(String)]
    return Number((await promisify(execFile)(process.execPath, args)).stdout)
  }
  const here = async (first: number) => {
    let inserted = 0
    for (let start = 0; start < count; start += batch) {
      const some = times(batch, first + start * writers, writers)
      inserted += (
        await (first % 2 ? store : other).upsert(
          'busy',
          columns(some, () => first),
        )
      ).inserted
    }
    return inserted
  }
  const inserted = await Promise.all([child(0), child(1), ...times(writers - 2, 2).map(here)])
  t.same(inserted, new Array(writers).fill(count))
  t.same(
    await rows(store, 'busy'),
    times(writers * count).map((time) => [time, time % writers]),
  )
  t.equal((await store.get('busy'))!.count, writers * count)
  t.equal(counter((await store.get('busy'))!.revision), (writers * count) / batch, 'a revision for each change')
})

t.test('a reader never sees half a change', async (t) => {
  const all = times(3000)
  let written = 0
  const write = async () => {
    for (; written < 60; written++)
      await store.upsert(
        'whole',
        columns(all, () => written),
      )
  }
  await store.upsert(
    'whole',
    columns(all, () => 0),
  )
  const writing = write()
  const seen = new Set<number>()
  const torn: unknown[] = []
  while (written < 60) {
    const found = (await rows(other, 'whole'))!
    const values = new Set(found.map(([, value]) => value))
    if (values.size !== 1 || found.length !== all.length) torn.push({ count: found.length, values })
    seen.add(found[0]![1])
  }
  await writing
  t.same(torn, [])
  t.ok(seen.size > 3, `${seen.size} states were seen`)
})

t.test('a long read is of one revision, or starts again', async (t) => {
  const count = Math.ceil(1.3 * portionChunks) * fullChunk
  const middle = count / 2
  let mark = 1
  await store.upsert(
    'long',
    columns(times(count), () => 0),
  )
  for (const options of [
    {},
    { order: 'desc' as const },
    { limit: count - 10_000 },
    { order: 'desc' as const, limit: count - 10_000 },
  ]) {
    for (const changes of [0, 1, 2]) {
      const { revision: before } = (await store.get('long'))!
      let calls = 0
      const write = async () => {
        if (calls++ === 0 || calls > 1 + changes) return
        mark++
        await other.upsert(
          'long',
          columns([0, middle, count - 1], () => mark),
        )
      }
      const reading = (await delayed('readChunksBuffer', write).read('long', options))!
      const { timestamps, values } = concatPoints([...reading.runs()])
      const wanted = options.limit ?? count
      t.ok(timestamps.length >= wanted && timestamps.length < wanted + 2 * fullChunk, `${timestamps.length} points`)
      const inOrder = timestamps.toSorted()
      t.ok(
        inOrder.every((time, i) => i === 0 || time > inOrder[i - 1]!),
        'each once',
      )
      const marked = values.filter((_, i) => timestamps[i]! % middle === 0 || timestamps[i] === count - 1)
      t.equal(new Set(marked).size, 1, 'all of one state')
      t.equal(calls, 2 + Math.min(changes, 1), 'in portions; after a change in larger ones')
      t.equal(counter(reading.info.revision), counter(before) + changes)
    }
  }
  let calls = 0
  const remove = async () => {
    if (calls++ === 1) await other.remove('long')
  }
  t.equal(await delayed('readChunksBuffer', remove).read('long'), undefined)
})

t.test('a description is of one revision', async (t) => {
  await store.upsert(
    'told',
    columns([0], () => 1),
  )
  let done = false
  const writing = (async () => {
    for (let i = 1; i < 200; i++)
      await store.upsert(
        'told',
        columns([i], () => i + 1),
      )
    done = true
  })()
  const torn: unknown[] = []
  while (!done) {
    const told = (await other.describe('told'))!
    if (told.max !== told.count || counter(told.revision) !== told.count) torn.push(told)
  }
  await writing
  t.same(torn, [])
})
