import t from 'tap'
import { hour, oneSeries, points, start, without } from '../../test/plots/draw.ts'
import type { SeriesInput } from './kind.ts'
import { type PlotParams, plot } from './plot.ts'
import { cellWidth, fitCells, wrapCells } from './text-cells.ts'
import { textChart, wordsOnly } from './text-chart.ts'
import { timeLine } from './text-times.ts'

const defaults: PlotParams = { mark: 'line', width: 800, height: 400, zero: false, theme: 'light', tz: 'UTC' }

function textOf(series: SeriesInput[], params: Partial<PlotParams> = {}): string[] {
  return textChart(plot.run({ series, params: { ...defaults, ...params } }).figure!).split('\n')
}

/** The rows of the plot itself, without what stands left of the axis. */
const plotRows = (lines: string[]) => lines.filter((line) => /[│┤]/.test(line)).map((line) => line.split(/[│┤]/)[1]!)

t.test('a line rises from the lower left to the upper right, its ticks are round', async (t) => {
  const lines = textOf([
    oneSeries(
      'a',
      points(11, (i) => i),
      { unit: 'm' },
    ),
  ])
  t.equal(lines[0], 'a')
  t.equal(lines[2]!.trim(), 'm')
  const rows = plotRows(lines)
  const starts = rows.map((row) => row.search(/[^ ]/)).filter((column) => column >= 0)
  t.same(
    starts,
    starts.toSorted((a, b) => b - a),
    'each row starts right of the one below',
  )
  t.equal(starts.at(-1), 0)
  t.same(lines.map((line) => /^ *([\d.]+) ┤/.exec(line)?.[1]).filter(Boolean), ['10', '8', '6', '4', '2', '0'])
})

t.test('a gap is as wide as it lasts, and empty', async (t) => {
  const whole = points(101, () => 1)
  const gone = Array.from({ length: 40 }, (_, i) => 30 + i)
  const drawn = (lines: string[]) => plotRows(lines).find((row) => row.trim() !== '')!
  t.match(drawn(textOf([oneSeries('a', whole)])), /^[^ ]+$/)
  const [, before, gap, after] = /^([^ ]+)( +)([^ ]+)$/.exec(drawn(textOf([oneSeries('a', without(whole, ...gone))])))!
  t.ok(Math.abs(gap!.length / (before!.length + gap!.length + after!.length) - 0.4) < 0.03)
})

t.test('each of several series has its own letter on its line, and a line in the legend', async (t) => {
  const flat = (name: string, level: number) =>
    oneSeries(
      name,
      points(50, () => level),
      { unit: '%' },
    )
  const lines = textOf([flat('low', 1), flat('high', 9)])
  t.ok(lines.includes('A low   B high'))
  const rows = plotRows(lines)
  const rowOf = (letter: string) => rows.findIndex((row) => row.includes(letter))
  t.ok(rowOf('B') >= 0 && rowOf('A') > rowOf('B'), 'the letter of the higher one stands higher')
  for (const row of rows) t.notOk(row.includes('A') && row.includes('B'), 'each on its own line')
  const hundred = Array.from({ length: 100 }, (_, i) => flat(`s${i}`, i * i))
  const legend = textOf(hundred)
    .join(' ')
    .matchAll(/([^\s,]) s(\d+)(?= |$)/g)
  t.equal(new Set(Array.from(legend, ([, mark]) => mark)).size, 100, 'a hundred marks, none twice')
})

t.test('series on one and the same line have a mark each', async (t) => {
  const same = ['a', 'b', 'c'].map((name) => oneSeries(name, points(50, Math.sin)))
  const rows = plotRows(textOf(same)).join('')
  for (const mark of ['A', 'B', 'C']) t.ok(rows.includes(mark), mark)
})

t.test('bars reach to zero, and stand side by side where they have room', async (t) => {
  const bars = (name: string, value: number) =>
    oneSeries(
      name,
      points(3, () => value),
    )
  const rows = plotRows(textOf([bars('up', 4), bars('down', -4)], { mark: 'bar' }))
  const zero = rows.findIndex((row) => row.includes('B')) // the mark stands on the topmost cell of its bar
  t.ok(zero > 0)
  t.ok(rows[0]!.includes('A') || rows[1]!.includes('A'))
  t.notOk(
    rows
      .slice(zero + 1)
      .join('')
      .includes('A'),
  )
  const many = plotRows(
    textOf(
      [
        oneSeries(
          'a',
          points(5000, (i) => i % 9),
        ),
      ],
      { mark: 'bar' },
    ),
  )
  t.match(many.at(-1), /^[^ ]{70,}$/, 'bars without room fill the plot')
})

t.test('no figure of strange values breaks it', async (t) => {
  for (const mark of ['line', 'area', 'bar', 'scatter', 'step'] as const)
    for (const value of [0, 1e-300, -1e300, Number.MAX_VALUE, 123456789, -0.00012]) {
      const lines = textOf(
        [
          oneSeries(
            'x'.repeat(300),
            points(3, (i) => (i === 1 ? value : 0)),
          ),
        ],
        { mark },
      )
      for (const line of lines) t.ok(cellWidth(line) <= 80, `${mark} of ${value}: ${line}`)
      t.notMatch(lines.join('\n'), /NaN|Infinity|undefined/)
    }
  t.ok(
    textOf([
      oneSeries(
        'one',
        points(1, () => 5),
      ),
    ]).length > 20,
  )
})

t.test('the time axis names each day once, and never writes one label over another', async (t) => {
  const evening = { from: start - 6 * hour, to: start + 40 * hour, tz: 'UTC' }
  const { rule, labels } = timeLine(evening, 72)
  t.equal(rule.length, 72)
  t.match(labels[0], /^ *18:00 +00:00 +06:00 +12:00/)
  t.match(labels[1], /1 Jan 2024 +2 Jan/)
  for (let hours = 1; hours < 20_000; hours = Math.ceil(hours * 1.3))
    for (const line of timeLine({ from: start, to: start + hours * hour, tz: 'Asia/Kolkata' }, 70).labels)
      t.ok(line.length <= 70 && !/\d{5}|[A-Z][a-z]{2}[A-Z\d]/.test(line), line)
})

t.test('texts are cut and broken by the cells of a terminal', async (t) => {
  t.equal(cellWidth('abc'), 3)
  t.equal(cellWidth('東京'), 4)
  t.equal(cellWidth('e\u0301'), 1)
  t.equal(fitCells('東京の気温', 7), '東京の…')
  t.equal(fitCells('short', 7), 'short')
  t.same(wrapCells('one two three', 7), ['one two', 'three'])
  t.same(wrapCells('x'.repeat(10), 4), ['xxxx', 'xxxx', 'xx'])
  t.equal(wordsOnly('A chart.'), 'A chart.\n')
})

t.test('the largest doubles have a chart', async (t) => {
  const lines = textOf([
    oneSeries(
      'a',
      points(20, (i) => (i % 2 ? 1.7e308 : -1.7e308)),
    ),
  ])
  t.ok(plotRows(lines)[0]!.trim() !== '' && plotRows(lines).at(-1)!.trim() !== '')
})
