import { formatTime } from '../time.ts'
import { fieldName, type Grouping, hourName, shortMonths, shortWeekdays } from './calendar-grid.ts'
import { colourOf, colours, isSmall } from './chart.ts'
import { AnalysisError, type KindInput, type KindOutput } from './kind.ts'
import { fitLegend, seriesEncoding } from './legend.ts'
import type { FullPlotParams } from './plot-params.ts'
import { type Box, boxesOf } from './quartiles.ts'
import { marksOf, markWords, referenceLayers } from './references.ts'
import { summarise } from './summary.ts'
import { rangeWords, type Summed, summedFrame, sumUp, withUnit } from './summed.ts'
import { countWords, fit, numberWords, textWidth } from './text.ts'
import { table, textPage } from './text-blocks.ts'
import { valueAxis } from './valueaxis.ts'

interface Boxes {
  label: string
  boxes: Box[]
}

/** More groups of years than these have no room. */
const maxGroups = 120

/** The spread of the values of each month, weekday, hour or year: quartiles, whiskers, and what lies beyond. */
export function boxPlot(input: KindInput<FullPlotParams>): KindOutput {
  const { params } = input
  const { width, height, theme, tz, zero } = params
  const by = (params.by ?? 'month') as Grouping
  const summed = sumUp(input)
  const { full, labels, unit } = summed
  const series = full.map(({ points }, i): Boxes => ({ label: labels[i]!, boxes: boxesOf(points, by, tz) }))
  const groups = groupsOf(series, by)
  const short = (group: number) => shortName(by, group)
  const marks = marksOf(params.references)
  const ends = marks.flatMap(({ from, to }) => [from, to])
  const low = Math.min(...series.flatMap(({ boxes }) => boxes.map(({ min }) => min)), ...ends)
  const high = Math.max(...series.flatMap(({ boxes }) => boxes.map(({ max }) => max)), ...ends)
  const { y, unit: above, domain } = valueAxis({ low, high, zero, title: unit, width, height, theme })
  const legend = series.length > 1 ? fitLegend(labels, width, height) : undefined
  const looks = legend && seriesEncoding('bar', theme, legend, above !== '' && !isSmall(height))
  const alt = words(summed, series, by)
  const { chart, notes } = summedFrame(summed, alt)

  const rows = series.flatMap(({ label, boxes }, i) =>
    boxes.map(({ outliers, group, ...box }) => ({
      ...{ group: short(group), ...box },
      description: `${series.length > 1 ? `${label}, ` : ''}${fieldName(by, group)}: median ${withUnit(numberWords(box.median), unit)}, quartiles ${numberWords(box.q1)} and ${numberWords(box.q3)}, from ${numberWords(box.min)} to ${numberWords(box.max)}, ${countWords(box.count)}`,
      ...(legend && { series: legend.labels[i]! }),
    })),
  )
  // Dots that lie on one another are drawn once.
  const pixel = (domain[1] - domain[0]) / height
  const dots = series.flatMap(({ boxes }, i) =>
    boxes.flatMap(({ group, outliers }) => {
      const seen = new Map(Array.from(outliers, (value) => [Math.round(value / pixel), value]))
      return [...seen.values()].map((value) => ({
        group: short(group),
        value,
        ...(legend && { series: legend.labels[i]! }),
      }))
    }),
  )
  const names = groups.map(short)
  const room = (width - 90) / groups.length
  const offset = legend && {
    xOffset: { field: 'series', type: 'nominal', sort: null, scale: { domain: legend.labels, paddingOuter: 0.1 } },
  }
  const position = (field: string, end?: string) => ({
    ...{
      x: { field: 'group', ...xAxis(names, params, summed.footer) },
      ...offset,
      y: { field, ...y },
      ...(end && { y2: { field: end } }),
    },
    ...(looks?.shared ?? {}),
    description: { field: 'description', type: 'nominal' },
  })
  const colour = legend ? {} : { color: colourOf(theme, 0) }
  const band = { band: legend ? 0.85 : Math.min(0.66, 60 / room) }
  const data = { values: rows }
  const layers = [
    {
      data,
      mark: { type: 'rule', strokeWidth: 1.2, aria: false, ...colour },
      encoding: position('lowerWhisker', 'upperWhisker'),
    },
    // What is behind a box shall not be seen through it.
    {
      data,
      mark: { type: 'bar', width: band, aria: false, color: colours[theme].background },
      encoding: { ...position('q1', 'q3'), color: { value: colours[theme].background } },
    },
    {
      data,
      mark: {
        type: 'bar',
        width: band,
        aria: true,
        fillOpacity: 0.45,
        strokeWidth: 1,
        ...(legend ? {} : { stroke: colourOf(theme, 0), ...colour }),
      },
      encoding: { ...position('q1', 'q3'), ...(looks?.own ?? {}) },
    },
    {
      data,
      mark: { type: 'tick', width: band, thickness: 2, aria: false, color: colours[theme].ink },
      encoding: { ...position('median'), color: { value: colours[theme].ink } },
    },
    ...(dots.length > 0
      ? [
          {
            data: { values: dots },
            mark: { type: 'point', filled: true, size: 14, opacity: 0.8, aria: false, ...colour },
            encoding: position('value'),
          },
        ]
      : []),
  ]
  const { behind, before } = referenceLayers(marks, { theme, width, height, y: domain })
  return {
    data: {
      ...{ from: formatTime(summed.first), to: formatTime(summed.last), tz, mark: 'box', by },
      series: full.map((one, i) => ({
        ...summarise(one),
        points: series[i]!.boxes.map(({ group, outliers, ...box }) => ({
          ...{ [by]: by === 'hour' || by === 'year' ? group : fieldName(by, group), ...box, outliers: outliers.length },
        })),
      })),
    },
    chart: { ...chart, layer: [...behind, ...layers, ...before] },
    alt: [
      alt,
      ...(marks.length > 0 ? [`Marked: ${marks.map((mark) => markWords(mark, unit, String)).join('; ')}.`] : []),
    ].join(' '),
    text: text(summed, notes, series, by, { low, high }),
  }
}

