import { looksNumeric } from './numbers.ts'
import { isMissing, type SourceRow } from './table.ts'
import { looksLikeTime } from './times.ts'

/** Rows in which a header may stand: above it are titles and notes. */
const highest = 40
/** Rows below a header that show what its columns hold. */
const below = 20

type Kind = 'none' | 'text' | 'data'

function kindOf(cell: string | undefined): Kind {
  if (cell === undefined || isMissing(cell)) return 'none'
  return looksNumeric(cell) || looksLikeTime(cell) ? 'data' : 'text'
}

/**
 * The line that names the columns, 0 when there is none: the first that has a text above a column of numbers or times,
 * and is about as wide as the table.
 */
export function findHeader(rows: SourceRow[], width: number): number {
  const kinds = rows.slice(0, highest + below).map(({ cells }) => cells.map(kindOf))
  for (const [i, row] of kinds.slice(0, highest).entries()) {
    const cells = row.filter((kind) => kind !== 'none').length
    if (cells < Math.min(width, Math.max(2, width / 2))) continue
    const under = kinds.slice(i + 1, i + 1 + below).filter((kinds) => kinds.length >= width / 2)
    const names = row.some((kind, c) => {
      if (kind !== 'text') return false
      const filled = under.map((kinds) => kinds[c] ?? 'none').filter((kind) => kind !== 'none')
      return filled.length > 0 && filled.filter((kind) => kind === 'data').length > filled.length / 2
    })
    if (names || holdsYears(rows[i]!.cells)) return rows[i]!.line!
  }
  const first = kinds[0]!
  return first.length === width && first.every((kind) => kind !== 'data') && rows.length > 1 ? rows[0]!.line! : 0
}

/** Whether a row that stands alone can be nothing but names. */
export function isHeader(cells: string[]): boolean {
  return cells.every((cell) => kindOf(cell) === 'text')
}

/** Whether a row is a header of years: a text, then years one after the other. */
function holdsYears(cells: string[]): boolean {
  const years = cells.filter((cell) => /^(1[5-9]|2[01])\d\d$/.test(cell)).map(Number)
  return (
    years.length > 2 && kindOf(cells[0]) === 'text' && years.every((year, i) => i === 0 || year === years[i - 1]! + 1)
  )
}

/** Texts in round brackets that are units; in square brackets every text is taken for one. */
const unit =
  /[°%‰µμΩ²³€$£¥^/·]|^([kMGTmcdhn]?(m|g|W|Wh|V|A|Pa|J|Hz|L|l|N|s|bar|eq|t)|min|h|hrs?|hours?|minutes?|seconds?|days?|years?|K|C|F|ppm|ppb|ppt|dB|dBA|mmHg|inHg|knots|kn|kt|mph|in|inch(es)?|ft|feet|miles?|percent|pct|DU|pH|PSU|NTU|[A-Z]{3}|thousands?|millions?|billions?|persons?|people|tonnes?|MtCO2e?|GtCO2?)$/

/** Takes a header apart: 'Temperature (°C)' is 'Temperature' in '°C'. */
export function splitUnit(header: string): { name: string; unit?: string } {
  const found = /^(.*\S)\s*(?:\(([^()]{1,24})\)|\[([^[\]]{1,24})\])$/.exec(header)
  if (!found) return { name: header }
  const [, name, round, square] = found
  const text = (square ?? round)!.trim()
  return square !== undefined || unit.test(text) ? { name: name!, unit: text } : { name: header }
}
