import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { readPlainNumber, scanNumber } from './read-numbers.ts'
import { longestNumber, NumberWriter } from './write-numbers.ts'

const bytes = Buffer.alloc(500)
const list = new Float64Array(1)

/** A number as it is written behind another of the same list: what was written before must not show. */
function written(writer: NumberWriter, value: number): string {
  list[0] = value
  const end = writer.write(bytes, 7, list, 0)
  assert.ok(end - 7 <= longestNumber)
  return bytes.toString('latin1', 7, end)
}

const printed = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

const double = fc.double({ noNaN: true, noDefaultInfinity: true })
const decimal = fc
  .tuple(fc.maxSafeNat(), fc.nat(16), fc.nat(22), fc.boolean())
  .map(([digits, kept, places, negative]) => {
    const size = Number(`${String(digits).slice(0, kept) || 0}e-${places}`)
    return negative ? -size : size
  })

t.test('numbers are written as String writes them', async (t) => {
  const odd = [
    ...[0, -0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e308, 1e21, 1e20, 123456789012345680000],
    ...[0.1 + 0.2, 1e-6, 9.999999e-7, 1e-7, 0.000001234567, 999999999999999, 1e15, 2 ** 53 - 1, 2 ** 53],
    ...[999999999999999.9, 99999999999999.95, 1e9, 1e9 - 1, 1234567890.5, 0.999999999999999, 20.1, 20, 20.15],
  ]
  const writer = new NumberWriter()
  for (const value of odd.flatMap((value) => [value, -value])) t.equal(written(writer, value), printed(value))
  fc.assert(
    fc.property(fc.array(fc.oneof(double, decimal, fc.maxSafeInteger()), { maxLength: 20 }), (values) => {
      const writer = new NumberWriter()
      for (const value of values) assert.equal(written(writer, value), printed(value))
    }),
    { numRuns: 2000 },
  )
  t.pass('and every example that was tried')
})

const grammar = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/

t.test('numbers are read to the last bit, and up to where they end', async (t) => {
  const read = (text: string) => {
    const whole = Buffer.from(`;${text}`)
    const end = scanNumber(whole, 1, whole.length, grammar, list, 0)
    return [list[0], whole.toString('latin1', end)] as const
  }
  fc.assert(
    fc.property(fc.oneof(double, decimal), fc.constantFrom(',', '}', '\n', ''), (value, rest) => {
      assert.deepEqual(read(printed(value) + rest), [value, rest])
    }),
    { numRuns: 2000 },
  )
  for (const text of ['', '-', '.', '1e', '1e999', 'NaN', '+1e5', '--1']) t.ok(Number.isNaN(read(text)[0]), text)
  t.same(read('0.30000000000000004x'), [0.1 + 0.2, 'x'])
  t.same(read('1.5.1'), [1.5, '.1'])
  t.same(read(`${'0'.repeat(300)}7 `), [7, ' '])
})

t.test('a plain number keeps its sign, also of zero', async (t) => {
  const of = (text: string) => {
    readPlainNumber(Buffer.from(text), 0, text.length, 46, list, 0)
    return list[0]!
  }
  t.ok(Object.is(of('-0.0'), -0))
  t.ok(Object.is(of('0'), 0))
  t.equal(of('-12.50'), -12.5)
  t.ok(Number.isNaN(of('12,5')))
})
