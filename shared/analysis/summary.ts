import { ExactSum } from '../series/exact-sum.ts'
import type { Extremes } from '../series/extremes.ts'
import { formatTime } from '../time.ts'
import type { SeriesInput } from './kind.ts'
import { labelOf } from './names.ts'
import { countWords, numberWords, oneLine, precisionOf, timeWords } from './text.ts'

export interface DataPoint {
  timestamp: string
  value: number
}

/** A series in numbers: of equal extremes the earliest; null where it has no points. */
export interface Summary {
  name: string
  unit: string | null
  description: string | null
  count: number
  first: DataPoint | null
  last: DataPoint | null
  min: DataPoint | null
  max: DataPoint | null
  mean: number | null
}

export function summarise({ name, unit, description, points }: SeriesInput): Summary {
  const { timestamps, values } = points
  const count = timestamps.length
  const at = (index: number) => (count === 0 ? null : dataPoint(timestamps[index]!, values[index]!))
  const { minAt, maxAt, mean } = figuresOf(values)
  return {
    name,
    unit: unit || null,
    description: description || null,
    count,
    first: at(0),
    last: at(count - 1),
    min: at(minAt),
    max: at(maxAt),
    mean: count === 0 ? null : mean,
  }
}

interface Figures extends Extremes {
  /** NaN of no values. */
  mean: number
}

const found = new WeakMap<Float64Array, Figures>()

/** What is found in one look at all values: the parts of a chart that ask for it share it, so they MUST stay as they are. */
export function figuresOf(values: Float64Array): Figures {
  let figures = found.get(values)
  if (!figures) {
    const sum = new ExactSum()
    figures = { ...sum.add(values), mean: meanOf(values, sum.total()) }
    found.set(values, figures)
  }
  return figures
}

function meanOf(values: Float64Array, sum: number): number {
  if (Number.isFinite(sum)) return sum / values.length
  return values.reduce((mean, value) => mean + value / values.length, 0)
}

export const dataPoint = (time: number, value: number): DataPoint => ({ timestamp: formatTime(time), value })

/** More series than this are summed up. */
const spoken = 5

/**
 * The chart in words: what, from when to when, how many points, the lowest, the highest and the latest. `labels` are what
 * the series are called in the chart.
 */
export function chartWords(what: string, summaries: Summary[], tz: string, labels = summaries.map(labelOf)): string {
  const label = (summary: Summary) => labels[summaries.indexOf(summary)]!
  const drawn = summaries.filter(({ count }) => count > 0)
  const times = drawn.flatMap(({ first, last, min, max }) => [first!, last!, min!, max!].map((point) => ms(point)))
  const precision = precisionOf(times, tz)
  const when = (time: number) => timeWords(time, tz, precision)
  const [from, to] = [Math.min(...times), Math.max(...times)]
  const total = drawn.reduce((sum, { count }) => sum + count, 0)
  const points = countWords(total)
  const range = from === to ? `at ${when(from)}` : `from ${when(from)} to ${when(to)}`

  const sentences = drawn.slice(0, spoken).map((summary) => {
    const { count, min, max, last } = summary
    const value = (point: DataPoint) => [numberWords(point.value), unitOf(summary)].filter(Boolean).join(' ')
    const who = drawn.length > 1 ? `${label(summary)}: ` : ''
    const capital = (text: string) => (who === '' ? text[0]!.toUpperCase() + text.slice(1) : text)
    if (count === 1) return `${who}${capital('the value is')} ${value(last!)}.`
    if (min!.value === max!.value) return `${who}${capital('constant at')} ${value(last!)}.`
    const extremes = [`lowest ${value(min!)} (${when(ms(min!))})`, `highest ${value(max!)} (${when(ms(max!))})`]
    return `${who}${capital(extremes[0]!)}, ${extremes[1]}, latest ${value(last!)} (${when(ms(last!))}).`
  })
  if (drawn.length > spoken) sentences.push(`And ${drawn.length - spoken} more series.`)
  const empty = summaries.filter(({ count }) => count === 0).map(label)
  if (empty.length > 0) sentences.push(`No points: ${empty.join(', ')}.`)
  return [`${oneLine(what)}: ${points} ${range} (${tz}).`, ...sentences].join(' ')
}

const ms = (point: DataPoint) => Date.parse(point.timestamp)

export { labelOf } from './names.ts'

export const unitOf = ({ unit }: { unit?: string | null }) => oneLine(unit ?? '')
