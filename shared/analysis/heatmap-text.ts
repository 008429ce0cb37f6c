import { type Classes, classOf } from './classes.ts'
import type { HeatCell } from './heatmap.ts'
import type { Grid } from './heatmap-grids.ts'
import { numberWords } from './text.ts'
import { padStart, textPage } from './text-blocks.ts'

export interface ShadedCells {
  title: string
  notes: string[]
  /** What is shaded: `mean, °C`. */
  what: string
  grid: Grid
  cells: HeatCell[]
  classes: Classes
  footer: string
}

/** A digit for each class, so that any terminal tells them apart, and cells without points from the lowest. */
const digits = '123456789'

/** A heat map for a terminal: in each cell the number of its class, and a legend of the classes below. */
export function shadedCells({ title, notes, what, grid, cells, classes, footer }: ShadedCells): string {
  const labels = Math.max(...grid.yTicks.map(({ label }) => label.length))
  const room = 80 - labels - 2
  const wide = Math.max(1, Math.min(3, Math.floor(room / grid.columns)))
  const lines = Array.from({ length: grid.rows }, () => new Array<string>(grid.columns).fill('·'))
  for (const { row, column, value } of cells) lines[row]![column] = digits[classOf(value, classes)]!
  const names = new Map(grid.yTicks.map(({ at, label }) => [Math.floor(at), label]))
  const head = new Array<string>(room).fill(' ')
  let free = 0
  for (const { at, label } of grid.xTicks) {
    const start = Math.floor(at * wide) - (wide > 1 && label.length > 1 ? 1 : 0)
    if (start < free || start + label.length > room) continue
    for (const [i, letter] of [...label].entries()) head[start + i] = letter
    free = start + label.length + 1
  }
  const isGap = (row: number) => grid.rows > 12 && row % 8 === 7
  const body = lines.map((line, row) =>
    isGap(row)
      ? ''
      : `${padStart(names.get(row) ?? '', labels)}  ${line.map((cell) => (wide === 1 ? cell : cell.padStart(Math.ceil(wide / 2)).padEnd(wide))).join('')}`,
  )
  return textPage(
    title,
    notes,
    [`${' '.repeat(labels + 2)}${head.join('')}`, ...body, '', what, ...legend(classes)],
    footer,
  )
}

function legend({ bounds }: Classes): string[] {
  if (bounds.length === 0) return ['· no points']
  const first = `1 below ${numberWords(bounds[0]!)}`
  const others = bounds.map((bound, i) =>
    i < bounds.length - 1
      ? `${digits[i + 1]} ${numberWords(bound)} to ${numberWords(bounds[i + 1]!)}`
      : `${digits[i + 1]} ${numberWords(bound)} or more`,
  )
  const lines: string[] = []
  for (const entry of [first, ...others, '· no points']) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + entry.length + 3 <= 80) lines[lines.length - 1] = `${last}   ${entry}`
    else lines.push(entry)
  }
  return lines
}
