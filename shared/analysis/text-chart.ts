import { type Braille, makeBraille } from './braille.ts'
import type { Figure, FigureAxis, FigureSeries } from './figure.ts'
import { padStart } from './text-blocks.ts'
import { cellWidth, fitCells, wrapCells } from './text-cells.ts'
import { drawReferences, referenceLines } from './text-references.ts'
import { timeLine } from './text-times.ts'
import { valueTicks } from './valueaxis.ts'

/** Characters across, and rows of the plot itself. */
const width = 80
const rows = 17

/** What tells series apart: marks on their lines, each another for the hundred series that a chart may have. */
const marks = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  ...'ΓΔΘΛΞΠΣΦΨΩαβγδεζηθλμξπρστφχψωБГДЖЗИЛЦШЭЯ',
]
/** About so many characters lie between two marks of one line. */
const markEvery = 16

/**
 * A figure as text for a terminal of 80 columns: title, unit, axes with round ticks, and the lines in braille, two by four
 * dots to a character. Gaps stay open. Several series carry letters on their lines, and a legend says which is which.
 * Panels stand below one another; lines and bands at values and times are dotted, and named below.
 */
export function textChart(figure: Figure): string {
  const { title, notes, tz, source, series, panels } = figure
  const plots = panels ? panels.map((axis, i) => ({ axis, of: [series[i]!] })) : [{ axis: figure, of: series }]
  const high = panels ? Math.max(4, Math.min(9, Math.floor(36 / panels.length))) : rows
  const ticked = plots.map(({ axis }) => axisOf(axis, high, figure.right !== undefined))
  const right = figure.right && axisOf(figure.right, high, true)
  const gutter = Math.max(4, ...ticked.flatMap(({ labels }) => labels.map(cellWidth))) + 1
  const margin = right ? Math.max(...right.labels.map(cellWidth)) + 3 : 0
  const columns = width - gutter - 2 - margin
  const shared = panels?.every(({ unit }) => unit === panels[0]!.unit)
  const times = timeLine(figure, columns)
  const indent = ' '.repeat(gutter)
  const unitLine = (left: string) => {
    const over = right?.unit
      ? padStart(fitCells(right.unit, margin + 12), columns + margin - cellWidth(fitCells(left, columns)))
      : ''
    return left === '' && over === '' ? [] : [`${indent.slice(1)} ${fitCells(left, columns)}${over}`]
  }
  const body = plots.flatMap(({ of }, i) => [
    ...(panels
      ? [...(i > 0 ? [''] : []), `${indent} ${fitCells(panelName(of[0]!, shared ? '' : ticked[i]!.unit), columns)}`]
      : unitLine(ticked[i]!.unit)),
    ...plotLines({ ...figure, ...plots[i]!.axis, series: of }, { axis: ticked[i]!, right, high, gutter, columns }),
    ...(i === plots.length - 1 ? [] : [`${indent}└${times.rule}`]),
  ])
  const lines = [
    ...wrapCells(title, width),
    ...notes.flatMap((note) => wrapCells(note, width)),
    '',
    ...(panels ? (shared ? unitLine(ticked[0]!.unit) : []) : legendLines(figure)),
    ...body,
    `${indent}└${times.rule}`,
    ...times.labels.map((line) => `${indent} ${line}`),
    ...referenceLines(figure),
    '',
    ...wrapCells([tz, source && `Source: ${source}`].filter(Boolean).join(' · '), width),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

const panelName = ({ label }: FigureSeries, unit: string) => (unit === '' ? label : `${label}, ${unit}`)

type Axis = ReturnType<typeof valueTicks>

/** An axis with as many ticks as have room here; with set ends, as two axes with one zero have them, those of the picture. */
function axisOf({ low, high, unit, domain }: FigureAxis, lines: number, isSet: boolean): Axis {
  const zero = low === 0 || high === 0
  const height = lines === rows ? 350 : 110 + lines * 14
  return valueTicks({ low, high, zero, height, title: unit, ...(isSet && { domain }) })
}

interface PlotPlace {
  axis: Axis
  right: Axis | undefined
  high: number
  gutter: number
  columns: number
}

/** The rows of one plot, with the labels of its axes. */
function plotLines(figure: Figure, { axis, right, high, gutter, columns }: PlotPlace): string[] {
  const { series } = figure
  const placeIn = (domain: [number, number]): Place => {
    // The largest doubles lie beyond the axis; halves of them, since their distance may be infinite.
    const [bottom, top] = domain.map((end) => end / 2) as [number, number]
    const depth = (value: number) => (top - Math.min(top, Math.max(bottom, value / 2))) / (top - bottom)
    return {
      x: (time) => Math.round(((time - figure.from) / (figure.to - figure.from)) * (columns * 2 - 1)),
      y: (value) => Math.round(depth(value) * (high * 4 - 1)),
    }
  }
  const left = placeIn(axis.domain)
  const placeOf = (one: FigureSeries) => (one.axis === 'right' && right ? placeIn(right.domain) : left)
  const bar = figure.mark === 'bar' ? barWidth(series, left) : 0
  const drawn = series.map((one, i) => {
    const canvas = makeBraille(columns, high)
    const of = { ...figure, ...(one.axis === 'right' && figure.right) }
    if (bar > 0)
      drawBars(canvas, one, of, placeOf(one), { width: bar, offset: Math.round((i - series.length / 2) * bar) })
    else drawOne(canvas, one, of, placeOf(one))
    return canvas
  })
  const grid = overlay(drawn, columns, high, figure)
  const marked = (figure.references ?? []).map((mark) => ({
    mark,
    place: mark.axis === 'right' && right ? placeIn(right.domain) : left,
  }))
  drawReferences(grid, marked)
  const labels = (axis: Axis, { y }: Place) => new Map(axis.ticks.map((tick, i) => [y(tick) >> 2, axis.labels[i]!]))
  const ownLabels = labels(axis, left)
  const rightLabels = right && labels(right, placeIn(right.domain))
  return grid.map((row, i) => {
    const label = ownLabels.get(i)
    const own = `${padStart(label ?? '', gutter - 1)} ${label === undefined ? '│' : '┤'}${row.join('')}`
    if (!rightLabels) return own
    const other = rightLabels.get(i)
    return `${own}${other === undefined ? '│' : `├ ${other}`}`
  })
}

/** What stands for a chart that a terminal can't show: its text alternative. */
export const wordsOnly = (alt: string): string => `${wrapCells(alt, width).join('\n')}\n`

export interface Place {
  x(time: number): number
  y(value: number): number
}

/** How many dots wide a bar can be, so that those of all series stand side by side: 0 where they have no room. */
function barWidth(series: FigureSeries[], place: Place): number {
  let slot = Number.POSITIVE_INFINITY
  for (const { timestamps } of series)
    for (let i = 1; i < timestamps.length; i++)
      slot = Math.min(slot, place.x(timestamps[i]!) - place.x(timestamps[i - 1]!))
  if (series.length === 1) return Math.max(1, Math.min(8, Math.floor(slot * 0.6)))
  // A cell shows one series, so each bar takes whole cells.
  return Math.min(8, 2 * Math.floor((slot - 2) / series.length / 2))
}

interface Bar {
  width: number
  offset: number
}

function drawBars(canvas: Braille, { timestamps, values }: FigureSeries, figure: Figure, place: Place, bar: Bar): void {
  const base = place.y(Math.min(Math.max(0, figure.low), figure.high))
  for (let i = 0; i < timestamps.length; i++) {
    const middle = place.x(timestamps[i]!)
    const start = figure.series.length === 1 ? middle + bar.offset : 2 * Math.floor((middle + bar.offset) / 2)
    const y = place.y(values[i]!)
    for (let x = start; x < start + bar.width; x++) canvas.line(x, base, x, y)
  }
}

function drawOne(canvas: Braille, { timestamps, values, starts }: FigureSeries, figure: Figure, place: Place): void {
  const base = place.y(Math.min(Math.max(0, figure.low), figure.high))
  const isFirst = new Set(starts)
  let [lastX, lastY] = [0, 0]
  for (let i = 0; i < timestamps.length; i++) {
    const x = place.x(timestamps[i]!)
    const y = place.y(values[i]!)
    canvas.dot(x, y)
    if (figure.mark !== 'scatter' && i > 0 && !isFirst.has(i)) {
      if (figure.mark === 'area' && figure.series.length === 1) fill(canvas, base, [lastX, lastY], [x, y])
      if (figure.mark === 'step') canvas.line(lastX, lastY, x, lastY)
      canvas.line(figure.mark === 'step' ? x : lastX, lastY, x, y)
    }
    ;[lastX, lastY] = [x, y]
  }
}

/** Every other dot between a line and its base, so that the line itself stays to be seen. */
function fill(canvas: Braille, base: number, [x0, y0]: [number, number], [x1, y1]: [number, number]): void {
  for (let x = x0; x <= x1; x++) {
    const edge = x1 === x0 ? y1 : Math.round(y0 + ((y1 - y0) * (x - x0)) / (x1 - x0))
    for (let y = Math.min(edge, base); y <= Math.max(edge, base); y++) if ((x + y) % 2 === 0) canvas.dot(x, y)
  }
}

/** All series in one picture, row by row; of several each with its mark here and there. */
function overlay(series: Braille[], columns: number, high: number, figure: Figure): string[][] {
  const cells = Array.from({ length: high }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const dots = series.reduce((all, one) => all | one.cell(column, row), 0)
      return dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots)
    }),
  )
  if (series.length > 1)
    for (const [row, column, mark] of markPlaces(series, columns, high, figure)) cells[row]![column] = mark
  return cells
}

