import { type Braille, makeBraille } from './braille.ts'
import type { Figure, FigureSeries } from './figure.ts'
import { cellWidth, fitCells, wrapCells } from './text-cells.ts'
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
 */
export function textChart(figure: Figure): string {
  const { title, notes, unit, tz, source, series } = figure
  const zero = figure.low === 0 || figure.high === 0
  const axis = valueTicks({ low: figure.low, high: figure.high, zero, height: 350, title: unit })
  const gutter = Math.max(4, ...axis.labels.map(cellWidth)) + 1
  const columns = width - gutter - 2
  // The largest doubles lie beyond the axis; halves of them, since their distance may be infinite.
  const [bottom, top] = axis.domain.map((end) => end / 2) as [number, number]
  const depth = (value: number) => (top - Math.min(top, Math.max(bottom, value / 2))) / (top - bottom)
  const place: Place = {
    x: (time) => Math.round(((time - figure.from) / (figure.to - figure.from)) * (columns * 2 - 1)),
    y: (value) => Math.round(depth(value) * (rows * 4 - 1)),
  }
  const bar = figure.mark === 'bar' ? barWidth(series, place) : 0
  const drawn = series.map((one, i) => {
    const canvas = makeBraille(columns, rows)
    if (bar > 0) drawBars(canvas, one, figure, place, { width: bar, offset: Math.round((i - series.length / 2) * bar) })
    else drawOne(canvas, one, figure, place)
    return canvas
  })
  const grid = overlay(drawn, columns)
  const labels = new Map(axis.ticks.map((tick, i) => [place.y(tick) >> 2, axis.labels[i]!]))
  const times = timeLine(figure, columns)
  const indent = ' '.repeat(gutter)

  const lines = [
    ...wrapCells(title, width),
    ...notes.flatMap((note) => wrapCells(note, width)),
    '',
    ...(series.length > 1 ? [...legend(series), ''] : []),
    ...(axis.unit === '' ? [] : [`${indent.slice(1)} ${fitCells(axis.unit, columns)}`]),
    ...grid.map((row, i) => {
      const label = labels.get(i)
      return `${(label ?? '').padStart(gutter - 1)} ${label === undefined ? '│' : '┤'}${row}`
    }),
    `${indent}└${times.rule}`,
    ...times.labels.map((line) => `${indent} ${line}`),
    '',
    ...wrapCells([tz, source && `Source: ${source}`].filter(Boolean).join(' · '), width),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** What stands for a chart that a terminal can't show: its text alternative. */
export const wordsOnly = (alt: string): string => `${wrapCells(alt, width).join('\n')}\n`

interface Place {
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
function overlay(series: Braille[], columns: number): string[] {
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const dots = series.reduce((all, one) => all | one.cell(column, row), 0)
      return dots === 0 ? ' ' : String.fromCharCode(0x2800 + dots)
    }),
  )
  if (series.length > 1) for (const [row, column, mark] of markPlaces(series, columns)) cells[row]![column] = mark
  return cells.map((row) => row.join(''))
}

/** Where marks stand: on their own line where it runs alone, those of different series not below one another if it can be. */
function* markPlaces(series: Braille[], columns: number): Generator<[row: number, column: number, mark: string]> {
  const taken = new Set<number>()
  const isAlone = (index: number, row: number, column: number) =>
    series.every((other, i) => i === index || other.cell(column, row) === 0)
  for (const [index, one] of series.entries()) {
    const offset = Math.floor(((index + 0.5) * markEvery) / series.length) % markEvery
    const own = (column: number) => Array.from({ length: rows }, (_, row) => row).filter((row) => one.cell(column, row))
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

function legend(series: FigureSeries[]): string[] {
  const units = new Set(series.map(({ unit }) => unit))
  const names = series.map(({ label, unit }, i) => {
    const name = units.size > 1 ? `${label} (${unit || 'no unit'})` : label
    return `${marks[i % marks.length]} ${fitCells(name, width - 4)}`
  })
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last !== undefined && cellWidth(last) + cellWidth(name) + 3 <= width)
      lines[lines.length - 1] = `${last}   ${name}`
    else lines.push(name)
  }
  return lines
}
