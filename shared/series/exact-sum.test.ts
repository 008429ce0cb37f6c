import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ExactSum } from './exact-sum.ts'
import { extremesOf } from './extremes.ts'

function sumOf(values: number[]): ExactSum {
  const sum = new ExactSum()
  sum.add(Float64Array.from(values))
  return sum
}

/** A double as a whole number of 2⁻¹⁰⁷⁴, by doubling it. */
function exactly(value: number): bigint {
  let [whole, left] = [value, 1074n]
  for (; !Number.isInteger(whole); left--) whole *= 2
  return BigInt(whole) << left
}

/** The doubles on either side of a finite one. */
function neighbours(value: number): number[] {
  const bits = new BigInt64Array(Float64Array.of(value).buffer)
  const steps = value === 0 ? [5e-324, -5e-324] : [1n, -1n].map((step) => stepped(bits[0]! + step))
  return steps.filter((near) => Number.isFinite(near))
}
const stepped = (bits: bigint) => new Float64Array(BigInt64Array.of(bits).buffer)[0]!

const size = (value: bigint) => (value < 0n ? -value : value)

const decimals = fc.integer({ min: -1e9, max: 1e9 }).map((n) => n / 100)
const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e307, max: 1e307 })
const spread = fc.tuple(decimals, fc.integer({ min: -300, max: 290 })).map(([n, power]) => n * 10 ** power)
/** Few are added one by one, more of them in two sums. */
const values = fc.oneof(
  ...[decimals, anyDouble, spread].flatMap((value) => [
    fc.array(value, { maxLength: 40 }),
    fc.array(value, { minLength: 64, maxLength: 150 }),
  ]),
)
/** Values that mostly cancel out: what is left are their last digits. */
const cancelling = values.chain((some) => fc.shuffledSubarray([...some, ...some.map((v) => -v), 1e-9, 3e-300]))

t.test('the sum is the double next to the exact one', async (t) => {
  fc.assert(
    fc.property(fc.oneof(values, cancelling), (values) => {
      const exact = values.reduce((sum, value) => sum + exactly(value), 0n)
      const total = sumOf(values).total()
      assert.ok(Number.isFinite(total) && !Object.is(total, -0))
      const miss = size(exactly(total) - exact)
      for (const near of neighbours(total)) assert.ok(miss <= size(exactly(near) - exact), `${near}, not ${total}`)
    }),
    { numRuns: 1000 },
  )
  t.pass('for every example that was tried')
})

t.test('it is the same in every order and grouping', async (t) => {
  fc.assert(
    fc.property(fc.oneof(values, cancelling), fc.nat(80), fc.nat(80), (values, a, b) => {
      const total = sumOf(values).total()
      assert.ok(Object.is(sumOf(values.toReversed()).total(), total))
      const many = sumOf(Array(64).fill(values).flat())
      assert.ok(Object.is(many.total(), total * 64))
      const cuts = [0, a % (values.length + 1), b % (values.length + 1), values.length].sort((x, y) => x - y)
      const whole = new ExactSum()
      for (const [i, end] of cuts.slice(1).entries()) {
        const part = values.slice(cuts[i]!, end)
        const [sum, lost] = sumOf(part).parts()
        if (Number.isNaN(sum)) whole.add(Float64Array.from(part))
        else whole.addParts(sum, lost)
      }
      assert.ok(Object.is(whole.total(), total))
    }),
    { numRuns: 1000 },
  )
  t.pass('for every example that was tried')
})

t.test('adding gives the extremes, and where the first of each is', async (t) => {
  const some = fc.oneof(values, fc.array(fc.constantFrom(0, -0, 1, -1), { maxLength: 150 }))
  fc.assert(
    fc.property(some, some, fc.constantFrom(1, 90), (before, values, times) => {
      const all = Float64Array.from(Array.from({ length: times }, () => values).flat())
      // What was added before makes no difference, nor what lies on either side.
      sumOf(before)
      const [from, to] = [all.length >> 3, all.length - (all.length >> 4)]
      assert.deepEqual(new ExactSum().add(all, from, to), extremesOf(all, from, to))
    }),
    { numRuns: 1000 },
  )
  t.pass('for every example that was tried')
})

t.test(
  'what was added before makes no sum wrong, nor do the extremes of a part of the values count for all',
  async (t) => {
    const apart = (...ends: number[]) => [...Array(64).fill(0), ...ends]
    for (const sign of [1, -1]) {
      sumOf(Array(64).fill(1))
      t.same(sumOf([1, ...apart(sign * 2 ** 60)]).parts(), [sign * 2 ** 60, 1])
      // As large as what the bound of the ones before leaves room for.
      sumOf(Array(64).fill(1.99))
      const large = sign * (3.96875 + 2 ** -46)
      t.equal(sumOf(Array(64).fill(large)).total(), 64 * large)
      // Digits so far below the first value that their sum would be rounded.
      const fine = sign * (2 ** -46 + 2 ** -98)
      sumOf(Array(64).fill(1))
      t.equal(sumOf([1, ...Array(63).fill(fine), -1]).total(), 63 * fine)
    }
    const all = Float64Array.from([...Array(8192).fill(0), -1, 2, -1, 2])
    t.same(new ExactSum().add(all), { min: -1, max: 2, minAt: 8192, maxAt: 8193 })
    t.same(new ExactSum().add(all, 4, 4), { min: Infinity, max: -Infinity, minAt: -1, maxAt: -1 })
  },
)

t.test('what adding one by one loses is there', async (t) => {
  t.equal(sumOf(Array(10).fill(0.1)).total(), 1)
  t.equal(sumOf([1e100, 1, -1e100]).total(), 1)
  t.equal(sumOf([1e308, 1e308, -1e308, -1e308, 5e-324]).total(), 5e-324)
  t.equal(sumOf([1, 2 ** -53, 2 ** -106, 2 ** -200]).total(), 1 + 2 ** -52, 'beyond the middle between two doubles')
  t.equal(sumOf([1, 2 ** -53]).total(), 1, 'in the middle the even one')
  t.equal(sumOf([1.7e308, 1.7e308]).total(), Infinity)
  t.equal(sumOf([]).total(), 0)
})

t.test('two doubles hold the sum of what is measured', async (t) => {
  t.same(
    sumOf(Array.from({ length: 1024 }, (_, i) => 20 + Math.sin(i) * 7))
      .parts()
      .map(Number.isNaN),
    [false, false],
  )
  t.same(sumOf([1e300, 1, 1e-300]).parts(), [NaN, NaN])
  const sum = sumOf([1e300, 1, 1e-300])
  sum.clear()
  t.same(sum.parts(), [0, 0])
})
