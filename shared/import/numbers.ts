export { readPlainNumber } from '../text/read-numbers.ts'

export type Decimal = '.' | ','

const plain = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/
const comma = /^[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/
const commaGrouped = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?$/
const before = /^([+-]?)[$€£¥]\s*/
/** Without the spaces before it: where there is no sign, they would be tried from each of them on. */
const behind = /[%€£¥]$/
const spaces = /(?<=\d)[\s'’\u00a0\u202f](?=\d{3}(?!\d))/g

/** Reads a number; NaN when the text is none. Groups of thousands, a currency sign and a percent sign are passed over. */
export function readNumber(text: string, decimal: Decimal): number {
  if (decimal === '.' && plain.test(text)) return Number(text)
  return readDressed(text, decimal)
}

function readDressed(text: string, decimal: Decimal): number {
  const bare = text
    .trim()
    .replace('\u2212', '-')
    .replace(before, '$1')
    .replace(behind, '')
    .trimEnd()
    .replace(spaces, '')
  if (decimal === '.') {
    if (plain.test(bare)) return Number(bare)
    return grouped.test(bare) ? Number(bare.replaceAll(',', '')) : Number.NaN
  }
  if (comma.test(bare)) return Number(bare.replace(',', '.'))
  return commaGrouped.test(bare) ? Number(bare.replaceAll('.', '').replace(',', '.')) : Number.NaN
}

/** Whether a text is a number by either decimal sign. */
export function looksNumeric(text: string): boolean {
  return Number.isFinite(readNumber(text, '.')) || Number.isFinite(readNumber(text, ','))
}

/**
 * The decimal sign of a table's cells. A comma that groups thousands is none: where every comma is followed by just
 * three digits, it is the decimal sign only in a file whose fields are not separated by commas.
 */
export function inferDecimal(cells: Iterable<string>, delimiter: string | undefined): Decimal {
  let [points, commas, decisive] = [0, 0, 0]
  for (const cell of cells) {
    if (!cell.includes(',')) {
      if (cell.includes('.') && Number.isFinite(readNumber(cell, '.'))) points++
      continue
    }
    if (!Number.isFinite(readNumber(cell, ','))) continue
    commas++
    if (!Number.isFinite(readNumber(cell, '.')) || /^[+-]?0,/.test(cell)) decisive++
  }
  if (decisive > 0) return decisive > points ? ',' : '.'
  return commas > 0 && points === 0 && delimiter !== undefined && delimiter !== ',' ? ',' : '.'
}

/** What portals write where a value is missing: no measurement looks like it. */
const sentinel = /^-(?:9{2,5}|9{2,4}\.(?:0+|9{1,3})|9\.9{2,3})$/

/**
 * The numbers that stand for a missing value in a column: below everything else, while all else is above zero, or far
 * from all else.
 */
export function inferSentinels(cells: string[], decimal: Decimal): string[] {
  const suspects = new Set(cells.filter((cell) => cell.startsWith('-') && sentinel.test(cell.replace(',', '.'))))
  if (suspects.size === 0) return []
  let [lowest, highest] = [Infinity, -Infinity]
  for (const cell of cells) {
    const value = suspects.has(cell) ? Number.NaN : readNumber(cell, decimal)
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  return [...suspects].filter((text) => {
    const value = readNumber(text, decimal)
    return lowest === Infinity || lowest >= 0 || value < lowest - 2 * (highest - lowest)
  })
}
