import { colourOf, colours, frame, isSmall } from './chart.ts'
import { type Drawing, drawSeries } from './drawing.ts'
import { type Figure, type FigureAxis, figureSeries } from './figure.ts'
import type { ChartSpec } from './kind.ts'
import { layersOf } from './layers.ts'
import { fitLegend, type Legend, seriesEncoding } from './legend.ts'
import { colouredPeriods, type Line, type Lines, legendName } from './lines.ts'
import type { Canvas, Mark, Row } from './marks.ts'
import { type Period, periodTicks } from './overlay.ts'
import type { FullPlotParams, TimeMark } from './plot-params.ts'
import { marksWithin, type ReferenceMark, referenceLayers, valuesOfMarks } from './references.ts'
import { oneLine } from './text.ts'
import { timeAxis } from './timeaxis.ts'
import { alignZeros, type ValueAxis, valueAxis } from './valueaxis.ts'

/** What every form of a chart over time is made of. */
export interface TimeChart {
  params: FullPlotParams & { mark: TimeMark }
  lines: Lines
  title: string
  references: ReferenceMark[]
  /** The times that are drawn, where they are known before. */
  times?: { from: number; to: number }
  range: { from?: number | undefined; to?: number | undefined }
  /** Where the values are from. */
  source: string
  /** What a reader should know that the picture doesn't show. */
  missing: string[]
}

/** What a form of a chart over time gives back. */
export interface DrawnChart {
  chart: ChartSpec
  figure: Figure
  drawing: Drawing
  /** How many panels it has. */
  panels?: number
}

type Side = 'left' | 'right'

/** All lines in one plot, with an axis at the right where some have it. */
export function drawTogether({
  params,
  lines: all,
  title,
  references,
  times,
  range,
  source,
  missing,
}: TimeChart): DrawnChart {
  const { width, height, theme, tz } = params
  const { lines, period } = all
  const sides: Side[] = lines.some(({ axis }) => axis === 'right') ? ['left', 'right'] : ['left']
  const drawing = drawSeries(
    lines.map(({ curve }) => curve),
    params.mark,
    { width, height, range, axes: lines.map(({ axis }) => sides.indexOf(axis)), ...(times && { times }) },
  )
  const { mark, drawn, from, to } = drawing
  const { inside, outside } = marksWithin(references, { from, to })
  const shownMarks = inside.filter((one) => sides.includes(one.axis))
  const axes = valueAxes(sides, lines, drawing.canvases, params, shownMarks)

  const { legend, names } = legendOf(lines, params)
  const named = legend && legend.shown < legend.labels.length && `${legend.shown} of ${legend.labels.length}`
  const unseen = [...outside, ...inside.filter((one) => !sides.includes(one.axis))].map(
    ({ label }) => label || 'a reference',
  )
  const missed = [...missing, ...(unseen.length > 0 ? [`Outside of the chart: ${unseen.join(', ')}`] : [])]
  const texts = (...notes: unknown[]) => notes.filter((one): one is string => Boolean(one))
  const notes = texts(params.subtitle, drawing.note, named && `The legend has room for ${named} series`, ...missed)
  const footer = isSmall(height)
    ? [
        axes
          .map((axis) => axis.unit)
          .filter(Boolean)
          .join(' / '),
        tz,
        named && `legend: ${named}`,
      ]
    : [footNote(period), tz, source && `Source: ${source}`]
  const isUnitAbove = axes.some((axis) => axis.unit !== '') && !isSmall(height)
  const looks = legend ? seriesEncoding(mark, theme, legend, isUnitAbove) : { shared: {}, own: {} }
  const past = names.filter((_, i) => isPast(i, lines))[0]
  const thin = { condition: { test: `datum.series === ${JSON.stringify(past)}`, value: 0.8 }, value: 2.2 }
  const own = period === undefined ? undefined : periodTicks(period, width - 90)
  // Two axes in the least pictures leave no line for what their legend says.
  const isTiny = height < 140 && sides.length === 2
  const x = timeAxis({
    ...{
      from,
      to,
      tz: period === undefined ? tz : 'UTC',
      width,
      height,
      theme,
      title: isTiny ? '' : footer.filter(Boolean).join(' · '),
    },
    ...(own && { own }),
  })
  const isBroken = period !== undefined || drawn.some(({ gaps }) => gaps > 0)
  const rows = drawn.map((one, i) => rowsOf(one.rows, names[i], period === undefined ? undefined : i))
  const groups = sides.map((side, k) => {
    const mine = rows.filter((_, i) => lines[i]!.axis === side)
    const marks = {
      // The numbers are epoch milliseconds as they stand: nothing to parse.
      data: { values: mine.flat(), format: { parse: null } },
      encoding: { ...positions(mark, x, axes[k]!.y), ...(isBroken && { detail: { field: 'run' } }), ...looks.shared },
      layer: layersOf(
        mark,
        theme,
        { rows: mine, isSole: legend === undefined },
        past === undefined ? looks.own : { strokeWidth: thin },
      ),
    }
    const data = drawn.flatMap(({ points }, i) =>
      lines[i]!.axis === side ? [{ x: points.timestamps, y: points.values }] : [],
    )
    const place = { theme, width, height, x: [from, to] as [number, number], y: axes[k]!.domain, data }
    const { behind, before } = referenceLayers(
      shownMarks.filter((one) => one.axis === side),
      place,
    )
    return behind.length + before.length === 0 ? marks : { layer: [...behind, marks, ...before] }
  })
  const chart: ChartSpec = {
    ...frame({ width, height, theme, title, notes, alt: '' }),
    ...(groups.length === 1 ? groups[0] : { layer: groups, resolve: { scale: { y: 'independent' } } }),
  }
  const [left, right] = axes.map(({ figure }) => figure)
  const figure: Figure = {
    ...{ title, mark, tz, source, from, to, ...left! },
    notes: texts(params.subtitle, drawing.note, ...missed),
    ...(period !== undefined && { period }),
    ...(right && { right }),
    ...(shownMarks.length > 0 && { references: shownMarks }),
    series: lines.map((line, i) => ({
      ...figureSeries(line.label, line.unit, drawn[i]!),
      ...(line.axis === 'right' && { axis: line.axis }),
      ...(isPast(i, lines) && { isPast: true }),
      ...(past !== undefined && { colour: lines.length - 1 - i }),
    })),
  }
  return { chart, figure, drawing }
}

