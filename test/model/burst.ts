import assert from 'node:assert/strict'
import { applyTo, type Change, type Counts, counterOf, hasChanged, type Model, type Rows, within } from './model.ts'
import { countsOf, type Form, type Read, type Series } from './series.ts'

export interface Burst {
  writes: { change: Change; form: Form }[]
  /** Changes of the metadata, which raise the revision and leave the points alone. */
  units: string[]
  reads: Read[]
}

/**
 * Does it all at once, and looks for an order that explains every answer: that of the revisions. Each change must have
 * done to the state of the revision before it what its answer says, and each read must be of the state of its revision.
 */
export async function burst(model: Model, series: Series, { writes, units, reads }: Burst): Promise<void> {
  const writing = Promise.all(
    writes.map(async ({ change, form }) => {
      const answer = await series.write(model, change, form)
      assert.equal(answer.status, 200, answer.text)
      return { change, counts: countsOf(answer), at: counterOf(answer.body.revision) }
    }),
  )
  const describing = Promise.all(
    units.map(async (unit) => assert.equal((await series.ask('PUT', '', { json: { unit } })).status, 200)),
  )
  const reading = Promise.all(
    reads.map(async (read) => ({ read, ...(await series.read(model, { ...read, limit: undefined })) })),
  )
  const [written, , seen] = await Promise.all([writing, describing, reading])
  const { body } = await series.ask('GET', '')
  const end = counterOf(body.revision)

  const states = new Map<number, Rows>([[model.counter, new Map(model.rows)]])
  const changes = written.filter(({ counts }) => hasChanged(counts))
  let undescribed = units.length
  for (let at = model.counter + 1; at <= end; at++) {
    const rows: Rows = new Map(states.get(at - 1))
    const here = changes.filter((change) => change.at === at)
    assert.ok(here.length <= 1, `the revision ${at} was given to ${here.length} changes`)
    if (here[0]) same(applyTo(rows, here[0].change, model.keptHours), here[0].counts, at)
    else assert.ok(undescribed-- > 0, `nobody made the revision ${at}`)
    states.set(at, rows)
  }
  assert.ok(
    changes.every(({ at }) => at > model.counter && at <= end),
    'each change has a revision of its own',
  )
  for (const { change, counts, at } of written.filter(({ counts }) => !hasChanged(counts))) {
    const rows = states.get(at)
    assert.ok(rows, `the revision ${at} was never there`)
    same(applyTo(new Map(rows), change, model.keptHours), counts, at)
  }
  for (const { read, rows, revisions } of seen) {
    const state = states.get(counterOf(revisions[0]!))
    assert.ok(state, `the revision ${revisions[0]} was never there`)
    const expected = within(state, read.from, read.to)
    assert.deepEqual(rows, read.order === 'asc' ? expected : expected.reverse(), `read at ${revisions[0]}`)
  }
  model.rows = states.get(end)!
  model.unit = body.unit
  model.revision = body.revision
}

function same(expected: Counts, told: Counts, at: number): void {
  assert.deepEqual(told, expected, `what the change of the revision ${at} did`)
}
