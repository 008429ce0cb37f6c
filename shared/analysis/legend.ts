import { colourOf, dashOf, fontSizes, paddingOf, type Theme } from './chart.ts'
import type { Mark } from './marks.ts'
import { fit, plainLabel, textWidth } from './text.ts'

/** Room of a legend's symbol and the space after its label, in pixels. */
const symbolWidth = 40
const rowHeight = 18

export interface Legend {
  /** The names as the legend prints them, each another: the values of the field `series`. */
  labels: string[]
  columns: number
  /** How many of them have room. */
  shown: number
  /** The colour of each, where it is not that of its place. */
  colours?: string[]
}

/**
 * Legends stand above the plot, in columns. They leave the plot its height: labels lose the words that all share, then
 * their middle, until they fit, and if even that doesn't do, the last ones are left out.
 */
export function fitLegend(names: string[], width: number, height: number): Legend {
  const room = width - 2 * paddingOf(width, height) - 50
  const rows = Math.max(1, Math.floor(((height - 110) * 0.45) / rowHeight))
  const widest = Math.max(...names.map((name) => textWidth(name, fontSizes.label)))
  const columnsFor = (label: number) => Math.max(1, Math.floor(room / (label + symbolWidth)))
  let label = Math.min(widest, room - symbolWidth, 320)
  while (label > 70 && columnsFor(label) * rows < names.length) label -= 5
  const columns = Math.min(names.length, columnsFor(label))
  return { labels: shorten(names, label), columns, shown: Math.min(names.length, columns * rows) }
}

function shorten(names: string[], width: number): string[] {
  const isFit = names.every((name) => textWidth(name, fontSizes.label) <= width)
  const labels: string[] = []
  for (const name of isFit ? names : withoutShared(names)) {
    let label = fit(name, width, fontSizes.label, 'both')
    for (let n = 2; labels.includes(label); n++) label = `${fit(name, width - 20, fontSizes.label, 'both')} ${n}`
    labels.push(plainLabel(label))
  }
  return labels
}

/** The names without the words that all of them begin or end with: only the others tell them apart. */
function withoutShared(names: string[]): string[] {
  const words = names.map((name) => name.split(/(?<=[\s,;:/|._=-])/))
  const least = Math.min(...words.map((list) => list.length)) - 1
  const isShared = (at: number) => words.every((list) => list.at(at)?.trim() === words[0]!.at(at)?.trim())
  let head = 0
  while (head < least && isShared(head)) head++
  let tail = 0
  while (head + tail < least && isShared(-1 - tail)) tail++
  return words.map((list) =>
    list
      .slice(head, list.length - tail)
      .join('')
      .replace(/[\s,;:/|.=-]+$/, ''),
  )
}

/**
 * The encodings that tell several series apart: colour, for all layers, and from the sixth series on a second property,
 * for the layer that is the mark itself.
 */
export function seriesEncoding(mark: Mark, theme: Theme, legendOf: Legend, isUnitAbove: boolean) {
  const { labels, columns, shown, colours } = legendOf
  const isFilled = mark === 'bar' || mark === 'scatter'
  const legend = {
    orient: 'top',
    direction: 'horizontal',
    title: null,
    columns,
    columnPadding: 18,
    rowPadding: 3,
    // The unit of the y axis stands between the legend and the plot.
    offset: isUnitAbove ? 26 : 10,
    symbolLimit: labels.length,
    symbolType: mark === 'bar' ? 'square' : mark === 'scatter' ? 'circle' : 'stroke',
    symbolSize: isFilled ? 90 : 260,
    symbolStrokeWidth: isFilled ? 0 : 2.5,
    // Of bars the opacity is what tells some of them apart.
    ...(mark !== 'bar' && { symbolOpacity: 1 }),
    ...(shown < labels.length && { values: labels.slice(0, shown) }),
  }
  const channel = (look: (index: number) => unknown) => ({
    field: 'series',
    type: 'nominal',
    sort: null,
    scale: { type: 'ordinal', domain: labels, range: labels.map((_, i) => look(i)) },
    legend,
  })
  const shared = { color: channel((i) => colours?.[i] ?? colourOf(theme, i)) }
  const turn = <T>(values: T[]) => channel((i) => values[Math.floor(i / 5) % values.length])
  if (labels.length <= 5 || colours) return { shared, own: {} }
  // Vega-Lite warns of opacities without an order.
  if (mark === 'bar')
    return { shared, own: { opacity: { ...turn([1, 0.5, 0.75, 0.3]), type: 'ordinal', sort: labels } } }
  if (mark === 'scatter') return { shared, own: { shape: turn(['circle', 'triangle-up', 'square', 'diamond']) } }
  return { shared, own: { strokeDash: channel(dashOf) } }
}
