import t from 'tap'
import { render } from '../../functions/worker/render.ts'
import { AnalysisError, type SeriesInput } from '../../shared/analysis/kind.ts'
import { type PlotParams, plot } from '../../shared/analysis/plot.ts'
import { cellWidth } from '../../shared/analysis/text-cells.ts'
import { textChart } from '../../shared/analysis/text-chart.ts'
import { oneSeries, points } from './draw.ts'

const day = 86_400_000
const long =
  'A very long description of what was measured, with 日本語, 🚀, "quotes", <tags> & more, and no end in sight'

/** Series that no picture is made for, and that every one has to bear. */
const odd: Record<string, SeriesInput[]> = {
  'a single point': [
    oneSeries(
      'a',
      points(1, () => 5),
    ),
  ],
  'a constant': [
    oneSeries(
      'a',
      points(50, () => 5),
    ),
  ],
  'the largest doubles': [
    oneSeries(
      'a',
      points(500, (i) => 1e300 * Math.sin(i)),
    ),
  ],
  'the smallest doubles': [
    oneSeries(
      'a',
      points(500, (i) => 1e-300 * i),
    ),
  ],
  'long texts': [oneSeries('n', points(300, Math.sin), { description: long, unit: long, source: long })],
  'opposite values of two units': [
    oneSeries(
      'a',
      points(300, (i) => i),
      { unit: 'V' },
    ),
    oneSeries(
      'b',
      points(300, (i) => -i * 1e7),
      { unit: 'A' },
    ),
  ],
  'the first years': [
    oneSeries(
      'a',
      points(3000, (i) => i % 97, day, -62_135_596_800_000 + 2 * day),
    ),
  ],
  'forty series': Array.from({ length: 40 }, (_, k) =>
    oneSeries(
      `m,tag=${k} ${long}`,
      points(50, (i) => i * k),
    ),
  ),
  milliseconds: [
    oneSeries(
      'a',
      points(2000, (i) => i % 13, 7),
    ),
  ],
  'four series of three points': ['open', 'high', 'low', 'close'].map((name, k) =>
    oneSeries(
      name,
      points(3, (i) => i + k),
    ),
  ),
  'names that every object has': ['constructor', 'toString'].map((name, k) =>
    oneSeries(
      name,
      points(100, (i) => i * (k - 0.5)),
    ),
  ),
}

const references: PlotParams['references'] = [
  { value: 0, label: long, axis: 'left' },
  { values: [-1, 1], label: 'constructor', axis: 'left' },
  { value: 3, axis: 'left' },
]

const charts: Partial<PlotParams>[] = [
  { references },
  { mark: 'area', references, theme: 'dark' },
  { panels: 'shared', references },
  { panels: 'free', mark: 'bar', columns: 3 },
  { overlay: '1d' },
  { overlay: '1mo', panels: 'shared' },
  { overlay: '1y', mark: 'bar' },
  { mark: 'histogram', references },
  { mark: 'histogram', percent: true, bins: 1 },
  { mark: 'heatmap' },
  { mark: 'heatmap', by: 'day-month', aggregate: 'stddev' },
  { mark: 'heatmap', by: 'calendar', aggregate: 'count' },
  { mark: 'box', by: 'hour', references },
  { mark: 'box', by: 'year' },
  { mark: 'candlestick', references },
]

/** What `resolve` would refuse. */
const isRefused = ({ mark, overlay }: Partial<PlotParams>, series: SeriesInput[]) =>
  series.length > 1 && (mark === 'heatmap' || overlay !== undefined || (mark === 'candlestick' && series.length !== 4))

for (const [name, series] of Object.entries(odd)) {
  t.test(name, async (t) => {
    for (const params of charts.filter((params) => !isRefused(params, series))) {
      for (const [width, height] of [
        [800, 400],
        [200, 120],
      ] as const) {
        const what = `${JSON.stringify({ ...params, references: undefined })}, ${width} × ${height}`
        const all: PlotParams = {
          mark: 'line',
          zero: false,
          theme: 'light',
          tz: 'America/St_Johns',
          ...params,
          width,
          height,
        }
        try {
          const { chart, alt, figure, text, data } = plot.run({ series, params: all })
          const drawn = await render(chart, { tz: all.tz, alt, isOurs: true })
          t.same([drawn.width, drawn.height, drawn.warnings], [width, height, []], what)
          t.notMatch(alt + JSON.stringify(data) + drawn.svg, /NaN|Infinity|undefined/, what)
          const lines = (figure ? textChart(figure) : text!).split('\n')
          t.ok(Math.max(...lines.map(cellWidth)) <= 80, what)
        } catch (error) {
          t.ok(error instanceof AnalysisError && error.code !== 'chart-refused', `${what}: ${error}`)
        }
      }
    }
  })
}
