import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { parseAggregates } from './aggregate.ts'
import { BucketAggregator } from './buckets.ts'
import { makeBuckets } from './calendar.ts'
import { parseEvery } from './every.ts'
import type { Points, Range } from './points.ts'
import { concatRows } from './rows.ts'

type Row = [time: number, value: number]

const names = 'count,sum,mean,min,max,range,first,last,median,p10,stddev,variance,twmean,rate,delta'
const aggregates = parseAggregates(names)
const points = (rows: Row[]): Points => ({
  timestamps: Float64Array.from(rows, ([time]) => time),
  values: Float64Array.from(rows, ([, value]) => value),
})

/** The rows cut into runs at the given places, which may be anywhere. */
function runsOf(rows: Row[], cuts: number[]): Points[] {
  const bounds = [0, ...cuts.map((cut) => cut % (rows.length + 1)).sort((a, b) => a - b), rows.length]
  return bounds.slice(1).map((end, i) => points(rows.slice(bounds[i]!, end)))
}

function aggregate(runs: Points[], width: number, range: Range, order: 'asc' | 'desc') {
  const buckets = makeBuckets({ count: width, unit: 'ms', lengthMs: width })
  const aggregator = new BucketAggregator({ buckets, aggregates, range, order })
  const parts = (order === 'asc' ? runs : runs.toReversed()).map((run) => aggregator.push(run))
  const { timestamps, columns } = concatRows([...parts, aggregator.finish()], aggregates.length)
  return Array.from(timestamps, (time, i) => [time, ...columns.map((column) => column[i]!)])
}

/** Each figure by its definition, from all values of the bucket at once. */
function definition(all: Row[], width: number, { from = -Infinity, to = Infinity }: Range): number[][] {
  const inside = all.filter(([time]) => time >= from && time < to)
  const starts = [...new Set(inside.map(([time]) => Math.floor(time / width) * width))]
  return starts.map((start) => {
    const rows = inside.filter(([time]) => Math.floor(time / width) * width === start)
    const values = rows.map(([, value]) => value)
    const sorted = values.toSorted((a, b) => a - b)
    const [count, sum] = [values.length, values.reduce((a, b) => a + b, 0)]
    const mean = sum / count
    const variance = count < 2 ? NaN : values.reduce((a, v) => a + (v - mean) ** 2, 0) / (count - 1)
    const quantile = (q: number) => {
      const rank = (count - 1) * q
      return sorted[Math.floor(rank)]! + (sorted[Math.ceil(rank)]! - sorted[Math.floor(rank)]!) * (rank % 1)
    }
    // Millisecond by millisecond: the last value that was there by then.
    let [held, time] = [0, 0]
    for (let ms = Math.max(start, from); ms < Math.min(start + width, to); ms++) {
      const known = all.findLast(([at]) => at <= ms)
      if (known) [held, time] = [held + known[1], time + 1]
    }
    const [[t0, first], [t1, last]] = [rows[0]!, rows.at(-1)!]
    const delta = last - first
    const rate = count < 2 ? NaN : delta / ((t1 - t0) / 1000)
    const extremes = [sorted[0]!, sorted.at(-1)!, sorted.at(-1)! - sorted[0]!]
    const middle = [quantile(0.5), quantile(0.1), Math.sqrt(variance), variance]
    return [start, count, sum, mean, ...extremes, first, last, ...middle, held / time, rate, delta]
  })
}

const someRows = fc
  .uniqueArray(fc.integer({ min: -150, max: 150 }), { maxLength: 60 })
  .chain((times) =>
    fc
      .array(fc.integer({ min: -99, max: 99 }), { minLength: times.length, maxLength: times.length })
      .map((values) => times.sort((a, b) => a - b).map((time, i): Row => [time, values[i]!])),
  )
const bound = fc.option(fc.integer({ min: -160, max: 160 }), { nil: undefined })
const cuts = fc.array(fc.nat(60), { maxLength: 5 })

