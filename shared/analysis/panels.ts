import { colours, frame, paddingOf } from './chart.ts'
import { type Drawing, drawSeries, timesOf } from './drawing.ts'
import { type Figure, type FigureAxis, figureSeries } from './figure.ts'
import { layersOf } from './layers.ts'
import type { Line } from './lines.ts'
import { periodTicks } from './overlay.ts'
import { type PanelGrid, panelGrid, panelHead } from './panel-grid.ts'
import { marksWithin, type ReferenceMark, referenceLayers, valuesOfMarks } from './references.ts'
import { fit, plainLabel, textWidth } from './text.ts'
import { type DrawnChart, positions, type TimeChart, titleOfSide } from './time-chart.ts'
import { timeAxis, timeTicks } from './timeaxis.ts'
import { valueAxis, valueTicks } from './valueaxis.ts'

/** The two lines of labels below the lowest panels, and the line that names the zone. */
const bottom = 56

/** A panel for each line, all over the same times, with one scale of values for all or each its own. */
export function drawPanels(chart: TimeChart): DrawnChart {
  const { params, lines: all, references, source } = chart
  const { width, height, theme, tz, mark: asked } = params
  const { lines, period } = all
  const isFree = params.panels === 'free'
  const curves = lines.map(({ curve }) => curve)
  const times = chart.times ?? timesOf(curves, asked, chart.range)
  const { inside, outside } = marksWithin(references, times)
  const zero = params.zero || asked === 'area' || asked === 'bar'
  const reach = (of: Line[]) => reachOf(of, isFree ? [] : valuesOfMarks(inside, 'left'), zero)
  const reaches = isFree ? lines.map((line) => reach([line])) : lines.map(() => reach(lines))
  const unitTitle = (of: Line[]) => titleOfSide('left', of, params)

  const padding = paddingOf(width, height)
  const isTiny = height < 160
  const notesOf = (shown: number, notes: string[]) => {
    const left = lines.length - shown
    const unit = isFree ? '' : axisOf(0, 200).unit
    return [
      unit,
      params.subtitle,
      ...notes,
      left > 0 && `The picture has room for ${shown} of ${lines.length} panels`,
      ...missed,
    ].filter((one): one is string => Boolean(one))
  }
  const missed = [
    ...chart.missing,
    ...(outside.length > 0
      ? [`Outside of the chart: ${outside.map(({ label }) => label || 'a reference').join(', ')}`]
      : []),
  ]
  const axisOf = (i: number, high: number) =>
    valueAxis({
      ...reaches[i]!,
      zero,
      title: unitTitle(isFree ? [lines[i]!] : lines),
      width,
      height: high + 110,
      theme,
    })
  const labels = (high: number) =>
    Math.max(
      ...(isFree ? lines : lines.slice(0, 1)).flatMap((_, i) =>
        valueTicks({ ...reaches[i]!, zero, height: high + 110, title: '' }).labels.map((text) => textWidth(text, 11)),
      ),
    )
  const ticksFor = (across: number) =>
    period === undefined ? timeTicks(times.from, times.to, tz, across) : periodTicks(period, across)
  const overhang = (across: number) =>
    Math.max(
      ...ticksFor(across)
        .labels.flat()
        .map((text) => textWidth(text, 12) / 2),
    )
  const gridFor = (panels: number, notes: string[]): { grid: PanelGrid; top: number } => {
    const top = headOf(frame({ width, height, theme, title: chart.title, notes, alt: '' }))
    const room = { width, height, panels, columns: params.columns, isFree, top, bottom: isTiny ? 40 : bottom }
    const first = panelGrid({ ...room, labels: labels(80), overhang: overhang(180) })
    const sized = { labels: labels(first.height), overhang: overhang(first.width) }
    return { grid: panelGrid({ ...room, ...sized }), top }
  }
  const drawAll = ({ width, height }: PanelGrid) =>
    curves.map((curve) => drawSeries([curve], asked, { width, height, range: times, times }))
  const said = drawAll(gridFor(lines.length, []).grid)
    .map(({ note }) => note)
    .filter(Boolean)
  // The title's height depends on its notes, and they on how many panels there is room for.
  let shown = lines.length
  let notes = notesOf(shown, said.slice(0, 1))
  let { grid, top } = gridFor(shown, notes)
  while (grid.shown < shown) {
    shown = grid.shown
    notes = notesOf(shown, said.slice(0, 1))
    ;({ grid, top } = gridFor(shown, notes))
  }
  const drawings = drawAll(grid)

  const framed = frame({ width, height, theme, title: chart.title, notes, alt: '' })
  const { width: _, height: __, autosize: ___, ...outer } = framed
  const own = period === undefined ? undefined : periodTicks(period, grid.width)
  const footer = [period === 'month' && 'day of the month', tz, source && `Source: ${source}`]
    .filter(Boolean)
    .join(' · ')
  const panels = lines.slice(0, grid.shown).map((line, i) => {
    const isLow = i + grid.columns >= grid.shown
    const isFirst = i % grid.columns === 0
    const axis = axisOf(i, grid.height)
    const x = timeAxis({
      ...{ ...times, tz: period === undefined ? tz : 'UTC', width, height, theme, length: grid.width },
      title: isFirst && isLow && !isTiny ? footer : '',
      ...(own && { own }),
    })
    if (!isLow) Object.assign(x.axis as object, { labels: false, title: null })
    const yAxis = {
      ...(axis.y.axis as object),
      title: null,
      labelFontSize: 11,
      ...(!isFree && !isFirst && { labels: false }),
    }
    const drawing = drawings[i]!
    const marks = {
      data: { values: drawing.drawn[0]!.rows, format: { parse: null } },
      encoding: {
        ...positions(drawing.mark, x, { ...axis.y, axis: yAxis }),
        ...(drawing.drawn[0]!.gaps > 0 && { detail: { field: 'run' } }),
      },
      layer: layersOf(drawing.mark, theme, { rows: [drawing.drawn[0]!.rows], isSole: true }, {}),
    }
    const place = {
      theme,
      width: grid.width + 90,
      height: grid.height + 140,
      x: [times.from, times.to] as [number, number],
      y: axis.domain,
      data: [{ x: drawing.drawn[0]!.points.timestamps, y: drawing.drawn[0]!.points.values }],
    }
    const { behind, before } = referenceLayers(marksIn(inside, axis.domain), place)
    const name = panelName(line.label, isFree ? axis.unit : '', grid.width)
    const head = { text: plainLabel(name), fontSize: 12, fontWeight: 600 }
    // A title would stand above all that the panel holds, the picture's size included.
    const called = {
      data: { values: [{}] },
      mark: { type: 'text', align: 'left', baseline: 'bottom', color: colours[theme].ink, ...head },
      encoding: { x: { value: 0 }, y: { value: -6 } },
    }
    return {
      ...{ width: grid.width, height: grid.height },
      layer: [...(i === 0 ? [wholePicture(params, grid, top, padding)] : []), ...behind, marks, ...before, called],
    }
  })
  const axes = lines.slice(0, isFree ? grid.shown : 1).map((_, i): FigureAxis => {
    const unit = unitTitle(isFree ? [lines[i]!] : lines)
    return { ...reaches[i]!, domain: axisOf(i, grid.height).domain, unit }
  })
  const figure: Figure = {
    ...{
      title: chart.title,
      mark: drawings[0]!.mark,
      tz,
      source,
      ...times,
      ...axes[0]!,
      notes: isFree ? notes : notes.slice(axisOf(0, 200).unit === '' ? 0 : 1),
    },
    panels: lines.slice(0, grid.shown).map((_, i) => axes[isFree ? i : 0]!),
    ...(period !== undefined && { period }),
    ...(inside.length > 0 && { references: inside }),
    series: lines
      .slice(0, grid.shown)
      .map((line, i) => ({ ...figureSeries(line.label, line.unit, drawings[i]!.drawn[0]!), colour: 0 })),
  }
  const drawing: Drawing = { ...drawings[0]!, drawn: drawings.map(({ drawn }) => drawn[0]!) }
  const spec = {
    ...{ ...outer, padding, title: { ...(framed.title as object), offset: -top + 4 } },
    ...{
      concat: panels,
      columns: grid.columns,
      bounds: 'flush',
      resolve: { scale: { x: 'independent', y: 'independent' } },
    },
    spacing: { row: panelHead, column: grid.gutter },
  }
  return { chart: spec, figure, drawing, panels: grid.shown }
}

