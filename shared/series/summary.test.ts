import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { changeSummary, formatSummary, parseSummary, summarize } from './summary.ts'

const points = (times: number[], values: number[]) => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})

t.test('a summary says what is in a chunk, and comes back from its text to the last bit', async (t) => {
  t.match(summarize(points([-5, 0, 7], [2, -1.5, 0.1])), {
    ...{ count: 3, first: -5, last: 7, min: -1.5, max: 2, firstValue: 2, lastValue: 0.1 },
  })
  const value = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), (values) => {
      const summary = summarize(
        points(
          values.map((_, i) => i),
          values,
        ),
      )
      const back = parseSummary(formatSummary(summary))
      for (const [name, figure] of Object.entries(summary))
        assert.ok(Object.is(back[name as keyof typeof back], figure))
      assert.ok(summary.min === Math.min(...values) && summary.max === Math.max(...values))
      assert.deepEqual([summary.firstValue, summary.lastValue], [values[0], values.at(-1)])
    }),
  )
  t.pass('for every example that was tried')
})

t.test('of a summary of earlier versions the rounded sum does not count', async (t) => {
  const known = { count: 3, first: -5, last: 7, min: -1.5, max: 2 }
  const unknown = { sum: NaN, lost: NaN, firstValue: NaN, lastValue: NaN }
  t.same(parseSummary('3 -5 7 -1.5 2 0.6'), { ...known, ...unknown })
})

t.test('a summary of what was changed is that of the points as they are', async (t) => {
  // Few values, so that extremes go and come back, and both zeroes; and sums that two doubles do not hold.
  const value = fc.oneof(
    { arbitrary: fc.constantFrom(0, -0), weight: 4 },
    fc.constantFrom(0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, 1e20),
    fc.integer({ min: -9, max: 9 }),
  )
  const change = fc.record({ at: fc.nat(40), is: fc.oneof(value, value, fc.constant(NaN)) })
  let told = 0
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 40 }),
      fc.array(change, { maxLength: 5 }),
      (values, changes) => {
        const model = new Map(values.map((value, i) => [2 * i, value]))
        const before = summarize(points([...model.keys()], values))
        const all = new Map(changes.map(({ at, is }) => [at, is]))
        const were = Float64Array.from(all.keys(), (time) => model.get(time) ?? NaN)
        for (const [time, is] of all) {
          if (Number.isNaN(is)) model.delete(time)
          else model.set(time, is)
        }
        if (model.size === 0) return
        const sorted = [...model].sort(([a], [b]) => a - b)
        const now = points(
          sorted.map(([time]) => time),
          sorted.map(([, value]) => value),
        )
        const summary = changeSummary(before, now, were, Float64Array.from(all.values()))
        const whole = summarize(now)
        // What the text of one says; but a sum of which the points one by one keep too little to tell.
        assert.ok(!Number.isNaN(summary.sum) || Number.isNaN(whole.sum))
        if (!Number.isNaN(summary.sum) && !Number.isNaN(whole.sum)) told++
        else whole.sum = whole.lost = summary.sum = summary.lost = NaN
        assert.equal(formatSummary(summary), formatSummary(whole))
      },
    ),
    { numRuns: 5000 },
  )
  t.ok(told > 1000, `${told} sums were compared`)
})
