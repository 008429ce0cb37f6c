import fc from 'fast-check'
import t from 'tap'
import { countBins, edgesOf, makeBins, maxBins } from './bins.ts'
import { AnalysisError } from './kind.ts'

const list = (...values: number[]) => Float64Array.from(values)

t.test('bins start at whole multiples of a round width, and hold their lower edge', async (t) => {
  const values = list(0.1, 0.2, 0.3, 0.3, 0.69)
  const bins = makeBins([values], { binWidth: 0.1 })
  t.same(edgesOf(bins), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
  t.same(countBins(values, bins), [1, 1, 2, 0, 0, 1])
  const negative = makeBins([list(-3, -0.5, 4)], { binWidth: 2 })
  t.same(edgesOf(negative), [-4, -2, 0, 2, 4, 6])
  t.same(countBins(list(-3, -0.5, 4), negative), [1, 1, 0, 0, 1])
})

t.test('about as many as asked for', async (t) => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i / 10)
  t.same(makeBins([values], { bins: 10 }), { start: 0, width: 10, count: 10 })
  t.same(makeBins([values], { bins: 40 }).width, 2)
})

t.test('whole numbers have no narrower bins than 1', async (t) => {
  const dice = Float64Array.from({ length: 6000 }, (_, i) => 1 + (i % 6))
  const bins = makeBins([dice])
  t.same(bins, { start: 1, width: 1, count: 6 })
  t.same(countBins(dice, bins), [1000, 1000, 1000, 1000, 1000, 1000])
})

t.test('one value has a bin around it, and far too many bins are refused', async (t) => {
  const bins = makeBins([list(21.5)])
  t.equal(bins.count, 1)
  t.ok(bins.start <= 21.5 && 21.5 < bins.start + bins.width)
  for (const next of [list(0, 5e-324), list(-5e-324, 5e-324), list(0, 1e-310)])
    t.same(countBins(next, makeBins([next])), [2], `${next}`)
  t.throws(
    () => makeBins([list(0, 1e6)], { binWidth: 1 }),
    new AnalysisError(
      'too-many-bins',
      `Bins 1 wide would be 1000001; at most ${maxBins} are counted: make them wider.`,
    ),
  )
})

t.test('a million values are divided by a sample of them', async (t) => {
  const values = Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i) * 50)
  const bins = makeBins([values])
  t.equal(
    countBins(values, bins).reduce((a, b) => a + b),
    1_000_000,
  )
  t.ok(bins.count >= 20 && bins.count <= 100, `${bins.count}`)
})

t.test('every value is counted once, in the bin whose edges it lies between', async (t) => {
  const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 })
  const counts = fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
    const all = Float64Array.from(values)
    const bins = makeBins([all])
    const edges = edgesOf(bins)
    const slack = bins.width * 1e-6
    return (
      bins.count <= 200 &&
      countBins(all, bins).reduce((a, b) => a + b) === values.length &&
      values.every((value) => value >= edges[0]! - slack && value < edges.at(-1)! + slack)
    )
  })
  t.doesNotThrow(() => fc.assert(counts, { numRuns: 500 }))
})
