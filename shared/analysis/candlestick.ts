import { parseEvery } from '../series/every.ts'
import { formatTime } from '../time.ts'
import { candleText } from './candle-text.ts'
import { bucketCandles, type Candle, chooseEvery, joinCandles, rolesOf } from './candles.ts'
import { colourOf, colours, isSmall } from './chart.ts'
import { typicalStep } from './gaps.ts'
import { AnalysisError, type KindInput, type KindOutput } from './kind.ts'
import type { FullPlotParams } from './plot-params.ts'
import { marksOf, marksWithin, markWords, referenceLayers, valuesOfMarks } from './references.ts'
import { summarise } from './summary.ts'
import { type Summed, summedFrame, sumUp, withUnit } from './summed.ts'
import { numberWords, precisionOf, timeWords } from './text.ts'
import { timeAxis } from './timeaxis.ts'
import { valueAxis } from './valueaxis.ts'

/** Pixels that a candle needs at least. */
const leastCandle = 3

/** Open, high, low and close over time: of four series, or of one series bucket by bucket. */
export function candlestick(input: KindInput<FullPlotParams>): KindOutput {
  const { params } = input
  const { width, height, theme, tz } = params
  const summed = sumUp(input)
  const room = Math.floor((width - 90) / leastCandle)
  const { candles, every, left, title } = makeCandles(input, summed, room)
  if (candles.length === 0) throw new AnalysisError('no-points', 'the four series have no time in common')
  if (candles.length > room) {
    throw new AnalysisError(
      'too-many-candles',
      `The picture has room for ${room} candles; there would be ${candles.length}: make them longer, the picture wider or the range shorter.`,
    )
  }
  const { unit } = summed
  const [from, to] = [candles[0]!.start, candles.at(-1)!.end]
  const { inside: marks, outside } = marksWithin(marksOf(params.references), { from, to })
  const values = valuesOfMarks(marks, 'left')
  const low = Math.min(...candles.map((candle) => candle.low), ...values)
  const high = Math.max(...candles.map((candle) => candle.high), ...values)
  const { y, unit: above, domain } = valueAxis({ low, high, zero: params.zero, title: unit, width, height, theme })
  const footer = [isSmall(height) && above, summed.footer].filter(Boolean).join(' · ')
  const x = timeAxis({ from, to, tz, width, height, theme, title: footer })
  const times = candles.map(({ start, end }) => (every === undefined ? (start + end) / 2 : start))
  const precision = precisionOf(times, tz)
  const when = (time: number) => timeWords(time, tz, precision)
  const alt = words({ ...summed, title }, candles, { every, when, times })
  const notes = [
    every === undefined ? '' : `A candle lasts ${everyWords(every)}`,
    left > 0 ? `${numberWords(left)} times without all four are left out` : '',
    outside.length > 0 ? `Outside of the chart: ${outside.map(({ label }) => label || 'a reference').join(', ')}` : '',
  ]
  const { chart, notes: shown } = summedFrame({ ...summed, title }, alt, notes)

  const value = (number: number) => numberWords(number)
  const rows = candles.map(({ start, end, open, high, low, close }, i) => {
    const pad = (end - start) * 0.14
    return {
      ...{ start: Math.round(start + pad), end: Math.round(end - pad), middle: Math.round((start + end) / 2) },
      ...{ open, high, low, close, change: close >= open ? 'rise' : 'fall' },
      description: `${when(times[i]!)}: open ${value(open)}, high ${value(high)}, low ${value(low)}, close ${withUnit(value(close), unit)}`,
    }
  })
  const [rise, fall] = [colourOf(theme, 0), colourOf(theme, 1)]
  const look = (range: string[], legend: unknown) => ({
    field: 'change',
    type: 'nominal',
    sort: null,
    scale: { type: 'ordinal', domain: ['rise', 'fall'], range },
    legend,
  })
  const legend = isSmall(height)
    ? null
    : {
        orient: 'top',
        direction: 'horizontal',
        title: null,
        symbolType: 'square',
        symbolSize: 90,
        symbolStrokeWidth: 1.5,
        offset: above === '' ? 10 : 26,
      }
  const stroke = look([rise, fall], legend)
  const description = { field: 'description', type: 'nominal' }
  const marksOfCandles = {
    data: { values: rows, format: { parse: null } },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 1.3, aria: false },
        encoding: { x: { field: 'middle', ...x }, y: { field: 'low', ...y }, y2: { field: 'high' }, stroke },
      },
      {
        // Risen ones are hollow: they are told from fallen ones without colour too.
        mark: { type: 'rect', strokeWidth: 1.3, aria: true },
        encoding: {
          ...{ x: { field: 'start', ...x }, x2: { field: 'end' }, y: { field: 'open', ...y }, y2: { field: 'close' } },
          ...{ stroke, fill: look([colours[theme].background, fall], legend), description },
        },
      },
    ],
  }
  const ends = [...candles, ...candles]
  const places = {
    x: ends.map(({ start, end }) => (start + end) / 2),
    y: ends.map(({ low, high }, i) => (i < candles.length ? low : high)),
  }
  const { behind, before } = referenceLayers(marks, { theme, width, height, x: [from, to], y: domain, data: [places] })
  return {
    data: {
      ...{ from: formatTime(from), to: formatTime(to), tz, mark: 'candlestick', every: every ?? null },
      series: dataOf(input, candles, times),
    },
    chart: { ...chart, layer: [...behind, marksOfCandles, ...before] },
    alt: [
      alt,
      ...(marks.length > 0 ? [`Marked: ${marks.map((mark) => markWords(mark, unit, when)).join('; ')}.`] : []),
    ].join(' '),
    text: candleText({ title, notes: shown, candles, from, to, tz, unit, low, high, footer: summed.footer }),
  }
}

