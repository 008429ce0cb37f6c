import { type Period, periodTicks } from './overlay.ts'
import { wallTime } from './text.ts'
import { timeTicks } from './timeaxis.ts'

/** A character of a terminal is about as wide as so many pixels of a picture whose letters are as large. */
const cellPixels = 8

interface TimeRange {
  from: number
  to: number
  tz: string
  period?: Period | undefined
}

/**
 * The time axis below a plot of so many characters: its rule with ticks, and one or two lines of labels. A label that
 * starts a new day or year has it on the second line.
 */
export function timeLine({ from, to, tz, period }: TimeRange, columns: number) {
  const width = columns * cellPixels
  const { ticks, labels } = period === undefined ? timeTicks(from, to, tz, width) : periodTicks(period, width)
  const columnOf = (time: number) => Math.round(((time - from) / (to - from)) * (columns * 2 - 1)) >> 1
  const rule = Array.from({ length: columns }, () => '─')
  const texts: Text[][] = [[], []]
  for (const [i, label] of labels.entries()) {
    const column = columnOf(ticks[i]!)
    rule[column] = '┬'
    const [upper, lower] = [label].flat() as [string, string?]
    texts[0]!.push({ column, text: upper })
    if (lower !== undefined) putContext(texts[1]!, { column, text: lower }, String(wallTime(ticks[i]!, tz).year))
  }
  const lines = texts.map((line) => print(line, columns)).filter((line) => line !== '')
  return { rule: rule.join(''), labels: lines }
}

interface Text {
  column: number
  text: string
}

/** Of two days that have no room side by side the later one is named, with the year of the first. */
function putContext(line: Text[], next: Text, year: string): void {
  const last = line.at(-1)
  if (!last || last.column + last.text.length < next.column) line.push(next)
  else {
    const isYearLost = last.text.includes(year) && !next.text.includes(year)
    line[line.length - 1] = isYearLost ? { ...next, text: `${next.text} ${year}` } : next
  }
}

function print(line: Text[], columns: number): string {
  let printed = ''
  for (const { column, text } of line) {
    const start = Math.min(column, columns - text.length)
    if (start > printed.length || printed === '') printed = printed.padEnd(Math.max(0, start)) + text
  }
  return printed
}