/** Where marks stand: on their own line where it runs alone, those of different series not below one another if it can be. */
function* markPlaces(
  series: Braille[],
  columns: number,
  high: number,
  figure: Figure,
): Generator<[row: number, column: number, mark: string]> {
  const taken = new Set<number>()
  const isAlone = (index: number, row: number, column: number) =>
    series.every((other, i) => i === index || other.cell(column, row) === 0)
  for (const [index, one] of series.entries()) {
    if (figure.series[index]?.isPast) continue
    const offset = Math.floor(((index + 0.5) * markEvery) / series.length) % markEvery
    const own = (column: number) => Array.from({ length: high }, (_, row) => row).filter((row) => one.cell(column, row))
    let placed = 0
    const put = function* (from: number, to: number, isSole: boolean): Generator<[number, number, string]> {
      for (let column = Math.max(0, from); column < Math.min(columns, to); column++) {
        const row = own(column).find(
          (row) => !taken.has(row * columns + column) && (!isSole || isAlone(index, row, column)),
        )
        if (row === undefined) continue
        taken.add(row * columns + column)
        placed++
        yield [row, column, marks[index % marks.length]!]
        return
      }
    }
    for (let at = offset; at < columns; at += markEvery) yield* put(at, at + markEvery / 2, true)
    // A line that never runs alone is marked all the same.
    if (placed === 0) yield* put(0, columns, true)
    if (placed === 0) yield* put(offset, columns, false)
    if (placed === 0) yield* put(0, columns, false)
  }
}

function legendLines({ series, right }: Figure): string[] {
  if (series.length === 1) return []
  const units = new Set(series.map(({ unit }) => unit))
  const past = series.filter(({ isPast }) => isPast).length
  const names = series.flatMap(({ label, unit, axis, isPast }, i) => {
    if (isPast) return []
    const more = [units.size > 1 && (unit || 'no unit'), right && (axis ?? 'left')].filter(Boolean).join(', ')
    return `${marks[i % marks.length]} ${fitCells(more === '' ? label : `${label} (${more})`, width - 4)}`
  })
  const lines: string[] = []
  for (const name of [...names, ...(past > 0 ? [`without a letter: ${past} before`] : [])]) {
    const last = lines.at(-1)
    if (last !== undefined && cellWidth(last) + cellWidth(name) + 3 <= width)
      lines[lines.length - 1] = `${last}   ${name}`
    else lines.push(name)
  }
  return [...lines, '']
}