interface SideAxis extends ValueAxis {
  figure: FigureAxis
}

/** The axes of values: of two with bars or areas the zeros stand at one height. */
function valueAxes(
  sides: Side[],
  lines: Line[],
  canvases: Canvas[],
  params: FullPlotParams,
  marks: ReferenceMark[],
): SideAxis[] {
  const { width, height, theme } = params
  const isFromZero = params.mark === 'area' || params.mark === 'bar'
  const zero = params.zero || isFromZero
  const options = sides.map((side) => {
    const canvas = canvases[lines.findIndex(({ axis }) => axis === side)]!
    const marked = valuesOfMarks(marks, side)
    const [low, high] = [Math.min(canvas.low, ...marked), Math.max(canvas.high, ...marked)]
    return { low, high, zero, title: titleOfSide(side, lines, params), width, height, theme, side }
  })
  let axes = options.map(valueAxis)
  if (axes.length === 2 && isFromZero) {
    const domains = alignZeros(axes[0]!.domain, axes[1]!.domain)
    axes = options.map((option, i) => valueAxis({ ...option, domain: domains[i]! }))
  }
  return axes.map((axis, i) => {
    const { low, high, title } = options[i]!
    const reach = { low: zero ? Math.min(0, low) : low, high: zero ? Math.max(0, high) : high }
    return { ...axis, figure: { ...reach, domain: axis.domain, unit: title } }
  })
}

/** What stands above an axis: what was asked for, or the unit of its lines. */
export function titleOfSide(side: Side, lines: Line[], { yTitle = '', rightTitle = '' }: FullPlotParams): string {
  const units = [...new Set(lines.filter(({ axis }) => axis === side).map(({ unit }) => unit))]
  return oneLine(side === 'left' ? yTitle : rightTitle) || (units.length > 1 ? 'different units' : units[0]!)
}

/** The legend, of one line none, and the name that each line has in it. */
function legendOf(
  lines: Line[],
  { width, height, theme }: FullPlotParams,
): { legend?: Legend; names: (string | undefined)[] } {
  const [first] = lines as [Line]
  if (lines.length === 1 && first.period === undefined) return { names: [undefined] }
  const past = lines.filter((_, i) => isPast(i, lines)).length
  const own = lines.slice(past).map((line) => legendName(line, lines, width < 480))
  if (past === 0) {
    const legend = fitLegend(own, width, height)
    return { legend, names: legend.labels }
  }
  // The latest come first: they are to be named where there is room for little.
  const legend = fitLegend([...own.reverse(), `${past} before`], width, height)
  legend.colours = [...own.map((_, i) => colourOf(theme, i)), colours[theme].axis]
  return { legend, names: lines.map((_, i) => legend.labels[Math.min(own.length, lines.length - 1 - i)]) }
}

/** Of many periods all but the last two lie in the background. */
const isPast = (index: number, lines: Line[]) =>
  lines[0]!.period !== undefined && lines.length > colouredPeriods && index < lines.length - 2

function rowsOf(rows: Row[], series: string | undefined, line: number | undefined): Row[] {
  if (series === undefined && line === undefined) return rows
  // Lines that the legend names as one stay apart by their runs.
  const run = (row: Row): Row => (line === undefined ? {} : { run: line * 10_000 + Number(row.run ?? 0) })
  return rows.map((row) => ({ ...row, ...run(row), ...(series !== undefined && { series }) }))
}

export function positions(mark: Mark, x: Record<string, unknown>, y: Record<string, unknown>): Record<string, unknown> {
  if (mark !== 'bar') {
    return { x: { field: 'timestamp', ...x }, y: { field: 'value', ...y, ...(mark === 'area' && { stack: null }) } }
  }
  return { x: { field: 'start', ...x }, x2: { field: 'end' }, y: { field: 'high', ...y }, y2: { field: 'low' } }
}

const footNote = (period: Period | undefined) => (period === 'month' ? 'day of the month' : '')
