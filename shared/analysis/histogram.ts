import { formatTime } from '../time.ts'
import { type Bins, countBins, edgesOf, makeBins } from './bins.ts'
import { colourOf, isSmall } from './chart.ts'
import type { KindInput, KindOutput } from './kind.ts'
import { fitLegend, type Legend, seriesEncoding } from './legend.ts'
import type { FullPlotParams } from './plot-params.ts'
import { marksOf, markWords, referenceLayers } from './references.ts'
import { summarise } from './summary.ts'
import { rangeWords, type Summed, summedFrame, sumUp, withUnit } from './summed.ts'
import { countWords, numberWords } from './text.ts'
import { bars, textPage } from './text-blocks.ts'
import { horizontalAxis, valueAxis } from './valueaxis.ts'

interface Counted {
  label: string
  counts: number[]
  total: number
}

/** How often which values come: bars for one series, outlines for several. */
export function histogram(input: KindInput<FullPlotParams>): KindOutput {
  const { params } = input
  const { width, height, theme, percent } = params
  const summed = sumUp(input, { isZoned: false })
  const { full, labels, unit } = summed
  const bins = makeBins(
    full.map(({ points }) => points.values),
    params,
  )
  const edges = edgesOf(bins)
  const series = full.map(({ points }, i): Counted => {
    return { label: labels[i]!, counts: countBins(points.values, bins), total: points.values.length }
  })
  const heightOf = (one: Counted, bin: number) => (percent ? (100 * one.counts[bin]!) / one.total : one.counts[bin]!)
  const high = Math.max(...series.flatMap((one) => one.counts.map((_, bin) => heightOf(one, bin))))
  const legend: Legend | undefined = series.length > 1 ? fitLegend(labels, width, height) : undefined
  const looks = legend && seriesEncoding('line', theme, legend, !isSmall(height))
  const marks = marksOf(params.references)
  const ends = marks.flatMap(({ from, to }) => [from, to])
  const domain: [number, number] = [Math.min(edges[0]!, ...ends), Math.max(edges.at(-1)!, ...ends)]
  const y = valueAxis({ low: 0, high, zero: true, title: percent ? '% of points' : 'points', width, height, theme })
  const x = horizontalAxis(
    { low: domain[0], high: domain[1], zero: false, domain, title: unit, width, height, theme },
    summed.footer,
  )
  const alt = words(summed, series, bins)
  const { chart, notes } = summedFrame(summed, alt)

  const said = (one: Counted, bin: number) =>
    `${series.length > 1 ? `${one.label}, ` : ''}${withUnit(`${numberWords(edges[bin]!)} to ${numberWords(edges[bin + 1]!)}`, unit)}: ${countWords(one.counts[bin]!)} (${share(one, bin)})`
  const rows = series.flatMap((one, i) =>
    one.counts.map((_, bin) => ({
      ...{ from: edges[bin]!, to: edges[bin + 1]!, count: heightOf(one, bin), description: said(one, bin) },
      ...(legend && { series: legend.labels[i]! }),
    })),
  )
  const position = { x: { field: 'from', ...x }, x2: { field: 'to' }, y: { field: 'count', ...y.y }, y2: { datum: 0 } }
  const { x2, y2, ...outline } = position
  const description = { field: 'description', type: 'nominal' }
  const data = legend
    ? // Steps from edge to edge, down to zero at both ends.
      { values: series.flatMap((one, i) => stepRows(edges, (bin) => heightOf(one, bin), legend.labels[i]!)) }
    : { values: rows }
  const step = { interpolate: 'step-after', invalid: 'filter' }
  const drawn = legend
    ? {
        data,
        encoding: { ...outline, ...looks!.shared },
        layer: [
          { mark: { type: 'area', opacity: 0.16, ...step }, encoding: { y: { ...outline.y, stack: null } } },
          { mark: { type: 'line', strokeWidth: 2, ...step }, encoding: looks!.own },
        ],
      }
    : {
        data,
        encoding: { ...position, description },
        layer: [
          {
            mark: {
              type: 'rect',
              color: colourOf(theme, 0),
              opacity: 0.85,
              aria: true,
              ...(bins.count < width / 6 && { xOffset: 0.5, x2Offset: -0.5 }),
            },
          },
        ],
      }
  // What the pointer finds of outlines: each bin from top to bottom.
  const found = legend && {
    data: {
      values: edges.slice(0, -1).map((from, bin) => ({
        from,
        to: edges[bin + 1]!,
        description: series.map((one) => said(one, bin)).join('; '),
      })),
    },
    mark: { type: 'rect', opacity: 0, aria: true },
    encoding: {
      x: { field: 'from', type: 'quantitative' },
      x2: { field: 'to' },
      y: { value: 0 },
      y2: { value: 'height' },
      description,
    },
  }
  const place = { theme, width, height, x: domain, y: y.domain, isTurned: true }
  const { behind, before } = referenceLayers(marks, place)
  return {
    data: {
      ...{
        from: formatTime(summed.first),
        to: formatTime(summed.last),
        tz: params.tz,
        mark: 'histogram',
        binWidth: bins.width,
      },
      series: full.map((one, i) => ({
        ...summarise(one),
        points: series[i]!.counts.map((count, bin) => ({
          ...{ from: edges[bin]!, to: edges[bin + 1]!, count, share: count / series[i]!.total },
        })),
      })),
    },
    chart: { ...chart, layer: [...behind, drawn, ...(found ? [found] : []), ...before] },
    alt: [
      alt,
      ...(marks.length > 0 ? [`Marked: ${marks.map((mark) => markWords(mark, unit, String)).join('; ')}.`] : []),
    ].join(' '),
    text: text(summed, notes, series, edges, share),
  }
}

