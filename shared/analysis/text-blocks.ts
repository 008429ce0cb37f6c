import { cellWidth, fitCells, wrapCells } from './text-cells.ts'

/** Characters across. */
const width = 80

/** A chart for a terminal that is not one over time: title, notes, what is in it, and a last line. */
export function textPage(title: string, notes: string[], body: string[], footer: string): string {
  const fitting = body.map((line) => fitCells(line, width))
  const lines = [...wrapCells(title, width), ...notes.flatMap((note) => wrapCells(note, width)), '', ...fitting]
  const all = footer === '' ? lines : [...lines, '', ...wrapCells(footer, width)]
  return `${all.map((line) => line.trimEnd()).join('\n')}\n`
}

export interface TextBar {
  name: string
  /** From 0 to 1: the longest has 1. */
  part: number
  value: string
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** Bars from left to right, to an eighth of a character, each with its name and its value. */
export function bars(list: TextBar[]): string[] {
  const names = Math.min(30, Math.max(...list.map(({ name }) => cellWidth(name))))
  const values = Math.max(...list.map(({ value }) => cellWidth(value)))
  const room = Math.max(10, width - names - values - 4)
  return list.map(({ name, part, value }) => {
    const parts = Math.round(part * room * 8)
    // What is not nothing can be seen.
    const shown = part > 0 ? Math.max(1, parts) : 0
    const bar = `${'█'.repeat(shown >> 3)}${eighths[shown & 7]}`
    return `${padStart(fitCells(name, names), names)} │${bar} ${value}`
  })
}

/** A table of texts, its first column at the left and the others at the right; the first row is the head. */
export function table(rows: string[][]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => cellWidth(row[column] ?? ''))))
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? padEnd(cell, widths[0]!) : padStart(cell, widths[column]!))).join('  '),
  )
}

const space = (text: string, to: number) => ' '.repeat(Math.max(0, to - cellWidth(text)))
export const padStart = (text: string, to: number): string => space(text, to) + text
export const padEnd = (text: string, to: number): string => text + space(text, to)
