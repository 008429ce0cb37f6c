import fc from 'fast-check'
import t from 'tap'
import { distributionOf } from './distribution.ts'

const of = (values: number[], bins?: number, percentages: number[] = []) =>
  distributionOf(Float64Array.from(values), { percentages, bins, scratch: new Float64Array(values.length) })

t.test('counts of values', async (t) => {
  t.match(of([3, 0, -0, -1, 3, 3]), { distinct: 3, zeros: 2, negatives: 1 })
  t.match(of([7]), { distinct: 1, zeros: 0, negatives: 0, bins: [{ low: 7, high: 7, count: 1 }] })
})

t.test('quantiles lie between the two nearest ranks', async (t) => {
  t.same(of([4, 1, 3, 2], undefined, [0, 25, 50, 90, 100]).quantiles, [1, 1.75, 2.5, 3.7, 4])
  t.same(of([5], undefined, [0, 30, 100]).quantiles, [5, 5, 5])
  t.same(of([-1.7e308, 1.7e308], undefined, [50]).quantiles, [0], 'their distance is no double')
})

t.test('bars have round edges, and touch', async (t) => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10)
  const { bins } = of(values)
  t.equal(bins[0]!.low, -10)
  t.equal(bins.at(-1)!.high, 10)
  t.same(
    bins.slice(1).map(({ low }) => low),
    bins.slice(0, -1).map(({ high }) => high),
  )
  const whole = of(Array.from({ length: 500 }, (_, i) => i % 4)).bins
  t.same(
    whole.map(({ low, count }) => [low, count]),
    [
      [0, 125],
      [1, 125],
      [2, 250],
    ],
    'no narrower than the steps of the values; the last bar holds its upper edge',
  )
  t.equal(of([0.1, 0.2, 0.3, 0.4], 3).bins[0]!.low, 0.1, 'without the error of the product 3 × 0.1')
})

t.test('about as many bars as are asked for', async (t) => {
  const values = Array.from({ length: 1000 }, (_, i) => (i * i) % 997)
  for (const asked of [1, 5, 10, 50, 200]) {
    const found = of(values, asked).bins.length
    t.ok(found >= asked * 0.6 && found <= asked * 1.8 + 1, `${asked} asked for, ${found} made`)
  }
})

t.test('every value is in the one bar that holds it, whatever the values', async (t) => {
  const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -5, max: 5 }))
  const bins = fc.option(fc.integer({ min: 1, max: 200 }), { nil: undefined })
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), bins, (values, asked) => {
      const found = of(values, asked).bins
      if (found.length > 500) throw new Error(`${found.length} bars`)
      for (const [i, { low, high, count }] of found.entries()) {
        const isLast = i === found.length - 1
        if (!Number.isFinite(low) || !Number.isFinite(high)) throw new Error(`from ${low} to ${high}`)
        const inside = values.filter((value) => value >= low && (value < high || (isLast && value <= high))).length
        if (inside !== count) throw new Error(`${count} from ${low} to ${high}, there are ${inside}`)
      }
      if (found.reduce((sum, { count }) => sum + count, 0) !== values.length) throw new Error('values are lost')
    }),
    { numRuns: 2000 },
  )
  t.pass('doubles of all sizes')
})
