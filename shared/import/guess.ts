import { type TimeFormat, timeFormat } from './times.ts'

const dates = [
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'YYYY MM DD',
  'YYYY-MM-DD',
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'DD.MM.YY',
  'DD/MM/YY',
  'MM/DD/YY',
  'D MMM YYYY',
  'D. MMM YYYY',
  'MMM D YYYY',
  'D-MMM-YYYY',
  'D-MMM-YY',
  'D MMM YY',
  'D/MMM/YYYY',
  'YYYY-MMM-DD',
  'YYYY MMM D',
  'YYYYMMDD',
]
const clocks = ['HH:mm', 'HH:mm:ss', 'h:mm A', 'h:mm:ss A', 'h A', 'HH']
const months = [
  'YYYY-MM',
  'YYYY/MM',
  'YYYY MM',
  'MM/YYYY',
  'MM-YYYY',
  'MMM YYYY',
  'YYYY MMM',
  'MMM-YYYY',
  'MMM-YY',
  'YYYY-MMM',
  'YYYY[M]MM',
  'YYYY[Q]Q',
  'YYYY[-Q]Q',
  'YYYY [Q]Q',
  '[Q]Q YYYY',
  '[Q]Q-YYYY',
  'YYYYMM',
  'YYYY',
]
const compact = ['YYYYMMDDHHmm', 'YYYYMMDDHHmmss', 'YYYYMMDDTHHmmss', 'YYYYMMDDTHHmmssZ']

/** Every format that is tried, the likelier first; one with a clock is tried with an offset too. */
const formats = [
  'iso',
  ...dates,
  ...dates.flatMap((date) => clocks.flatMap((clock) => [`${date} ${clock}`, `${date} ${clock} Z`])),
  ...months,
  ...compact,
]

/** Cells by which a format is chosen; all of the sample decides between those that are left. */
const looked = 200
/** The part of the cells that must have a format: files have titles and footers. */
const enough = 0.8

export interface Guess {
  format: TimeFormat
  /** What fits as well and means other times: days and months can't be told apart. */
  rivals: TimeFormat[]
  /** How fine its times are: 1 years, 2 months, 3 days, 4 parts of a day. */
  fineness: number
  /** Its texts are numbers too: only the name of the column tells that they are times. */
  numeric: boolean
}

/** The format of a column's texts, those that are missing left out; undefined when they are no times. */
export function guessFormat(cells: string[]): Guess | undefined {
  if (cells.length === 0) return undefined
  const spread = spreadOut(cells)
  const fitting = formats.map(timeFormat).filter((format) => readable(format, spread) >= enough)
  const shares = fitting.map((format) => ({ format, share: readable(format, cells) }))
  const best = Math.max(0, ...shares.map(({ share }) => share))
  const [first, ...others] = shares.filter(({ share }) => share >= enough && share > best - 0.001)
  if (!first) return guessNumber(cells)
  const rivals = others.filter(({ format }) => isOtherOrder(first.format.text, format.text))
  return {
    format: first.format,
    rivals: rivals.map(({ format }) => format),
    fineness: finenessOf(first.format, cells),
    numeric: /^\d+$/.test(cells[0]!) && cells[0]!.length < 12,
  }
}

function guessNumber(cells: string[]): Guess | undefined {
  for (const name of ['decimal-year', 'epoch']) {
    const format = timeFormat(name)
    if (cells.filter((cell) => format.matches(cell)).length < cells.length * enough) continue
    if (name === 'epoch' && !cells.some((cell) => Math.abs(Number(cell)) >= 1e8)) continue
    return { format, rivals: [], fineness: name === 'epoch' ? 4 : 1, numeric: true }
  }
  return undefined
}

function spreadOut(cells: string[]): string[] {
  const step = Math.max(1, Math.floor(cells.length / looked))
  return cells.filter((_, i) => i % step === 0)
}

/** The part of the cells that a format reads as times of the calendar, in years that data are of. */
function readable(format: TimeFormat, cells: string[]): number {
  let count = 0
  for (const cell of cells) {
    if (!format.matches(cell)) continue
    try {
      const time = format.read(cell, {})
      if (format.text === 'iso' || (time > earliest && time < latest)) count++
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return count / cells.length
}

const earliest = Date.UTC(1000)
const latest = Date.UTC(2300)

/** Whether two formats differ in nothing but the order of day and month. */
function isOtherOrder(a: string, b: string): boolean {
  const swapped = b.replace(/MM|DD/g, (part) => (part === 'MM' ? 'DD' : 'MM'))
  return a !== b && a === swapped && /MM\WDD|DD\WMM/.test(a)
}

function finenessOf({ text }: TimeFormat, cells: string[]): number {
  if (text === 'iso') return cells.some((cell) => cell.length > 10) ? 4 : 3
  return /H|h/.test(text) ? 4 : /D/.test(text) ? 3 : /M|Q/.test(text) ? 2 : 1
}
