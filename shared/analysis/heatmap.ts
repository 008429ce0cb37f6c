import { type Aggregate, needsOf, parseAggregates } from '../series/aggregate.ts'
import { Bucket } from '../series/bucket.ts'
import type { Points } from '../series/points.ts'
import { pointsInRange } from '../series/points.ts'
import { openZone } from '../series/zone.ts'
import { formatTime } from '../time.ts'
import { eachRun } from './calendar-grid.ts'
import { colours, isSmall } from './chart.ts'
import { type Classes, classify } from './classes.ts'
import { type Grid, type GridName, gridOf, type Tick } from './heatmap-grids.ts'
import { shadedCells } from './heatmap-text.ts'
import { AnalysisError, type KindInput, type KindOutput } from './kind.ts'
import type { FullPlotParams } from './plot-params.ts'
import { summarise } from './summary.ts'
import { rangeWords, type Summed, summedFrame, sumUp, withUnit } from './summed.ts'
import { countWords, fit, numberWords, textWidth } from './text.ts'

export interface HeatCell {
  key: number
  column: number
  row: number
  value: number
  count: number
}

/** What a cell shows of its points, in words. */
const aggregateNames: Record<FullPlotParams['aggregate'], string> = {
  mean: 'mean',
  median: 'median',
  min: 'lowest',
  max: 'highest',
  range: 'range',
  stddev: 'standard deviation',
  sum: 'sum',
  count: 'count of points',
}

/** The points of one series in the cells of a calendar, each coloured by what its points come to. */
export function heatmap(input: KindInput<FullPlotParams>): KindOutput {
  const { params } = input
  const { width, height, theme, tz, aggregate } = params
  const by = (params.by ?? 'hour-weekday') as GridName
  const summed = sumUp(input)
  const [one] = summed.full as [(typeof summed.full)[number]]
  const years = by === 'calendar' ? yearsOf(one.points, tz, height) : { shown: [], left: 0, from: undefined }
  const grid = gridOf(by, years.shown)
  const points = pointsInRange(one.points, { from: years.from })
  const [figure] = parseAggregates(aggregate) as [Aggregate]
  const cells = cellsOf(points, grid, tz, figure)
  if (cells.length === 0) {
    const detail = `no cell has a ${aggregateNames[aggregate]}: it takes two points, and a number that a double can hold`
    throw new AnalysisError('too-few-points', detail)
  }
  const unit = aggregate === 'count' ? 'points' : summed.unit
  const values = cells.map(({ value }) => value)
  const classes = classify(
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
    theme,
  )
  const shown = { ...summed, first: points.timestamps[0]!, count: points.timestamps.length }
  const what = `${aggregateNames[aggregate]}${unit && aggregate !== 'count' ? `, ${unit}` : ''}`
  const left =
    years.left > 0
      ? [`The picture has room for the last ${years.shown.length} of ${years.shown.length + years.left} years`]
      : []
  const alt = words(shown, { by, grid, cells, aggregate: aggregateNames[aggregate], unit, left })
  const isBottom = by !== 'calendar'
  const { chart, notes } = summedFrame(shown, alt, [...left, ...(isBottom ? [] : [shown.footer])])

  const rows = cells.map((cell) => ({
    ...{ x: cell.column, x2: cell.column + 1, y: cell.row, y2: cell.row + 1, value: cell.value },
    description: `${grid.nameOf(cell.key)}: ${withUnit(numberWords(Number(cell.value.toPrecision(6))), unit)}${aggregate === 'count' ? '' : ` (${countWords(cell.count)})`}`,
  }))
  const [x, y] = axesOf(grid, params, isBottom ? [grid.xTitle, summed.footer].filter(Boolean).join(' · ') : '')
  const colour = {
    field: 'value',
    type: 'quantitative',
    scale: { type: 'threshold', domain: classes.bounds, range: classes.colours },
    legend: legendOf(what, params, classes),
  }
  const fixed = classes.bounds.length === 0 ? { color: { value: classes.colours[0] } } : { color: colour }
  return {
    data: {
      ...{ from: formatTime(shown.first), to: formatTime(shown.last), tz, mark: 'heatmap', by, aggregate },
      series: [
        {
          ...summarise({ ...one, points }),
          points: cells.map(({ key, value, count }) => ({
            ...grid.fieldsOf(key),
            [aggregate]: value,
            ...(aggregate !== 'count' && { count }),
          })),
        },
      ],
    },
    chart: {
      ...chart,
      data: { values: rows },
      mark: {
        type: 'rect',
        aria: true,
        stroke: colours[theme].background,
        strokeWidth: width < 480 || height < 220 ? 0.4 : 1,
      },
      encoding: {
        ...{ x: { field: 'x', ...x }, x2: { field: 'x2' }, y: { field: 'y', ...y }, y2: { field: 'y2' }, ...fixed },
        description: { field: 'description', type: 'nominal' },
      },
    },
    alt,
    text: shadedCells({
      title: summed.title,
      notes: isBottom ? notes : notes.slice(0, -1),
      what,
      grid,
      cells,
      classes,
      footer: [grid.xTitle, summed.footer].filter(Boolean).join(' · '),
    }),
  }
}

/** More years make a picture that is too large to be sent. */
const maxYears = 30

