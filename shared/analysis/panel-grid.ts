import { paddingOf } from './chart.ts'

/** Where panels stand, in pixels. */
export interface PanelGrid {
  columns: number
  /** How many panels there is room for. */
  shown: number
  /** Of the plot of each panel. */
  width: number
  height: number
  /** Left of each panel, and of the first of a row. */
  gutter: number
  edge: number
  /** Above each panel: what it is called. */
  head: number
}

export interface GridRoom {
  /** Of the whole picture. */
  width: number
  height: number
  panels: number
  columns?: number | undefined
  /** Of the widest label of the axis of values. */
  labels: number
  /** How far a label of the axis of times can reach beyond a panel. */
  overhang: number
  /** Each panel has an axis of its own. */
  isFree: boolean
  /** Above all panels. */
  top: number
  /** Below all panels: the axis of times. */
  bottom: number
}

const [leastWidth, leastHeight] = [90, 34]
export const panelHead = 24

/**
 * Divides a picture into panels of one size, about twice as wide as high. Where they have no room the last ones are left out.
 */
export function panelGrid({
  width,
  height,
  panels,
  labels,
  overhang,
  isFree,
  top,
  bottom,
  ...asked
}: GridRoom): PanelGrid {
  const padding = paddingOf(width, height)
  const edge = Math.max(Math.ceil(labels) + 10, Math.ceil(overhang))
  const gutter = isFree ? edge + 8 : 16
  const [across, down] = [
    width - 2 * padding - (edge - gutter) - Math.max(20, Math.ceil(overhang) + 2),
    height - 2 * padding - top - bottom,
  ]
  const sizes = (columns: number, shown: number) => {
    const rows = Math.ceil(shown / columns)
    return { width: Math.floor(across / columns - gutter), height: Math.floor(down / rows - panelHead) }
  }
  for (let shown = panels; shown > 0; shown--) {
    const choices =
      asked.columns === undefined
        ? Array.from({ length: Math.min(shown, 10) }, (_, i) => i + 1)
        : [Math.min(asked.columns, shown)]
    const fitting = choices
      .map((columns) => ({ columns, shown, gutter, edge, head: panelHead, ...sizes(columns, shown) }))
      .filter((size) => size.width >= leastWidth && size.height >= leastHeight)
    const unlike = (size: { width: number; height: number; columns: number }) =>
      Math.abs(Math.log(size.width / size.height / 2.3)) +
      0.5 * ((size.columns - (shown % size.columns || size.columns)) / size.columns)
    if (fitting.length > 0) return fitting.reduce((best, size) => (unlike(size) < unlike(best) ? size : best))
  }
  // Even one is too large for the least sizes: it gets what there is.
  const size = sizes(1, 1)
  return {
    columns: 1,
    shown: 1,
    gutter,
    edge,
    head: panelHead,
    width: Math.max(40, size.width),
    height: Math.max(6, size.height),
  }
}
