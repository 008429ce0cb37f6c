import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { makeBuckets } from './calendar.ts'
import { parseEvery } from './every.ts'
import { type Fill, Filler, type FillOptions, parseFill } from './fill.ts'
import type { Rows } from './rows.ts'

const buckets = makeBuckets(parseEvery('10ms'))
type Line = [start: number, ...values: number[]]

function fill(parts: Line[][], options: Partial<FillOptions>): Line[] {
  const filler = new Filler({ buckets, fill: 'null', names: ['mean'], order: 'asc', ...options })
  const width = parts.flat()[0]?.length ?? 2
  const table = (lines: Line[]): Rows => ({
    timestamps: Float64Array.from(lines, ([start]) => start),
    columns: Array.from({ length: width - 1 }, (_, i) => Float64Array.from(lines, (line) => line[i + 1]!)),
  })
  const filled = [...parts.flatMap((lines) => [...filler.push(table(lines))]), ...filler.finish()]
  return filled.flatMap(({ timestamps, columns }) =>
    Array.from(timestamps, (start, i): Line => [start, ...columns.map((column) => column[i]!)]),
  )
}

const some: Line[] = [
  [10, 1],
  [40, 7],
]

t.test('each way of filling, within the bounds and between the rows', async (t) => {
  const within = { first: 0, last: 60 }
  const filled = (how: Exclude<Fill, 'none'>) => fill([some], { fill: how, ...within }).map(([, value]) => value)
  t.same(filled('null'), [NaN, 1, NaN, NaN, 7, NaN, NaN])
  t.same(filled('previous'), [NaN, 1, 1, 1, 7, 7, 7])
  t.same(filled('linear'), [NaN, 1, 3, 5, 7, NaN, NaN])
  t.same(filled(-2), [-2, 1, -2, -2, 7, -2, -2])
  t.same(fill([some], { fill: 0 }), [
    [10, 1],
    [20, 0],
    [30, 0],
    [40, 7],
  ])
  t.same(fill([], { fill: 0, ...within }).length, 7, 'a range without any point')
  t.same(fill([], { fill: 0, last: 60 }), [], 'an open range without any point')
})

t.test('the count of an empty bucket is 0, and its time-weighted mean what held', async (t) => {
  const options: Partial<FillOptions> = { names: ['count', 'twmean'], before: () => 5, first: 0, last: 30 }
  t.same(fill([[[10, 2, 1.5, 8]]], options), [
    [0, 0, 5],
    [10, 2, 1.5],
    [20, 0, 8],
    [30, 0, 8],
  ])
  t.same(fill([[[10, 2, 1.5, 8]]], { ...options, before: () => NaN })[0], [0, 0, NaN])
})

t.test('the opposite order gives the same rows in it, and parts make no difference', async (t) => {
  const bound = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })
  const kind = fc.constantFrom<Exclude<Fill, 'none'>>('null', 'previous', 'linear', 3)
  const starts = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(starts, kind, bound, bound, fc.nat(8), (starts, how, low, high, cut) => {
      starts.sort((a, b) => a - b)
      const lines = starts.map((start): Line => [start * 10, start * start])
      const first = low === undefined ? undefined : Math.min(low, starts[0]!) * 10
      const last = high === undefined ? undefined : Math.max(high, starts.at(-1)!) * 10
      const options = { fill: how, first, last }
      const forward = fill([lines.slice(0, cut), lines.slice(cut)], options)
      const back = lines.toReversed()
      assert.deepEqual(fill([back.slice(0, cut), back.slice(cut)], { ...options, order: 'desc' }).reverse(), forward)
      const end = last ?? lines.at(-1)![0]
      assert.equal(forward.length, (end - (first ?? lines[0]![0])) / 10 + 1)
    }),
  )
  t.pass('for every example that was tried')
})

t.test('rows before the first that is asked for are carried on, not given', async (t) => {
  t.same(fill([some], { fill: 'previous', first: 20, last: 40 }), [
    [20, 1],
    [30, 1],
    [40, 7],
  ])
})

t.test('a long gap is given in parts', async (t) => {
  const filler = new Filler({ buckets, fill: 0, names: ['mean'], order: 'asc', first: 0, last: 1e12 })
  const gap = filler.finish()
  for (let i = 0; i < 3; i++) t.equal(gap.next().value.timestamps.length, 1024)
})

t.test('fill is read', async (t) => {
  t.same(['none', 'null', 'previous', 'linear', '0', '-1.5', '1e3'].map(parseFill), [
    'none',
    'null',
    'previous',
    'linear',
    0,
    -1.5,
    1000,
  ])
  for (const wrong of ['', 'zero', 'NaN', 'Infinity', '1e999', '0x10'])
    t.throws(() => parseFill(wrong), RangeError, wrong)
})
