import type { SeriesInput } from './kind.ts'
import type { Line, Lines } from './lines.ts'
import type { Mark } from './marks.ts'
import { labelsOf } from './names.ts'
import { markWords, type ReferenceMark } from './references.ts'
import { chartWords, type Summary, summarise } from './summary.ts'
import { countWords, numberWords, oneLine, precisionOf, timeWords } from './text.ts'

const markNames: Record<Mark, string> = {
  line: 'Line chart',
  area: 'Area chart',
  bar: 'Bar chart',
  scatter: 'Scatter plot',
  step: 'Step chart',
}

export interface TimeWords {
  mark: Mark
  title: string
  tz: string
  series: SeriesInput[]
  lines: Lines
  references: ReferenceMark[]
  /** How many panels there are; none for one plot. */
  panels?: number
}

/** A chart over time in words. */
export function timeChartWords({ mark, title, tz, series, lines: all, references, panels }: TimeWords): string {
  const { lines, period } = all
  const name = panels === undefined ? markNames[mark] : `${markNames[mark]}s in ${panels} panels`
  const what = `${name} of ${title}`
  const said =
    period === undefined
      ? chartWords(what, series.map(summarise), tz, labelsOf(series).labels)
      : overlayWords(what, lines, tz, period)
  const sides = (axis: 'left' | 'right') => lines.filter((line) => line.axis === axis)
  const isTwo = sides('right').length > 0
  const axes = isTwo
    ? [
        `The right axis is that of ${sides('right')
          .map(({ label }) => label)
          .join(', ')}.`,
      ]
    : []
  return [said, ...axes, ...referenceWords(references, lines, tz)].join(' ')
}

/** The unit of a side's values, '' where they have several. */
export function unitOfSide(lines: Line[], axis: 'left' | 'right'): string {
  const units = new Set(lines.filter((line) => line.axis === axis).map(({ unit }) => unit))
  return units.size === 1 ? [...units][0]! : ''
}

export function referenceWords(references: ReferenceMark[], lines: Line[], tz: string): string[] {
  if (references.length === 0) return []
  const words = references.map((mark) => markWords(mark, unitOfSide(lines, mark.axis), (time) => when(time, tz)))
  return [`Marked: ${words.join('; ')}.`]
}

const when = (time: number, tz: string) => timeWords(time, tz, precisionOf([time], tz))

/** The highest and the lowest of the periods by their means, and the latest: what laying them over one another is for. */
function overlayWords(what: string, lines: Line[], tz: string, period: string): string {
  const summaries = lines.map((line) => ({
    label: line.label,
    summary: summarise({ ...line.input, points: line.points }),
    unit: line.unit,
  }))
  const count = summaries.reduce((sum, { summary }) => sum + summary.count, 0)
  const value = (number: number, unit: string) =>
    [numberWords(Number(number.toPrecision(4))), unit].filter(Boolean).join(' ')
  const [first, last] = [summaries[0]!, summaries.at(-1)!]
  const counted =
    summaries.length === 1
      ? `1 ${period}, ${first.label}`
      : `${summaries.length} ${period}s, ${first.label} to ${last.label}`
  const points = countWords(count)
  const head = `${oneLine(what)}, ${period} over ${period}: ${counted}, ${points} (${tz}).`
  const mean = ({ summary }: { summary: Summary }) => summary.mean!
  const sorted = [...summaries].sort((a, b) => mean(a) - mean(b))
  const [lowest, highest] = [sorted[0]!, sorted.at(-1)!]
  const means =
    summaries.length > 1
      ? [
          `Highest mean ${value(mean(highest), highest.unit)} (${highest.label}), lowest ${value(mean(lowest), lowest.unit)} (${lowest.label}).`,
        ]
      : []
  const { min, max } = last.summary
  const latest = `Latest ${period}, ${last.label}: mean ${value(mean(last), last.unit)}, from ${value(min!.value, last.unit)} (${when(Date.parse(min!.timestamp), tz)}) to ${value(max!.value, last.unit)} (${when(Date.parse(max!.timestamp), tz)}).`
  return [head, ...means, latest].join(' ')
}
