import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { formatSummary, parseSummary, summarize } from './summary.ts'

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
