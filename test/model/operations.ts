import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Burst, burst } from './burst.ts'
import { type Change, hasChanged, type Model, within } from './model.ts'
import { countsOf, type Form, type Read, type Series } from './series.ts'

export interface Operation extends fc.AsyncCommand<Model, Series> {
  /** A burst does several at once. */
  parts: number
}

const places = { min: -3000, max: 3000 }
const place = fc.integer(places)
const value = fc.integer({ min: 0, max: 3 })
const form = fc.constantFrom<Form>('list', 'columns', 'csv')
const few = fc.array(fc.tuple(place, value), { minLength: 1, maxLength: 6 })
const many = fc
  .record({ first: place, step: fc.integer({ min: 1, max: 4 }), count: fc.integer({ min: 1, max: 1500 }), value })
  .map(({ first, step, count, value }) =>
    Array.from({ length: count }, (_, i): [number, number] => [first + i * step, (i + value) % 3]),
  )
const rows = fc.oneof({ weight: 5, arbitrary: few }, { weight: 1, arbitrary: many })
const range = fc
  .oneof(
    fc.tuple(place, place),
    fc.tuple(place, fc.integer({ min: 0, max: 40 })).map(([from, length]) => [from, from + length]),
  )
  .map(([a, b]) => ({ from: Math.min(a!, b!), to: Math.max(a!, b!) }))
const everything = fc.constant({ from: -Infinity, to: Infinity })
const cleared = fc.oneof({ weight: 9, arbitrary: range }, { weight: 1, arbitrary: everything })

const upsert = rows.map((rows): Change => ({ rows }))
const remove = cleared.map((cleared): Change => ({ cleared, rows: [] }))
const replace = fc
  .tuple(range, fc.array(fc.tuple(fc.nat(5999), value), { minLength: 1, maxLength: 8 }))
  .map(([{ from, to }, inside]): Change => {
    const cleared = { from, to: to + 1 }
    return { cleared, rows: inside.map(([n, value]) => [from + (n % (cleared.to - from)), value]) }
  })
const change = fc.oneof(
  { weight: 4, arbitrary: upsert },
  { weight: 2, arbitrary: remove },
  { weight: 3, arbitrary: replace },
)
const read = fc
  .record({
    range,
    open: fc.tuple(fc.nat(4), fc.nat(4)),
    order: fc.constantFrom<Read['order']>('asc', 'desc'),
    limit: fc.option(fc.integer({ min: 500, max: 3000 }), { nil: undefined }),
  })
  .map(
    ({ range, open, ...rest }): Read => ({
      ...rest,
      from: open[0] === 0 ? undefined : range.from,
      to: open[1] === 0 ? undefined : range.to,
    }),
  )

/** An operation that tells of itself as it can be read in a report. */
function operation<T>(
  name: string,
  arguments_: fc.Arbitrary<T>,
  run: (model: Model, series: Series, given: T) => Promise<void>,
  parts: (given: T) => number = () => 1,
): fc.Arbitrary<Operation> {
  return arguments_.map((given) => ({
    parts: parts(given),
    check: () => true,
    run: (model, series) => run(model, series, given),
    toString: () => `${name}(${JSON.stringify(given)})`,
  }))
}

/** Writes, and looks whether the answer is what the model says. */
async function write(model: Model, series: Series, change: Change, form: Form, headers = {}): Promise<void> {
  const answer = await series.write(model, change, form, headers)
  if (!model.exists && change.rows.length === 0) {
    assert.equal(answer.status, 404)
    return
  }
  assert.equal(answer.status, 200, answer.text)
  const isNew = !model.exists
  const counts = model.apply(change)
  assert.deepEqual(countsOf(answer), counts)
  model.step(answer.body.revision, isNew, hasChanged(counts) ? 1 : 0)
}

async function describe(model: Model, series: Series, json: object, apply: () => void): Promise<void> {
  const { status, body } = await series.ask('PUT', '', { json })
  assert.equal(status, model.exists ? 200 : 201)
  apply()
  if (model.exists) assert.equal(body.revision.split('.')[0], model.revision.split('.')[0])
  else model.step(body.revision, true, 0)
  model.exists = true
  model.revision = body.revision
  assert.equal(body.count, model.rows.size)
}

async function readRange(model: Model, series: Series, read: Read): Promise<void> {
  if (!model.exists) return assert.equal((await series.ask('GET', '/points')).status, 404)
  const found = await series.read(model, read)
  const expected = within(model.rows, read.from, read.to)
  assert.deepEqual(found.rows, read.order === 'asc' ? expected : expected.reverse())
  assert.ok(found.revisions.every((revision) => revision === model.revision))
}

async function readInfo(model: Model, series: Series): Promise<void> {
  const { status, body } = await series.ask('GET', '?timestamps=epoch_ms')
  if (!model.exists) return assert.equal(status, 404)
  const all = within(model.rows)
  const values = all.map(([, value]) => value)
  const ends = all.length > 0 ? { first: model.timeOf(all[0]![0]), last: model.timeOf(all.at(-1)![0]) } : {}
  const extremes = all.length > 0 ? { min: Math.min(...values), max: Math.max(...values) } : {}
  const { first, last, min, max, count, revision, unit } = body
  assert.deepEqual(
    JSON.parse(JSON.stringify({ first, last, min, max, count, revision, unit })),
    JSON.parse(JSON.stringify({ ...ends, ...extremes, count: all.length, revision: model.revision, unit: model.unit })),
  )
}

