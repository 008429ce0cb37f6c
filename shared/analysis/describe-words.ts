import type { Description } from './description.ts'
import { trendUnits } from './description.ts'
import type { Step } from './intervals.ts'
import { labelOf, unitOf } from './summary.ts'
import { countWords, fixedWords, numberWords, precisionOf, timeWords } from './text.ts'

/** Prints figures of a series with as many decimals as its spread asks for: two digits of the standard deviation. */
export function figureWords({ stddev, range, min, max }: Description): (figure: number | null) => string {
  const spread = stddev || range || Math.max(Math.abs(min?.value ?? 0), Math.abs(max?.value ?? 0))
  const decimals = spread > 0 ? Math.max(0, 1 - Math.floor(Math.log10(spread))) : 0
  return (figure) => {
    if (figure === null) return '–'
    const isPlain = Math.abs(figure) < 1e15 && decimals <= 9
    if (!isPlain) return numberWords(figure)
    const text = fixedWords(figure, decimals)
    return text.includes('.') ? text.replace(/\.?0+$/, '') : text
  }
}

/** Three digits of a figure whose size says it all: `0.0123`, `1,230`, `1.2e−9`. */
export function roughWords(figure: number | null): string {
  if (figure === null) return '–'
  const size = Math.abs(figure)
  return numberWords(size < 1000 || size >= 1e15 ? Number(figure.toPrecision(3)) : Math.round(figure))
}

const unitWords: Record<string, string> = {
  ...{ ms: 'millisecond', s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', y: 'year' },
}

/** How often points come: `every hour`, `mostly every 15 minutes`, `irregular, 20 minutes apart in the median`. */
export function stepWords({ every, regular }: Step): string {
  const [, digits, name] = /^(\d+)([a-z]+)$/.exec(every)!
  const unit = unitWords[name!]!
  const count = Number(digits)
  if (regular < 0.5) return `irregular, ${numberWords(count)} ${unit}${count === 1 ? '' : 's'} apart in the median`
  const often = count === 1 ? `every ${unit}` : `every ${numberWords(count)} ${unit}s`
  return regular < 0.95 ? `mostly ${often}` : often
}

/** A time span in the two largest units that it has: `3 days 4 hours`. */
export function spanWords(ms: number): string {
  const units = (['year', 'day', 'hour', 'minute', 'second'] as const).map((unit) => [unit, trendUnits[unit]] as const)
  const first = units.findIndex(([, size]) => size <= ms)
  if (first < 0) return `${numberWords(ms)} ms`
  const [unit, size] = units[first]!
  const next = units[first + 1]
  const smaller = next ? Math.round((ms % size) / next[1]) : 0
  const isFull = next !== undefined && smaller >= size / next[1]
  const words = (count: number, name: string) => `${numberWords(count)} ${name}${count === 1 ? '' : 's'}`
  const whole = words(Math.floor(ms / size) + (isFull ? 1 : 0), unit)
  return smaller > 0 && !isFull ? `${whole} ${words(smaller, next![0])}` : whole
}

/** The rise of a trend with its unit: `+0.12 °C per year`. */
export function slopeWords({ trend, unit }: Description, slope = trend?.slope ?? null): string {
  const text = roughWords(slope)
  return [slope !== null && slope > 0 ? `+${text}` : text, unitOf({ unit }), 'per', trend!.per]
    .filter(Boolean)
    .join(' ')
}

/** How sure a trend is: `R² 0.12, p < 0.0001`. */
export function sureWords({ trend }: Pick<Description, 'trend'>): string {
  const { r2 } = trend!
  return [r2 !== null && `R² ${roughWords(r2)}`, chanceWords({ trend })].filter(Boolean).join(', ')
}

/** How likely so steep a trend is by chance, '' where that can't be told. */
export function chanceWords({ trend }: Pick<Description, 'trend'>): string {
  const pValue = trend?.pValue ?? null
  if (pValue === null) return ''
  return pValue < 1e-4 ? 'p < 0.0001' : `p = ${roughWords(pValue)}`
}

export const gapWords = ({ gaps }: Description): string =>
  gaps.count === 0 ? 'no gaps' : gaps.count === 1 ? '1 gap' : `${numberWords(gaps.count)} gaps`

/** The figures that stand below a title. */
export function figuresLine(one: Description): string {
  const parts = [countWords(one.count)]
  if (one.step) parts.push(stepWords(one.step))
  if (one.count > 1) parts.push(gapWords(one))
  if (one.stddev !== null) parts.push(`standard deviation ${roughWords(one.stddev)}`)
  if (one.skewness !== null) parts.push(`skewness ${roughWords(one.skewness)}`)
  if (one.autocorrelation !== null) parts.push(`autocorrelation ${roughWords(one.autocorrelation)}`)
  return parts.join(' · ')
}

/** More series than this are summed up. */
const spoken = 5

/** The chart in words: of each series how many points from when to when, how they lie, and where they go. */
export function describeWords(title: string, all: Description[], tz: string): string {
  const full = all.filter(({ count }) => count > 0)
  const precision = precisionOf(
    full.flatMap(({ first, last, min, max }) =>
      [first!, last!, min!, max!].map((point) => Date.parse(point.timestamp)),
    ),
    tz,
  )
  const when = (time: string) => timeWords(Date.parse(time), tz, precision)
  const sentences = full.slice(0, spoken).map((one) => seriesWords(one, when))
  const told = full.length === 1 ? sentences : sentences.map((words, i) => `${labelOf(full[i]!)}: ${words}`)
  if (full.length > spoken) told.push(`And ${full.length - spoken} more series.`)
  const empty = all.filter(({ count }) => count === 0).map(labelOf)
  if (empty.length > 0) told.push(`No points: ${empty.join(', ')}.`)
  return [`Statistics of ${title} (${tz}).`, ...told].join(' ')
}

function seriesWords(one: Description, when: (time: string) => string): string {
  const words = figureWords(one)
  const unit = unitOf(one)
  const value = (figure: number | null) => [words(figure), unit].filter(Boolean).join(' ')
  const { count, first, last, min, max, step, gaps } = one
  if (count === 1) return `1 point, ${value(first!.value)} (${when(first!.timestamp)}).`
  const longest = gaps.longest && `, the longest ${spanWords(gaps.longest.ms)} from ${when(gaps.longest.from)}`
  const sentences = [
    `${countWords(count)} from ${when(first!.timestamp)} to ${when(last!.timestamp)}, ${stepWords(step!)}, ${gapWords(one)}${longest ?? ''}.`,
  ]
  if (min!.value === max!.value) return [...sentences, `Constant at ${value(min!.value)}.`].join(' ')
  sentences.push(
    `Mean ${value(one.mean)}, median ${value(one.median)}, standard deviation ${[roughWords(one.stddev), unit].filter(Boolean).join(' ')}.`,
    `Lowest ${value(min!.value)} (${when(min!.timestamp)}), highest ${value(max!.value)} (${when(max!.timestamp)}).`,
  )
  const { p5, p25, p75, p95 } = one.quantiles
  if (p25 !== undefined && p75 !== undefined) sentences.push(`Half of them lie from ${value(p25)} to ${value(p75)}.`)
  if (p5 !== undefined && p95 !== undefined) sentences.push(`Nine of ten lie from ${value(p5)} to ${value(p95)}.`)
  if (one.trend?.slope !== null && count > 2) sentences.push(`Trend ${slopeWords(one)} (${sureWords(one)}).`)
  return sentences.join(' ')
}
