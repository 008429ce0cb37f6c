import t from 'tap'
import { LinePoints, type LineSeries } from './line-points.ts'

/** Takes points in an odd order, some of them at one time, with what is expected of each series. */
function body(seed: number) {
  const points = new LinePoints()
  const expected: Map<number, number>[] = []
  let state = seed
  const random = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  return {
    add(count: number) {
      for (let i = 0; i < count; i++) {
        const series = random(expected.length + (expected.length < 9 ? 1 : 0))
        if (series === expected.length) {
          points.addSeries({ name: `s${series}`, labels: {} })
          expected.push(new Map())
        }
        const [time, value] = series === 0 ? [i, seed] : [random(5000), random(1e6) / 10]
        points.add(series, Float64Array.of(time), Float64Array.of(NaN, value), 1)
        expected[series]!.set(time, value)
      }
    },
    expected: () => expected.map((rows, i) => ({ name: `s${i}`, rows: [...rows].sort(([a], [b]) => a - b) })),
    series: () => rowsOf(points.series()),
  }
}

const rowsOf = (series: LineSeries[]) =>
  series.map(({ name, points: { timestamps, values } }) => ({
    name,
    rows: [...timestamps].map((time, i) => [time, values[i]]),
  }))

t.test('each series has its points in time order, of several at one time the last', async (t) => {
  for (const count of [0, 1, 100, 16_384, 16_385, 120_000]) {
    const one = body(count + 1)
    one.add(count)
    t.same(one.series(), one.expected(), `${count} points`)
  }
})

t.test('bodies that are read at once have memory of their own', async (t) => {
  const [one, other] = [body(5), body(6)]
  for (let i = 0; i < 4; i++) {
    one.add(9000)
    other.add(9000)
  }
  const found = one.series()
  const third = body(7)
  third.add(20_000)
  t.same(found, one.expected())
  t.same(other.series(), other.expected())
  t.same(third.series(), third.expected())
})