/** All groups of the calendar; of years those from the first to the last. */
function groupsOf(series: Boxes[], by: Grouping): number[] {
  const counts: Record<Grouping, number> = { hour: 24, weekday: 7, month: 12, year: 0 }
  const found = series.flatMap(({ boxes }) => boxes.map(({ group }) => group))
  const first = by === 'year' ? Math.min(...found) : 0
  const count = by === 'year' ? Math.max(...found) - first + 1 : counts[by]
  if (count > maxGroups)
    throw new AnalysisError(
      'too-many-years',
      `The points lie in ${count} years; at most ${maxGroups} are drawn: ask for a shorter range.`,
    )
  return Array.from({ length: count }, (_, i) => first + i)
}

function shortName(by: Grouping, group: number): string {
  if (by === 'month') return shortMonths[group]!
  if (by === 'weekday') return shortWeekdays[group]!
  return by === 'hour' ? hourName(group).slice(0, 2) : String(group)
}

function xAxis(names: string[], { width, height, theme, by }: FullPlotParams, footer: string) {
  const room = (width - 90) / names.length
  const widest = Math.max(...names.map((name) => textWidth(name, 12))) + 5
  const every = [1, 2, 3, 4, 5, 6, 10, 12, 20].find((n) => n * room >= widest) ?? names.length
  const title = by === 'hour' ? `hour of the day · ${footer}` : footer
  return {
    type: 'ordinal',
    sort: null,
    scale: { domain: names, paddingInner: 0.1, paddingOuter: 0.1 },
    axis: {
      ...{
        values: names.filter((_, i) => i % every === 0),
        labelAngle: 0,
        labelOverlap: false,
        ticks: false,
        grid: false,
        labelPadding: 6,
      },
      ...{
        title: fit(title, width - 90, 11),
        titleAnchor: 'start',
        titleFontSize: 11,
        titleColor: colours[theme].muted,
      },
      titlePadding: isSmall(height) ? 3 : 8,
    },
  }
}

function words(summed: Summed, series: Boxes[], by: Grouping): string {
  const { title, count, unit, params } = summed
  const head = `Box plot of ${title} by ${by}: ${countWords(count)} from ${rangeWords(summed)} (${params.tz}).`
  const value = (number: number) => withUnit(numberWords(Number(number.toPrecision(5))), unit)
  const sentences = series.slice(0, 5).map(({ label, boxes }) => {
    const sorted = [...boxes].sort((a, b) => a.median - b.median)
    const [low, high] = [sorted[0]!, sorted.at(-1)!]
    const spread = [...boxes].sort((a, b) => b.q3 - b.q1 - (a.q3 - a.q1))[0]!
    const who = series.length > 1 ? `${label}: h` : 'H'
    return `${who}ighest median ${value(high.median)} (${fieldName(by, high.group)}), lowest ${value(low.median)} (${fieldName(by, low.group)}); widest middle half ${value(spread.q1)} to ${value(spread.q3)} (${fieldName(by, spread.group)}).`
  })
  if (series.length > 5) sentences.push(`And ${series.length - 5} more series.`)
  return [head, ...sentences].join(' ')
}

function text(
  summed: Summed,
  notes: string[],
  series: Boxes[],
  by: Grouping,
  { low, high }: { low: number; high: number },
): string {
  const { title, unit, footer } = summed
  const number = (value: number) => numberWords(Number(value.toPrecision(4)))
  const body = series.flatMap(({ label, boxes }) => {
    const figures = table([
      [by, 'lowest', 'median', 'highest'],
      ...boxes.map((box) => [
        by === 'hour' ? hourName(box.group) : shortName(by, box.group),
        number(box.min),
        number(box.median),
        number(box.max),
      ]),
    ])
    const room = Math.max(16, 80 - figures[0]!.length - 2)
    const drawn = ['', ...boxes.map((box) => boxLine(box, { low, high }, room))]
    return [...(series.length > 1 ? ['', label] : []), ...figures.map((line, i) => `${line}  ${drawn[i]}`)]
  })
  const scale = [
    `${number(low)} to ${number(high)} from left to right`,
    '├ ┤ whiskers   █ the middle half   ┃ the median   · beyond',
  ]
  return textPage(title, notes, [...(unit === '' ? [] : [unit, '']), ...body, '', ...scale], footer)
}

/** `·  ├───███┃████────┤ ·`, on a scale of so many characters. */
function boxLine(box: Box, { low, high }: { low: number; high: number }, room: number): string {
  const at = (value: number) =>
    high > low ? Math.round(((value - low) / (high - low)) * (room - 1)) : Math.floor(room / 2)
  const line = new Array<string>(room).fill(' ')
  for (const value of box.outliers) line[at(value)] = '·'
  line.fill('─', at(box.lowerWhisker), at(box.upperWhisker) + 1)
  line[at(box.lowerWhisker)] = '├'
  line[at(box.upperWhisker)] = '┤'
  line.fill('█', at(box.q1), at(box.q3) + 1)
  line[at(box.median)] = '┃'
  return line.join('')
}