const share = (one: Counted, bin: number) =>
  `${numberWords(Number(((100 * one.counts[bin]!) / one.total).toPrecision(3)))} %`

function stepRows(edges: number[], heightOf: (bin: number) => number, series: string) {
  const tops = edges.map((from, bin) => ({ from, count: bin < edges.length - 1 ? heightOf(bin) : 0, series }))
  return [{ from: edges[0]!, count: 0, series }, ...tops]
}

function words(summed: Summed, series: Counted[], bins: Bins): string {
  const { title, unit, count, full } = summed
  const edges = edgesOf(bins)
  const head = `Histogram of ${title}: ${countWords(count)} from ${rangeWords(summed)}, in ${bins.count} bins of ${withUnit(numberWords(bins.width), unit)}.`
  const sentences = series.slice(0, 5).map((one, i) => {
    const most = one.counts.indexOf(Math.max(...one.counts))
    const { min, max, mean } = summarise(full[i]!)
    const who = series.length > 1 ? `${one.label}: m` : 'M'
    const range = withUnit(`${numberWords(edges[most]!)} to ${numberWords(edges[most + 1]!)}`, unit)
    const value = (number: number) => withUnit(numberWords(number), unit)
    return `${who}ost points (${share(one, most)}) lie in ${range}; mean ${value(Number(mean!.toPrecision(4)))}, from ${value(min!.value)} to ${value(max!.value)}.`
  })
  if (series.length > 5) sentences.push(`And ${series.length - 5} more series.`)
  return [head, ...sentences].join(' ')
}

function text(summed: Summed, notes: string[], series: Counted[], edges: number[], shareOf: typeof share): string {
  const { title, unit, footer } = summed
  const name = (bin: number) => `${numberWords(edges[bin]!)} to ${numberWords(edges[bin + 1]!)}`
  const most = Math.max(...series.flatMap((one) => one.counts.map((count) => count / one.total)))
  const body = series.flatMap((one) => [
    ...(series.length > 1 ? ['', one.label] : []),
    ...bars(
      one.counts.map((count, bin) => ({
        name: name(bin),
        part: count / one.total / most,
        value: `${numberWords(count)}, ${shareOf(one, bin)}`,
      })),
    ),
  ])
  return textPage(title, notes, [...(unit === '' ? [] : [unit, '']), ...body], footer)
}