/** The years of the calendar that the picture has room for: about 42 pixels each, the last ones first. */
function yearsOf({ timestamps }: Points, tz: string, height: number) {
  const zone = openZone(tz)
  const yearAt = (time: number) => new Date(zone.localOf(time)).getUTCFullYear()
  const [first, last] = [yearAt(timestamps[0]!), yearAt(timestamps.at(-1)!)]
  const room = Math.max(1, Math.min(maxYears, Math.floor((height - (isSmall(height) ? 70 : 120)) / 42)))
  const start = Math.max(first, last - room + 1)
  const from = start === first ? undefined : zone.startOfDay(new Date(0).setUTCFullYear(start, 0, 1) / 86_400_000)
  return { shown: Array.from({ length: last - start + 1 }, (_, i) => start + i), left: start - first, from }
}

function cellsOf(points: Points, grid: Grid, tz: string, figure: Aggregate): HeatCell[] {
  const needs = needsOf([figure])
  const buckets = new Map<number, Bucket>()
  eachRun(points, { tz, grain: grid.grain, keyOf: grid.keyOf }, (key, from, to) => {
    let bucket = buckets.get(key)
    if (!bucket) {
      bucket = new Bucket(needs)
      buckets.set(key, bucket)
    }
    bucket.add(points, from, to)
  })
  const cells = [...buckets].map(([key, bucket]) => ({
    ...{ key, ...grid.placeOf(key), value: figure.of(bucket, Number.NaN), count: bucket.count },
  }))
  // Of a single point there is no deviation.
  return cells.filter(({ value }) => Number.isFinite(value)).sort((a, b) => a.key - b.key)
}

function axesOf(grid: Grid, { width, height, theme }: FullPlotParams, title: string) {
  const isCalendar = grid.xTitle === ''
  const [across, down] = [width - 100, Math.max(30, height - (!isSmall(height) ? 168 : height < 160 ? 80 : 130))]
  // Cells of a calendar are at most half as high again as wide: what is left of the height stays free.
  const rows = isCalendar ? Math.max(grid.rows, (down * grid.columns) / (1.5 * across)) : grid.rows
  const common = { type: 'quantitative' as const }
  const axis = (ticks: Tick[], more: object) => ({
    ...{
      values: ticks.map(({ at }) => at),
      ticks: false,
      domain: false,
      grid: false,
      labelOverlap: false,
      labelPadding: 5,
    },
    labelExpr: `${JSON.stringify(Object.fromEntries(ticks.map(({ at, label }) => [at, label])))}[datum.value]`,
    ...more,
  })
  const x = {
    ...common,
    scale: { domain: [0, grid.columns], nice: false, zero: false },
    axis: axis(roomFor(grid.xTicks, across / grid.columns, 'x'), {
      ...{
        orient: isCalendar ? 'top' : 'bottom',
        title: title === '' ? null : fit(title, width - 90, 11),
        titleAnchor: 'start',
      },
      ...{ titleFontSize: 11, titleColor: colours[theme].muted, titlePadding: isSmall(height) ? 3 : 8 },
    }),
  }
  const y = {
    ...common,
    scale: { domain: [0, rows], nice: false, zero: false, reverse: true },
    axis: axis(roomFor(grid.yTicks, down / rows, 'y'), { title: null }),
  }
  return [x, y] as const
}

/** Every so many-th tick, so that labels stand apart. */
function roomFor(ticks: Tick[], cell: number, direction: 'x' | 'y'): Tick[] {
  const step = ticks.length > 1 ? (ticks[1]!.at - ticks[0]!.at) * cell : Number.POSITIVE_INFINITY
  const least = direction === 'y' ? 13 : Math.max(...ticks.map(({ label }) => textWidth(label, 12))) + 5
  const every = [1, 2, 3, 4, 6, 12].find((n) => n * step >= least) ?? ticks.length
  return ticks.filter((_, i) => i % every === 0)
}

function legendOf(title: string, { width, height }: FullPlotParams, { bounds }: Classes) {
  if (isSmall(height) && height < 160) return null
  return {
    ...{ orient: 'top', direction: 'horizontal', type: 'gradient', title, titleAnchor: 'start', titleFontWeight: 400 },
    ...{
      gradientLength: Math.min(width - 110, 60 * (bounds.length + 1), 420),
      gradientThickness: 10,
      offset: isSmall(height) ? 4 : 10,
    },
    ...{ titlePadding: 4, labelOverlap: 'greedy', labelFontSize: 11, format: ',~g' },
  }
}

interface Said {
  by: string
  grid: Grid
  cells: HeatCell[]
  aggregate: string
  unit: string
  left: string[]
}

function words(summed: Summed, { by, grid, cells, aggregate, unit, left }: Said): string {
  const { title, count, params } = summed
  const kinds: Record<string, string> = {
    'hour-weekday': 'hour and weekday',
    'day-month': 'day of the month and month',
    calendar: 'day of the calendar',
  }
  const sorted = [...cells].sort((a, b) => a.value - b.value)
  const [low, high] = [sorted[0]!, sorted.at(-1)!]
  const say = (cell: HeatCell) =>
    `${withUnit(numberWords(Number(cell.value.toPrecision(4))), unit)} (${grid.nameOf(cell.key)})`
  const head = `Heat map of ${title}, ${aggregate} by ${kinds[by]}: ${countWords(count)} from ${rangeWords(summed)} (${params.tz}) in ${cells.length} cells.`
  const ends =
    cells.length === 1 || low.value === high.value
      ? [`All are ${withUnit(numberWords(high.value), unit)}.`]
      : [`Highest ${say(high)}, lowest ${say(low)}.`]
  return [head, ...ends, ...left.map((note) => `${note}.`)].join(' ')
}