/** What a panel is called, and its unit, which is not cut off as long as it leaves the name some room. */
function panelName(label: string, unit: string, width: number): string {
  const tail = unit === '' ? '' : `, ${unit}`
  const room = width - textWidth(tail, 12)
  return room > width * 0.4 ? `${fit(label, room, 12)}${tail}` : fit(`${label}${tail}`, width, 12)
}

/** The lowest and highest value of lines and of what is marked, zero included where it has to be. */
function reachOf(lines: Line[], marked: number[], zero: boolean): { low: number; high: number } {
  let [low, high] = zero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { curve } of lines)
    for (const value of curve.values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return { low: Math.min(low, ...marked), high: Math.max(high, ...marked) }
}

/** What of the references lies on a panel's own scale. */
const marksIn = (marks: ReferenceMark[], [low, high]: [number, number]) =>
  marks.filter(({ is, from, to }) => is === 'time' || (to >= low && from <= high))

/** The pixels that the title takes above the panels. */
function headOf({ title }: Record<string, unknown>): number {
  const {
    text,
    subtitle = [],
    lineHeight,
    subtitleLineHeight,
    offset,
  } = title as Record<'lineHeight' | 'subtitleLineHeight' | 'offset', number> & {
    text: string[]
    subtitle?: string[]
  }
  return (
    text.length * lineHeight +
    (subtitle.length > 0 ? 4 + subtitle.length * subtitleLineHeight : 0) +
    Math.round(offset / 2)
  )
}

/** Nothing to be seen: it gives the picture its size, which panels alone don't. */
function wholePicture(
  { width, height }: { width: number; height: number },
  grid: PanelGrid,
  top: number,
  padding: number,
) {
  const [left, above] = [-grid.edge, -(top + panelHead)]
  return {
    data: { values: [{}] },
    mark: { type: 'rect', opacity: 0 },
    encoding: {
      x: { value: left },
      x2: { value: left + width - 2 * padding },
      y: { value: above },
      y2: { value: above + height - 2 * padding },
    },
  }
}
