import { colours, fontSizes, type Theme } from './chart.ts'
import { figureWords, roughWords } from './describe-words.ts'
import type { Description } from './description.ts'
import type { Bin } from './distribution.ts'
import { numberWords, oneLine, textWidth } from './text.ts'
import { valueTicks } from './valueaxis.ts'

type Spec = Record<string, unknown>
type Tick = [value: number, label: string]

const labelSize = 11

/** Values as a scale can hold them: the distance of the largest doubles is none. */
export const drawable = (value: number) => Math.min(4e307, Math.max(-4e307, value))

/** The bars as they are drawn: one of equal values gets a width. */
export function drawnBins(bins: Bin[], scale: [number, number]): Bin[] {
  const half = (scale[1] - scale[0]) / 40
  const isPoint = bins.length === 1 && drawable(bins[0]!.high) - drawable(bins[0]!.low) < half
  return bins.map(({ low, high, count }) => ({
    low: drawable(low) - (isPoint ? half : 0),
    high: drawable(high) + (isPoint ? half : 0),
    count,
  }))
}

/** The median and the other quantiles, from low to high: those drawn in the histogram. */
function marksOf({ median, quantiles }: Description): { name: string; value: number }[] {
  const marks = Object.entries({ ...quantiles, median }).flatMap(([name, value]) =>
    value === null ? [] : [{ name, value: drawable(value) }],
  )
  return marks.sort((a, b) => a.value - b.value)
}

/**
 * The layer of a histogram with its quantiles as lines, in the part of the picture between two heights, given as
 * expressions. Names and values of the quantiles stand above, as far as they have room in that many pixels.
 */
export function histogramLayer(
  one: Description,
  part: { top: string; bottom: string; width: number; height: number },
  theme: Theme,
): Spec {
  const { ink, muted, axis, grid } = colours[theme]
  const { low, high } = { low: one.histogram[0]!.low, high: one.histogram.at(-1)!.high }
  const room = 110 + (48 * part.width) / 90
  const across = valueTicks({ low, high, zero: false, height: room, title: oneLine(one.unit ?? '') })
  const bins = drawnBins(one.histogram, across.domain)
  const domain: [number, number] = bins.length > 1 ? [bins[0]!.low, bins.at(-1)!.high] : across.domain
  const inside = across.ticks
    .map((tick, i): Tick => [tick, across.labels[i]!])
    .filter(([tick]) => tick >= domain[0] && tick <= domain[1])
  const widest = Math.max(...inside.map(([, label]) => textWidth(label, fontSizes.label)))
  // Labels have room side by side, every other or third of them if need be.
  const every = Math.ceil(((widest + 20) * inside.length) / part.width)
  const ticks = inside.filter((_, i) => i % every === 0)
  const most = Math.max(...bins.map(({ count }) => count))
  const up = valueTicks({ low: 0, high: most, zero: true, height: 110 + part.height, title: 'points' })
  const counts = up.ticks
    .map((tick, i): Tick => [tick, up.unit === 'points' ? numberWords(tick) : up.labels[i]!])
    .filter(([tick]) => Number.isInteger(tick))
  const valuesOf = (ticks: Tick[]) => ticks.map(([tick]) => tick)
  const labelled = (ticks: Tick[]) => `${JSON.stringify(Object.fromEntries(ticks))}[datum.value]`
  const x = {
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: {
      values: valuesOf(ticks),
      labelExpr: labelled(ticks),
      orient: 'bottom',
      labelOverlap: false,
      labelFlush: false,
      grid: false,
      title: barsWords(one, across.unit, up.unit),
      titleAnchor: 'start',
      titleFontSize: labelSize,
      titlePadding: 6,
    },
  }
  const y = {
    type: 'quantitative',
    scale: { domain: [0, up.domain[1]], nice: false, range: [{ expr: part.bottom }, { expr: part.top }] },
    axis: {
      values: valuesOf(counts),
      labelExpr: labelled(counts),
      orient: 'left',
      labelOverlap: false,
      labelPadding: 6,
      ticks: false,
      domain: false,
      grid: true,
      gridColor: { condition: { test: 'datum.value === 0', value: axis }, value: grid },
      title: null,
    },
  }
  const marks = marksOf(one)
  const named = fitMarks(marks, one, domain, part.width)
  const layers = [
    {
      name: 'keep_histogram',
      data: { values: bins },
      mark: {
        ...{ type: 'rect', color: colours[theme].series[0], opacity: 0.55 },
        ...{ stroke: colours[theme].background, strokeWidth: 0.5 },
      },
      encoding: { x: { field: 'low', ...x }, x2: { field: 'high' }, y: { field: 'count', ...y }, y2: { datum: 0 } },
    },
    {
      name: 'keep_quantiles',
      data: { values: marks },
      mark: { type: 'rule', color: ink, strokeWidth: { expr: "datum.name === 'median' ? 2 : 1" }, strokeDash: [4, 3] },
      encoding: {
        x: { field: 'value', ...x },
        y: { value: { expr: part.bottom } },
        y2: { value: { expr: `${part.top} - 4` } },
      },
    },
    ...(['name', 'words'] as const).map((field, i) => ({
      name: `keep_${field}`,
      data: { values: named },
      mark: {
        ...{ type: 'text', baseline: 'bottom', fontSize: labelSize },
        ...{ color: i === 0 ? muted : ink, dy: i === 0 ? -20 : -6 },
      },
      encoding: { x: { field: 'value', ...x }, y: { value: { expr: part.top } }, text: { field } },
    })),
  ]
  return { layer: layers }
}

/** The unit of the values, and what the height of the bars counts. */
function barsWords({ histogram, unit }: Description, above: string, counted: string): string {
  const step = histogram[0]!.high - histogram[0]!.low
  const per = step > 0 && Number.isFinite(step) ? ` per ${roughWords(step)}${unit ? ` ${oneLine(unit)}` : ''}` : ''
  return [above, `height of the bars: ${counted}${per}`].filter(Boolean).join(' · ')
}

interface Named {
  name: string
  value: number
  words: string
}

/** Those quantiles whose names have room side by side; the median goes first, then what lies furthest out. */
function fitMarks(
  marks: { name: string; value: number }[],
  one: Description,
  domain: [number, number],
  width: number,
): Named[] {
  const words = figureWords(one)
  const middle = marks.findIndex(({ name }) => name === 'median')
  const order = marks.map((_, i) => i).sort((a, b) => rankOf(a) - rankOf(b))
  function rankOf(i: number): number {
    return i === middle ? -1 : Math.min(i, marks.length - 1 - i)
  }
  const taken: [number, number][] = []
  const named: Named[] = []
  for (const i of order) {
    const { name, value } = marks[i]!
    const text = words(value)
    const half = Math.max(textWidth(name, labelSize), textWidth(text, labelSize)) / 2 + 4
    const x = ((value - domain[0]) / (domain[1] - domain[0])) * width
    if (taken.some(([from, to]) => x + half > from && x - half < to)) continue
    taken.push([x - half, x + half])
    named.push({ name, value, words: text })
  }
  return named
}
