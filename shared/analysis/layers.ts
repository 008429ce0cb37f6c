import { colourOf, type Theme } from './chart.ts'
import type { Mark, Row } from './marks.ts'

type Layer = Record<string, unknown>

/**
 * The Vega-Lite layers of a mark over the rows that `marks.ts` makes of each series; `own` is the encoding of the mark itself.
 * A sole series has a colour, those of several have theirs by the legend.
 */
export function layersOf(
  mark: Mark,
  theme: Theme,
  { rows: series, isSole }: { rows: Row[][]; isSole: boolean },
  own: Record<string, unknown>,
): Layer[] {
  const color = isSole ? { color: colourOf(theme, 0) } : {}
  if (mark === 'bar') return [{ mark: { type: 'rect', opacity: 1, ...color }, encoding: own }]
  if (mark === 'scatter') {
    const count = series.reduce((sum, rows) => sum + rows.length, 0)
    const size = count > 1000 ? 12 : count > 200 ? 24 : 40
    const opacity = count > 200 ? 0.75 : 0.9
    return [{ mark: { type: 'point', filled: true, size, opacity, strokeWidth: 0, ...color }, encoding: own }]
  }
  const most = Math.max(...series.map((rows) => rows.length))
  const shape = {
    // Every value is a number; this way each is looked at once, and not whenever the layout changes.
    invalid: 'filter',
    strokeJoin: 'round',
    ...(mark === 'step' && { interpolate: 'step-after' }),
    ...color,
  }
  const fill = { mark: { type: 'area', opacity: isSole ? 0.28 : 0.16, ...shape } }
  const line = { mark: { type: 'line', strokeWidth: most > 600 ? 1.4 : 2, ...shape }, encoding: own }
  const alone = {
    mark: { type: 'circle', size: 20, opacity: 1, ...color },
    transform: [{ filter: 'datum.alone === true' }],
  }
  const lines = mark === 'area' ? [fill, line] : [line]
  return series.some((rows) => rows.some((row) => row.alone)) ? [...lines, alone] : lines
}
