import type { Candle } from './candles.ts'
import { textPage } from './text-blocks.ts'
import { cellWidth, fitCells } from './text-cells.ts'
import { timeLine } from './text-times.ts'
import { valueTicks } from './valueaxis.ts'

const rows = 17

export interface CandleText {
  title: string
  notes: string[]
  candles: Candle[]
  from: number
  to: number
  tz: string
  unit: string
  low: number
  high: number
  footer: string
}

/** Candles for a terminal, one in a column: where several share it, the first opens, the last closes. */
export function candleText({ title, notes, candles, from, to, tz, unit, low, high, footer }: CandleText): string {
  const axis = valueTicks({ low, high, zero: false, height: 350, title: unit })
  const gutter = Math.max(4, ...axis.labels.map(cellWidth)) + 1
  const columns = 80 - gutter - 2
  const rowOf = (value: number) =>
    Math.max(0, Math.min(rows - 1, Math.floor(((axis.domain[1] - value) / (axis.domain[1] - axis.domain[0])) * rows)))
  const columnOf = ({ start, end }: Candle) =>
    Math.min(columns - 1, Math.floor((((start + end) / 2 - from) / (to - from)) * columns))
  const grid = Array.from({ length: rows }, () => new Array<string>(columns).fill(' '))
  for (const [column, candle] of merged(candles, columnOf)) {
    for (let row = rowOf(candle.high); row <= rowOf(candle.low); row++) grid[row]![column] = '│'
    const [top, bottom] = [rowOf(Math.max(candle.open, candle.close)), rowOf(Math.min(candle.open, candle.close))]
    for (let row = top; row <= bottom; row++) grid[row]![column] = candle.close >= candle.open ? '░' : '█'
  }
  const labels = new Map(axis.ticks.map((tick, i) => [rowOf(tick), axis.labels[i]!]))
  const times = timeLine({ from, to, tz }, columns)
  const body = [
    ...(axis.unit === '' ? [] : [`${' '.repeat(gutter)}${fitCells(axis.unit, columns)}`]),
    ...grid.map(
      (row, i) => `${(labels.get(i) ?? '').padStart(gutter - 1)} ${labels.has(i) ? '┤' : '│'}${row.join('')}`,
    ),
    `${' '.repeat(gutter)}└${times.rule}`,
    ...times.labels.map((line) => `${' '.repeat(gutter + 1)}${line}`),
    '',
    '░ rise   █ fall   │ from the lowest to the highest',
  ]
  return textPage(title, notes, body, footer)
}

function merged(candles: Candle[], columnOf: (candle: Candle) => number): Map<number, Candle> {
  const found = new Map<number, Candle>()
  for (const candle of candles) {
    const column = columnOf(candle)
    const before = found.get(column)
    const whole = before && {
      ...before,
      close: candle.close,
      high: Math.max(before.high, candle.high),
      low: Math.min(before.low, candle.low),
    }
    found.set(column, whole ?? candle)
  }
  return found
}
