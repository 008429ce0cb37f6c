import { figureWords, gapWords, roughWords, slopeWords, spanWords, stepWords, sureWords } from './describe-words.ts'
import type { Description } from './description.ts'
import { joinBins } from './distribution.ts'
import type { Figure } from './figure.ts'
import { labelOf, unitOf } from './summary.ts'
import { countWords, precisionOf, timeWords } from './text.ts'
import { cellWidth, fitCells, wrapCells } from './text-cells.ts'
import { textChart } from './text-chart.ts'

const width = 80
/** Rows of a histogram: bars that are more are joined. */
const mostRows = 16
const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█']

export interface TextOptions {
  tz: string
  title: string
  source: string
  /** Of a single series. */
  figure?: Figure | undefined
}

/** A description for a terminal of 80 columns: of one series its chart, histogram and figures; of several a table. */
export function describeText(all: Description[], { tz, title, source, figure }: TextOptions): string {
  const lines = figure ? [textChart(figure).trimEnd(), ''] : [...wrapCells(title, width), '']
  for (const one of all) {
    if (!figure) lines.push(...heading(one))
    if (one.count === 0) continue
    lines.push(...histogram(one), '', ...columns(figures(one, tz)), '')
  }
  if (!figure) lines.push(...wrapCells([tz, source && `Source: ${source}`].filter(Boolean).join(' · '), width))
  return `${lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()}\n`
}

function heading(one: Description): string[] {
  const name = fitCells(one.unit ? `${labelOf(one)} (${unitOf(one)})` : labelOf(one), width)
  return [name, '─'.repeat(cellWidth(name)), ...(one.count === 0 ? ['No points', ''] : [])]
}

/** A bar for each interval of values, with its lower edge and how many points it has. */
function histogram(one: Description): string[] {
  const bins = joinBins(one.histogram, mostRows)
  const most = Math.max(...bins.map(({ count }) => count))
  const words = figureWords(one)
  const edges = bins.map(({ low }) => words(low))
  const counts = bins.map(({ count }) => countWords(count).replace(/ points?$/, ''))
  const [edge, number] = [edges, counts].map((texts) => Math.max(...texts.map(cellWidth))) as [number, number]
  const room = width - edge - number - 5
  const bars = bins.map(({ count }, i) => {
    const length = Math.round((count / most) * room * 8)
    // What is there is to be seen.
    const shown = count > 0 ? Math.max(1, length) : 0
    const bar = '█'.repeat(Math.floor(shown / 8)) + (shown % 8 > 0 ? eighths[shown % 8] : '')
    return `${edges[i]!.padStart(edge)} │${bar} ${counts[i]}`
  })
  return [`${'from'.padStart(edge)}  points`, ...bars]
}

type Entry = [name: string, figure: string]

function figures(one: Description, tz: string): Entry[] {
  const { count, first, last, min, max, step, gaps, trend } = one
  const words = figureWords(one)
  const points = [first!, last!, min!, max!]
  const precision = precisionOf(
    points.map(({ timestamp }) => Date.parse(timestamp)),
    tz,
  )
  const when = (time: string) => timeWords(Date.parse(time), tz, precision)
  const longest = gapWords(one) + (gaps.longest ? `, longest ${spanWords(gaps.longest.ms)}` : '')
  const entries: Entry[] = [
    ['points', countWords(count).replace(/ points?$/, '')],
    ['first', `${words(first!.value)}, ${when(first!.timestamp)}`],
    ['last', `${words(last!.value)}, ${when(last!.timestamp)}`],
    ...(step ? [['step', stepWords(step)] as Entry] : []),
    ...(count > 1 ? [['gaps', longest] as Entry] : []),
    ['lowest', `${words(min!.value)}, ${when(min!.timestamp)}`],
    ['highest', `${words(max!.value)}, ${when(max!.timestamp)}`],
    ['mean', words(one.mean)],
    ['standard deviation', roughWords(one.stddev)],
    ['skewness', roughWords(one.skewness)],
    ['kurtosis', roughWords(one.kurtosis)],
    ...Object.entries({ ...one.quantiles, median: one.median })
      .sort(([, a], [, b]) => (a ?? 0) - (b ?? 0))
      .map(([name, value]): Entry => [name, words(value)]),
    ['distinct values', roughWords(one.distinct)],
    ['zeros', roughWords(one.zeros)],
    ['negatives', roughWords(one.negatives)],
    ['autocorrelation', roughWords(one.autocorrelation)],
  ]
  if (trend && trend.slope !== null) {
    const sure = sureWords(one)
    entries.push(['trend', [slopeWords(one), sure && `(${sure})`].filter(Boolean).join(' ')])
    entries.push(['trend, Theil–Sen', slopeWords(one, trend.theilSen)])
  }
  return entries
}

/** Entries in two columns, from top to bottom; one that needs more than half a line stands alone. */
function columns(entries: Entry[]): string[] {
  const name = 20
  const half = width / 2
  const print = ([text, figure]: Entry) => `${text.padEnd(name)}${figure}`
  const isNarrow = (entry: Entry) => cellWidth(print(entry)) < half
  const [narrow, wide] = [entries.filter(isNarrow), entries.filter((entry) => !isNarrow(entry))]
  const rows = Math.ceil(narrow.length / 2)
  const pairs = Array.from({ length: rows }, (_, i) => {
    const left = print(narrow[i]!)
    const right = narrow[i + rows]
    return right ? left + ' '.repeat(half - cellWidth(left)) + print(right) : left
  })
  return [...wide.map((entry) => fitCells(print(entry), width)), ...pairs]
}
