import t from 'tap'
import { draw, oneSeries, points } from '../../test/plots/draw.ts'

t.test('several series share one scale, each has its colour and its name', async (t) => {
  const { chart, rows } = draw([
    oneSeries(
      'low',
      points(3, (i) => i),
      { unit: 'V' },
    ),
    oneSeries(
      'high',
      points(3, (i) => 100 + i),
      { unit: 'V' },
    ),
  ])
  t.same(chart.title.text, ['low, high'])
  t.same(chart.encoding.color!.scale.domain, ['low', 'high'])
  t.equal(new Set(chart.encoding.color!.scale.range).size, 2)
  t.equal(chart.encoding.y.axis.title, 'V')
  t.ok(chart.encoding.y.scale.domain[0] <= 0 && chart.encoding.y.scale.domain[1] >= 102)
  t.same(
    rows.map(({ series }) => series),
    ['low', 'low', 'low', 'high', 'high', 'high'],
  )
})

t.test('from the sixth series on a second property tells them apart', async (t) => {
  const ten = Array.from({ length: 10 }, (_, k) =>
    oneSeries(
      `s${k}`,
      points(3, (i) => i * k),
    ),
  )
  for (const [mark, channel] of [
    ['line', 'strokeDash'],
    ['bar', 'opacity'],
    ['scatter', 'shape'],
  ] as const) {
    const { encoding, layer } = draw(ten, { mark }).chart
    const second = layer[0]!.encoding![channel]!
    const looks = ten.map((_, i) => JSON.stringify([encoding.color!.scale.range[i], second.scale.range[i]]))
    t.equal(new Set(looks).size, 10, mark)
    t.same(draw(ten.slice(0, 5), { mark }).chart.layer[0]!.encoding, {}, mark)
  }
})

t.test('different units are told by the axis and by each name', async (t) => {
  const units = [
    oneSeries(
      'a',
      points(3, (i) => i),
      { unit: 'V' },
    ),
    oneSeries(
      'b',
      points(3, (i) => i),
    ),
  ]
  const { chart } = draw(units, { right: 'none' })
  t.equal(chart.encoding.y.axis.title, 'different units')
  t.same(chart.encoding.color!.scale.domain, ['a (V)', 'b (no unit)'])
  t.equal(
    draw(
      oneSeries(
        'a',
        points(3, (i) => i),
      ),
      { yTitle: 'Index' },
    ).chart.encoding.y.axis.title,
    'Index',
  )
})

t.test('long names stay apart in the legend', async (t) => {
  const names = Array.from(
    { length: 10 },
    (_, i) => `measurement.temperature,host=server-${'0'.repeat(300)}${i},city=a`,
  )
  const { chart } = draw(
    names.map((name) =>
      oneSeries(
        name,
        points(3, (i) => i),
      ),
    ),
  )
  const labels = chart.encoding.color!.scale.domain
  t.equal(new Set(labels).size, 10)
  for (const label of labels) t.ok(label.length < 60, label)
})

t.test('a small picture leaves names out and says so', async (t) => {
  const ten = Array.from({ length: 10 }, (_, i) =>
    oneSeries(
      `series number ${i}`,
      points(30, (k) => k * i),
    ),
  )
  const { chart } = draw(ten, { width: 200, height: 120 })
  t.ok(chart.encoding.color!.legend.values!.length < 10)
  t.match(chart.encoding.x.axis.title, /^UTC · legend: \d of 10$/)
})
