import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { percentile } from './percentile.ts'

t.test('a percentile lies between the two nearest ranks', async (t) => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
  fc.assert(
    fc.property(fc.array(double, { minLength: 1, maxLength: 300 }), fc.integer({ min: 0, max: 100 }), (values, p) => {
      const sorted = values.toSorted((a, b) => a - b)
      const rank = ((values.length - 1) * p) / 100
      const [low, high] = [sorted[Math.floor(rank)]!, sorted[Math.ceil(rank)]!]
      const found = percentile(Float64Array.from([...values, -Infinity]), values.length, p)
      assert.ok(Math.abs(found - (low + (high - low) * (rank % 1))) <= 1e-9)
      assert.ok(found >= low - 1e-9 && found <= high + 1e-9)
    }),
    { numRuns: 1000 },
  )
  t.pass('for every example that was tried')
})

t.test('no order of values makes it wrong or slow', async (t) => {
  const count = 200_001
  const orders: Record<string, (i: number) => number> = {
    rising: (i) => i,
    falling: (i) => count - 1 - i,
    'all one': () => 5,
    'organ pipe': (i) => Math.min(i, count - 1 - i),
    'two values': (i) => i % 2,
  }
  for (const [name, at] of Object.entries(orders)) {
    const values = Float64Array.from({ length: count }, (_, i) => at(i))
    t.equal(percentile(values.slice(), count, 50), values.toSorted()[100_000], name)
  }
})

t.test('nothing has no percentile, one value has only itself', async (t) => {
  t.ok(Number.isNaN(percentile(new Float64Array(4), 0, 50)))
  t.equal(percentile(Float64Array.of(3), 1, 99), 3)
  t.equal(percentile(Float64Array.of(-1.7e308, 1.7e308), 2, 50), 0)
})
