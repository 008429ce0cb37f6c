import fc from 'fast-check'
import t, { type Test } from 'tap'
import { momentsOf } from './moments.ts'
import { twoSided } from './student.ts'

const of = (...values: number[]) => momentsOf(Float64Array.from(values))

const isNear = (t: Test, found: number, wanted: number) =>
  t.ok(Math.abs(found - wanted) <= 1e-12 * Math.abs(wanted), `${found} is ${wanted}`)

t.test('of few values only what they can tell', async (t) => {
  t.match(of(3), {
    count: 1,
    low: 0,
    high: 0,
    sum: 3,
    mean: 3,
    variance: NaN,
    stddev: NaN,
    skewness: NaN,
    kurtosis: NaN,
  })
  t.match(of(1, 3), { mean: 2, variance: 2, stddev: Math.SQRT2, skewness: NaN, kurtosis: NaN, autocorrelation: NaN })
  t.match(of(1, 2, 3), { variance: 1, skewness: 0, kurtosis: NaN })
  isNear(t, of(1, 2, 3).autocorrelation, 1)
  isNear(t, of(1, 1, 1, 3).skewness, 2)
  isNear(t, of(1, 1, 1, 3).kurtosis, 4)
})

t.test('of equal values there is no shape, and no rounding', async (t) => {
  for (const value of [0, 0.1, -1e308, 5e-324, 1e15 + 0.3]) {
    const found = of(...Array.from({ length: 1001 }, () => value))
    t.match(found, { mean: value, variance: 0, stddev: 0, skewness: NaN, kurtosis: NaN, autocorrelation: NaN })
  }
})

t.test('of equal extremes the earliest counts', async (t) => {
  t.match(of(2, 1, 3, 1, 3), { low: 1, high: 2 })
})

t.test('the largest and the smallest doubles have figures as far as these are doubles', async (t) => {
  const largest = of(1e308, -1e308, 1e308, 1e308)
  t.match(largest, { sum: Infinity, mean: 5e307, variance: Infinity })
  const smallest = of(1e-308, -1e-308, 1e-308, 1e-308)
  t.match(smallest, { mean: 5e-309, variance: 0 })
  for (const [found, stddev] of [
    [largest, 1e308],
    [smallest, 1e-308],
  ] as const) {
    isNear(t, found.skewness, -2)
    isNear(t, found.kurtosis, 4)
    isNear(t, found.stddev, stddev)
  }
})

t.test('values that were moved and stretched have the same shape', async (t) => {
  const value = fc.integer({ min: -1000, max: 1000 })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 5, maxLength: 300 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
      (values, by) => {
        const [plain, moved] = [of(...values), of(...values.map((value) => value + by))]
        const near = (a: number, b: number) => Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a))
        for (const name of ['stddev', 'skewness', 'kurtosis', 'autocorrelation'] as const)
          if (!near(plain[name], moved[name])) throw new Error(`${name}: ${plain[name]}, moved ${moved[name]}`)
        if (!near(plain.mean + by, moved.mean)) throw new Error('mean')
      },
    ),
  )
  t.pass('300 values at most, moved by up to 2^40')
})

t.test('a correlation with nothing to correlate is none', async (t) => {
  t.same(of(5, 0.1, 0.1, 0.1, 0.1).autocorrelation, NaN, 'all but the first are equal')
  t.same(of(0.1, 0.1, 0.1, 0.3).autocorrelation, NaN, 'all but the last')
})

t.test("two-sided probabilities of Student's t are those of SciPy: 2 * t.sf(t, df) of 1.17.1", async (t) => {
  for (const [value, df, wanted] of [
    [2, 1, 0.2951672353008665],
    [0.1, 1, 0.936548965138893],
    [2.5, 30, 0.01811564906806669],
    [40, 30, 1.3726045194406417e-27],
    [2, 59, 0.05011041298824439],
    [2, 60, 0.05003304365145747],
    [2, 61, 0.049958227166660485],
    [2, 62, 0.04988583928764273],
    [30, 1000, 1.5374687444043095e-141],
    [1.5, 9999998, 0.1336144341076359],
    [37, 9999998, 1.2001212435243005e-299],
    [0.001, 5, 0.9992407867721976],
  ] as const) {
    for (const sign of [1, -1]) {
      const found = twoSided(sign * value, df)
      t.ok(Math.abs(found - wanted) <= 1e-11 * wanted, `${value}, ${df}: ${found}, SciPy ${wanted}`)
    }
  }
  t.equal(twoSided(0, 7), 1)
  t.equal(twoSided(Infinity, 7), 0)
  t.same(twoSided(NaN, 7), NaN)
})
