import t from 'tap'
import { draw, hour, oneSeries, points, start, without } from '../../test/plots/draw.ts'
import { AnalysisError } from './kind.ts'

t.test('a series is titled by its description, its unit stands on the y axis, the zone on the x axis', async (t) => {
  const { chart } = draw(
    oneSeries(
      'seattle.temp',
      points(3, (i) => i),
      { unit: '°C', description: 'Temperature in Seattle', source: 'NOAA' },
    ),
    { tz: 'Europe/Berlin' },
  )
  t.same(chart.title.text, ['Temperature in Seattle'])
  t.equal(chart.encoding.y.axis.title, '°C')
  t.equal(chart.encoding.x.axis.title, 'Europe/Berlin · Source: NOAA')
  t.equal(chart.encoding.x.scale.type, 'time')
  t.equal(
    draw(
      oneSeries(
        'a',
        points(3, (i) => i),
      ),
    ).chart.encoding.x.scale.type,
    'utc',
  )
  t.same(
    draw(
      oneSeries(
        'seattle.temp',
        points(3, (i) => i),
      ),
    ).chart.title.text,
    ['seattle.temp'],
  )
  t.same(
    draw(
      oneSeries(
        'a',
        points(3, (i) => i),
      ),
      { title: 'Given', subtitle: 'And more' },
    ).chart.title,
    {
      ...chart.title,
      text: ['Given'],
      subtitle: ['And more'],
    },
  )
})

t.test('the numbers: count, first, last, lowest, highest, mean, and what is drawn', async (t) => {
  const { data, rows } = draw(
    oneSeries(
      'a',
      points(4, (i) => [5, -2, 9, 9][i]!),
      { unit: 'm' },
    ),
  )
  t.equal(data.from, '2024-01-01T00:00:00.000Z')
  t.equal(data.to, '2024-01-01T03:00:00.000Z')
  t.match(data.series, [
    {
      name: 'a',
      unit: 'm',
      description: null,
      count: 4,
      first: { timestamp: '2024-01-01T00:00:00.000Z', value: 5 },
      last: { timestamp: '2024-01-01T03:00:00.000Z', value: 9 },
      min: { timestamp: '2024-01-01T01:00:00.000Z', value: -2 },
      max: { timestamp: '2024-01-01T02:00:00.000Z', value: 9 },
      mean: 5.25,
      gaps: 0,
      downsampled: false,
    },
  ])
  t.equal(data.series[0]!.points.length, 4)
  t.same(rows[1], { timestamp: start + hour, value: -2 })
})

t.test('the text says what, when, how many, and the extremes with their unit', async (t) => {
  const { alt } = draw(
    oneSeries(
      'a',
      points(1461, (i) => (i === 700 ? -3.5 : i % 30), 24 * hour),
      { unit: '°C' },
    ),
  )
  t.equal(
    alt,
    'Line chart of a: 1,461 points from 1 January 2024 to 31 December 2027 (UTC). Lowest −3.5 °C (1 December 2025), highest 29 °C (30 January 2024), latest 20 °C (31 December 2027).',
  )
  t.match(
    draw(
      oneSeries(
        'a',
        points(1, () => 7),
      ),
    ).alt,
    'a: 1 point at 1 January 2024 (UTC). The value is 7.',
  )
  t.match(
    draw(
      oneSeries(
        'a',
        points(3, () => 7),
      ),
    ).alt,
    'Constant at 7.',
  )
  const seven = Array.from({ length: 7 }, (_, k) =>
    oneSeries(
      `s${k}`,
      points(3, (i) => i * k),
    ),
  )
  t.match(
    draw([
      ...seven,
      oneSeries(
        'none',
        points(0, () => 0),
      ),
    ]).alt,
    /s4: .*And 2 more series\. No points: none\.$/,
  )
})

t.test('gaps', async (t) => {
  const sensor = without(points(100, Math.sin), 20, 21, 22, 50, 52)
  const { rows, data, chart } = draw(oneSeries('a', sensor))

  t.test('start another run', async (t) => {
    t.same([...new Set(rows.map(({ run }) => run))], [0, 1, 2, 3])
    t.same(chart.encoding.detail, { field: 'run' })
    t.equal(data.series[0]!.gaps, 3)
  })

  t.test('leave a dot where a point stands alone', async (t) => {
    t.same(
      rows.filter(({ alone }) => alone).map(({ timestamp }) => timestamp),
      [start + 51 * hour],
    )
    t.same(
      chart.layer.map(({ mark }) => mark.type),
      ['line', 'circle'],
    )
  })

  t.test('are none in a series without them', async (t) => {
    const whole = draw(oneSeries('a', points(100, Math.sin)))
    t.notOk('run' in whole.rows[0]! || whole.chart.encoding.detail)
    t.equal(whole.chart.layer.length, 1)
  })
})

t.test('a long series is cut to its pixels and keeps its extremes and its gaps', async (t) => {
  const spike = (i: number) => (i === 54_321 ? 99 : i === 12_345 ? -99 : Math.sin(i / 1000))
  const long = points(100_000, spike, 1000)
  const { rows, data } = draw(oneSeries('a', without(long, ...Array.from({ length: 5000 }, (_, i) => 70_000 + i))))
  t.ok(rows.length <= 4 * 800 + 4)
  const values = rows.map(({ value }) => value)
  t.ok(values.includes(99) && values.includes(-99))
  t.equal(data.series[0]!.downsampled, true)
  t.equal(data.series[0]!.gaps, 1)
  t.equal(data.series[0]!.points.length, rows.length)
  t.equal(rows[0]!.timestamp, long.timestamps[0])
  t.equal(rows.at(-1)!.timestamp, long.timestamps.at(-1))
})

t.test('gaps narrower than a pixel do not multiply what is drawn', async (t) => {
  const holey = points(300_000, (i) => i % 7, 1000)
  const kept = (_: number, i: number) => i % 10 !== 0
  const { rows } = draw(
    oneSeries('a', { timestamps: holey.timestamps.filter(kept), values: holey.values.filter(kept) }),
  )
  t.ok(rows.length <= 3200, `${rows.length} rows`)
})

t.test('the range that was asked for is the range that is drawn', async (t) => {
  const [from, to] = [start - 24 * hour, start + 48 * hour]
  t.same(
    JSON.parse(
      draw(
        oneSeries(
          'a',
          points(3, (i) => i),
        ),
        {},
        { from, to },
      ).chart.encoding.x.scale.domain.expr,
    ),
    [from, to],
  )
})

t.test('no points', async (t) => {
  const none = oneSeries(
    'none',
    points(0, () => 0),
  )
  t.throws(() => draw(none), new AnalysisError('no-points', 'no series has a point in the range'))
  const { chart, data } = draw([
    none,
    oneSeries(
      'some',
      points(3, (i) => i),
    ),
  ])
  t.same(chart.title.subtitle, ['No points: none'])
  t.match(data.series[0], { count: 0, first: null, min: null, mean: null, points: [], downsampled: false })
  t.notOk(chart.encoding.color)
})

t.test('values of any size give finite scales', async (t) => {
  for (const value of [0, 1e-9, -1e-9, 1e12, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE]) {
    for (const mark of ['line', 'area', 'bar', 'scatter', 'step'] as const) {
      const { chart, alt } = draw(
        oneSeries(
          'a',
          points(3, (i) => value * (1 - i / 10)),
        ),
        { mark },
      )
      const [low, high] = chart.encoding.y.scale.domain
      t.ok(low < high && Number.isFinite(high - low), `${mark} of ${value}: ${low} to ${high}`)
      t.notMatch(alt, /NaN|Infinity/)
    }
  }
})