function makeCandles({ series, params }: KindInput<FullPlotParams>, summed: Summed, room: number) {
  const { tz, candles: told } = params
  if (series.length === 1) {
    const { points } = series[0]!
    const every = params.every ?? chooseEvery(summed.last - summed.first, typicalStep(points) ?? 0, room)
    return { candles: bucketCandles(points, every, tz), every, left: 0, title: summed.title }
  }
  const own = rolesOf(series, told)
  const close = summed.full.indexOf(own.close)
  const title = params.title === undefined && close >= 0 ? titleOfFour(summed) : summed.title
  const whole = joinCandles(own, params.every, tz)
  if (params.every !== undefined || whole.candles.length <= Math.min(room, 180))
    return { ...whole, every: params.every, title }
  const every = chooseEvery(summed.last - summed.first, typicalStep(own.close.points) ?? 0, room)
  return { ...joinCandles(own, every, tz), every, title }
}

/** What the names of the four have in common, if they do. */
function titleOfFour({ full, title }: Summed): string {
  const names = full.map(({ name, description }) => description || name)
  const words = names.map((name) => name.replace(/\W*\b(open|high|low|close)\b\W*$/i, ''))
  return new Set(words).size === 1 && words[0] !== '' ? words[0]! : title
}

/** The candles stand with the first of the series, the others in figures. */
function dataOf({ series }: KindInput<FullPlotParams>, candles: Candle[], times: number[]) {
  const points = candles.map(({ open, high, low, close, count }, i) => ({
    ...{ timestamp: formatTime(Math.round(times[i]!)), open, high, low, close },
    ...(series.length === 1 && { count }),
  }))
  return series.map((one, i) => ({ ...summarise(one), points: i === 0 ? points : [] }))
}

const unitWords: Record<string, string> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  q: 'quarter',
  y: 'year',
  ms: 'millisecond',
}

/** `15 minutes`, `a day`. */
function everyWords(every: string): string {
  parseEvery(every)
  const [, count, unit = ''] = /^(\d+)([a-z]+)$/.exec(every.trim())!
  const word = unitWords[unit]!
  return Number(count) === 1 ? `${unit === 'h' ? 'an' : 'a'} ${word}` : `${Number(count)} ${word}s`
}

function words(
  summed: Summed,
  candles: Candle[],
  { every, when, times }: { every: string | undefined; when(time: number): string; times: number[] },
): string {
  const { title, unit, params } = summed
  const value = (number: number) => withUnit(numberWords(number), unit)
  const counted = candles.length === 1 ? '1 candle' : `${numberWords(candles.length)} candles`
  const each = every === undefined ? '' : ` of ${everyWords(every)}`
  const head = `Candlestick chart of ${title}: ${counted}${each} from ${when(times[0]!)} to ${when(times.at(-1)!)} (${params.tz}).`
  const highest = candles.reduce((best, candle, i) => (candle.high > candles[best]!.high ? i : best), 0)
  const lowest = candles.reduce((best, candle, i) => (candle.low < candles[best]!.low ? i : best), 0)
  const rises = candles.filter(({ open, close }) => close > open).length
  const falls = candles.filter(({ open, close }) => close < open).length
  const [first, last] = [candles[0]!, candles.at(-1)!]
  return [
    head,
    `Opens at ${value(first.open)}, closes at ${value(last.close)}; highest ${value(candles[highest]!.high)} (${when(times[highest]!)}), lowest ${value(candles[lowest]!.low)} (${when(times[lowest]!)}).`,
    `${numberWords(rises)} rise, ${numberWords(falls)} fall.`,
  ].join(' ')
}