t.test('every figure is what its definition says, however the points come', async (t) => {
  fc.assert(
    fc.property(someRows, fc.integer({ min: 1, max: 120 }), bound, bound, cuts, (rows, width, from, to, cuts) => {
      const expected = definition(rows, width, { from, to })
      for (const order of ['asc', 'desc'] as const) {
        const found = aggregate(runsOf(rows, cuts), width, { from, to }, order)
        if (order === 'desc') found.reverse()
        assert.equal(found.length, expected.length)
        for (const [i, row] of found.entries()) {
          for (const [column, value] of row.entries()) {
            const wanted = expected[i]![column]!
            const equal = Number.isNaN(wanted) ? Number.isNaN(value) : Math.abs(value - wanted) < 1e-9
            assert.ok(equal, `${['timestamp', ...names.split(',')][column]}, ${order}: ${value}, not ${wanted}`)
          }
        }
      }
    }),
    { numRuns: 400 },
  )
  t.pass('for every example that was tried')
})

t.test('sums and deviations keep the digits that adding would lose', async (t) => {
  const values = Array.from({ length: 100_000 }, (_, i): Row => [i, 1e9 + (i % 2) / 1024])
  const [row] = aggregate(runsOf(values, [999, 1000, 50_000]), 1e6, {}, 'asc')
  const figure = (name: string) => row![1 + names.split(',').indexOf(name)]
  t.equal(figure('sum'), 1e14 + 50_000 / 1024)
  t.equal(figure('mean'), 1e9 + 0.5 / 1024)
  const variance = (0.5 / 1024) ** 2 * (100_000 / 99_999)
  t.ok(Math.abs(figure('variance')! / variance - 1) < 1e-12)
  const spread = aggregate(
    [
      points([
        [0, 1e100],
        [1, 1],
        [2, -1e100],
      ]),
    ],
    10,
    {},
    'asc',
  )
  t.equal(spread[0]![2], 1)
})

t.test('what no double holds is no value', async (t) => {
  const [row] = aggregate(
    [
      points([
        [0, 1.7e308],
        [1, 1.7e308],
        [2, -1.7e308],
      ]),
    ],
    10,
    {},
    'asc',
  )
  const figure = (name: string) => row![1 + names.split(',').indexOf(name)]!
  t.ok(Number.isNaN(figure('range')))
  t.ok(Number.isNaN(figure('variance')))
  t.equal(figure('median'), 1.7e308)
  t.equal(figure('max'), 1.7e308)
})

t.test('a steady value has itself as every mean, exactly', async (t) => {
  const steady = Array.from({ length: 999 }, (_, i): Row => [i * 7, 0.1])
  for (const row of aggregate(runsOf(steady, [100, 500]), 333, {}, 'asc')) {
    t.equal(row[1 + names.split(',').indexOf('mean')], 0.1)
    t.equal(row[1 + names.split(',').indexOf('twmean')], 0.1)
    t.equal(row[1 + names.split(',').indexOf('variance')], 0)
  }
})

t.test('names of aggregates', async (t) => {
  t.same(
    parseAggregates('mean, p99.9,p0').map(({ name }) => name),
    ['mean', 'p99.9', 'p0'],
  )
  t.throws(() => parseAggregates('maen'), /did you mean 'mean'/)
  t.throws(() => parseAggregates('p101'), /p0 to p100/)
  t.throws(() => parseAggregates('mean,mean'), /more than once/)
  t.throws(() => parseAggregates(''), RangeError)
  t.throws(() => parseAggregates('constructor'), RangeError)
})

t.test('widths of buckets', async (t) => {
  t.same(parseEvery('90s'), { count: 90_000, unit: 'ms', lengthMs: 90_000 })
  t.match(parseEvery('1q'), { count: 3, unit: 'month' })
  for (const wrong of ['', '1', 'h', '0h', '-1h', '1.5h', '1H', '1 h', '1M', '1hour', '2000y', '1constructor']) {
    t.throws(() => parseEvery(wrong), RangeError, `'${wrong}'`)
  }
})
