import t from 'tap'
import { draw, hour, oneSeries, points, start } from '../../test/plots/draw.ts'

t.test('bars', async (t) => {
  t.test('start at zero and stand on their time', async (t) => {
    const { rows, chart } = draw(
      oneSeries(
        'a',
        points(3, (i) => [4, -2, 6][i]!),
      ),
      { mark: 'bar' },
    )
    t.match(rows, [
      { low: 0, high: 4 },
      { low: -2, high: 0 },
      { low: 0, high: 6 },
    ])
    for (const [i, { start: left, end: right }] of rows.entries()) {
      t.equal((Number(left) + Number(right)) / 2, start + i * hour)
      t.ok(Number(right) - Number(left) < hour)
    }
    t.ok(chart.encoding.y.scale.domain[0] <= -2 && chart.encoding.y.scale.domain[1] >= 6)
    t.same(JSON.parse(chart.encoding.x.scale.domain.expr), [start - hour / 2, start + 2.5 * hour])
  })

  t.test('of several series stand side by side', async (t) => {
    const two = [
      oneSeries(
        'a',
        points(3, () => 1),
      ),
      oneSeries(
        'b',
        points(3, () => 1),
      ),
    ]
    const { rows } = draw(two, { mark: 'bar' })
    t.equal(rows[0]!.end, rows[3]!.start)
  })

  t.test('too narrow to stand apart show the extremes of each column of pixels, and say so', async (t) => {
    const { rows, chart } = draw(
      oneSeries(
        'a',
        points(50_000, (i) => (i === 777 ? 50 : i % 5)),
      ),
      { mark: 'bar' },
    )
    t.ok(rows.length <= 800)
    t.ok(rows.some(({ high }) => high === 50))
    t.ok(rows.every(({ low }) => low === 0))
    t.match(chart.title.subtitle, [/^50,000 bars, too narrow/])
  })

  t.test('of several series without room become lines, and say so', async (t) => {
    const ten = Array.from({ length: 10 }, (_, k) =>
      oneSeries(
        `s${k}`,
        points(300, (i) => 5 + ((i * k) % 7)),
      ),
    )
    const { chart, data, alt } = draw(ten, { mark: 'bar' })
    t.equal(data.mark, 'line')
    t.equal(chart.layer[0]!.mark.type, 'line')
    t.equal(chart.encoding.y.scale.domain[0], 0)
    t.match(alt, /^Line chart/)
    t.match(chart.title.subtitle, [/^3,000 bars have no room/])
  })
})

t.test('dots too many to draw are thinned by place, and the picture says so', async (t) => {
  const cloud = points(200_000, (i) => ((i * 7919) % 100_003) / 100, 1000)
  cloud.values[150_000] = 5000
  const { rows, chart } = draw(oneSeries('a', cloud), { mark: 'scatter' })
  t.ok(rows.length <= 4000 && rows.length > 500, `${rows.length} rows`)
  t.ok(
    rows.some(({ value }) => value === 5000),
    'the outlier stays',
  )
  t.match(chart.title.subtitle, [/ of 200,000 points are drawn: one per \d+ × \d+ pixels$/])
  const few = draw(oneSeries('a', points(3000, Math.sin)), { mark: 'scatter' })
  t.equal(few.rows.length, 3000)
  t.notOk(few.chart.title.subtitle)
})

t.test('areas start at zero, steps hold their value, zero can be asked for', async (t) => {
  const high = oneSeries(
    'a',
    points(10, (i) => 100 + i),
  )
  t.equal(draw(high, { mark: 'area' }).chart.encoding.y.scale.domain[0], 0)
  t.equal(draw(high, { mark: 'step' }).chart.layer[0]!.mark.interpolate, 'step-after')
  t.ok(draw(high).chart.encoding.y.scale.domain[0] > 50)
  t.equal(draw(high, { zero: true }).chart.encoding.y.scale.domain[0], 0)
})