async function readOne(model: Model, series: Series, at: number): Promise<void> {
  const { status, body } = await series.ask('GET', `/points/${model.timeOf(at)}?timestamps=epoch_ms`)
  const expected = model.rows.get(at)
  if (expected === undefined) return assert.equal(status, 404)
  assert.deepEqual(body, { timestamp: model.timeOf(at), value: expected })
}

async function readLatest(model: Model, series: Series): Promise<void> {
  const { status, body } = await series.ask('GET', '/latest?timestamps=epoch_ms')
  const last = within(model.rows).at(-1)
  if (!last) return assert.equal(status, 404)
  assert.deepEqual(body, { timestamp: model.timeOf(last[0]), value: last[1] })
}

async function removeOne(model: Model, series: Series, at: number): Promise<void> {
  const { status, body } = await series.ask('DELETE', `/points/${model.timeOf(at)}?unit=ms`)
  if (!model.rows.delete(at)) return assert.equal(status, 404)
  assert.equal(body.deleted, 1)
  model.step(body.revision, false, 1)
}

async function importRows(model: Model, series: Series, rows: Change['rows']): Promise<void> {
  const answer = await series.importRows(model, rows)
  assert.equal(answer.status, 200, answer.text)
  const isNew = !model.exists
  const counts = model.apply({ rows })
  assert.deepEqual(countsOf(answer), counts)
  model.step((await series.ask('GET', '')).body.revision, isNew, hasChanged(counts) ? 1 : 0)
}

async function readBuckets(model: Model, series: Series, hours: number, { from, to }: Read): Promise<void> {
  if (!model.exists) return
  const bounds = { from, to }
  const range = Object.entries(bounds).flatMap(([name, at]) => (at === undefined ? [] : `&${name}=${model.timeOf(at)}`))
  const query = `every=${hours}h&aggregate=count,sum,min,max,first,last&timestamps=epoch_ms${range.join('')}`
  const { status, body, headers } = await series.ask('GET', `/points?${query}`)
  assert.equal(status, 200)
  assert.equal(headers.get('etag')!.slice(1).split(';')[0], model.revision)
  const width = hours * 3_600_000
  const buckets = Map.groupBy(within(model.rows, from, to), ([at]) => Math.floor(model.timeOf(at) / width) * width)
  const expected = [...buckets].map(([timestamp, points]) => {
    const values = points.map(([, value]) => value)
    return {
      timestamp,
      count: values.length,
      sum: values.reduce((sum, value) => sum + value, 0),
      min: Math.min(...values),
      max: Math.max(...values),
      first: values[0],
      last: values.at(-1),
    }
  })
  assert.deepEqual(body.points, expected)
}

async function writeIfMatch(model: Model, series: Series, change: Change, isStale: boolean): Promise<void> {
  if (!model.exists || isStale) {
    const headers = { 'if-match': model.exists ? `"${model.revision}0"` : '*' }
    assert.equal((await series.write(model, change, 'csv', headers)).status, 412)
  } else await write(model, series, change, 'csv', { 'if-match': `"${model.revision}"` })
}

async function drop(model: Model, series: Series): Promise<void> {
  assert.equal((await series.ask('DELETE', '')).status, model.exists ? 204 : 404)
  model.forget()
}

async function retain(model: Model, series: Series, hours: number | null): Promise<void> {
  await describe(model, series, { retention: hours === null ? null : `${hours * 60 + 30}m` }, () => {
    model.keptHours = hours ?? undefined
    for (const place of model.rows.keys()) if (hours !== null && place < -hours) model.rows.delete(place)
  })
}

async function allAtOnce(model: Model, series: Series, given: Burst): Promise<void> {
  if (!model.exists) await write(model, series, { rows: [[0, 0]] }, 'list')
  await burst(model, series, given)
}

/** Every operation on a series, each with what it is given. */
export const operations: fc.Arbitrary<Operation>[] = [
  ...[0, 1, 2].map(() =>
    operation('write', fc.tuple(change, form), (model, series, [change, form]) => write(model, series, change, form)),
  ),
  ...[0, 1].map(() => operation('read', read, readRange)),
  operation('importRows', rows, importRows),
  operation('readBuckets', fc.tuple(fc.integer({ min: 1, max: 400 }), read), (model, series, [hours, read]) =>
    readBuckets(model, series, hours, read),
  ),
  operation('readInfo', fc.constant(null), readInfo),
  operation('readOne', place, readOne),
  operation('readLatest', fc.constant(null), readLatest),
  operation('removeOne', place, removeOne),
  operation('writeIfMatch', fc.tuple(change, fc.boolean()), (model, series, [change, isStale]) =>
    writeIfMatch(model, series, change, isStale),
  ),
  operation('unit', fc.constantFrom('m', 'K'), (model, series, unit) =>
    describe(model, series, { unit }, () => {
      model.unit = unit
    }),
  ),
  operation('retain', fc.option(fc.integer({ min: 0, max: 3000 })), retain),
  operation(
    'burst',
    fc.record<Burst>({
      writes: fc.array(fc.record({ change, form }), { minLength: 2, maxLength: 5 }),
      units: fc.array(fc.constantFrom('m', 'K'), { maxLength: 2 }),
      reads: fc.array(read, { minLength: 1, maxLength: 4 }),
    }),
    allAtOnce,
    ({ writes, units, reads }) => writes.length + units.length + reads.length,
  ),
  // Rarely, so that series grow.
  operation('drop', fc.nat(5), (model, series, n) => (n === 0 ? drop : readInfo)(model, series)),
]
