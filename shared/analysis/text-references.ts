import type { Figure } from './figure.ts'
import { markWords, type ReferenceMark } from './references.ts'
import { precisionOf, timeWords } from './text.ts'
import { wrapCells } from './text-cells.ts'

interface Marked {
  mark: ReferenceMark
  /** Dots, two across and four down to a character. */
  place: { x(time: number): number; y(value: number): number }
}

/** Draws lines, and both edges of bands, where nothing else is. */
export function drawReferences(grid: string[][], marked: Marked[]): void {
  const put = (row: number, column: number, mark: string) => {
    if (grid[row]?.[column] === ' ') grid[row][column] = mark
  }
  const [high, wide] = [grid.length, grid[0]!.length]
  for (const { mark, place } of marked) {
    for (const at of new Set([mark.from, mark.to])) {
      if (mark.is === 'value') for (let column = 0; column < wide; column++) put(place.y(at) >> 2, column, '╌')
      else for (let row = 0; row < high; row++) put(row, place.x(at) >> 1, '┊')
    }
  }
}

/** What the lines and bands are, below the chart. */
export function referenceLines({ references = [], tz, unit, right }: Figure): string[] {
  if (references.length === 0) return []
  const when = (time: number) => timeWords(time, tz, precisionOf([time], tz))
  const lines = references.flatMap((mark) => {
    const sign = mark.is === 'value' ? '╌' : '┊'
    return wrapCells(`${sign} ${markWords(mark, mark.axis === 'right' ? (right?.unit ?? '') : unit, when)}`, 80)
  })
  return ['', ...lines]
}
