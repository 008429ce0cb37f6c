import type { Points } from '../series/points.ts'
import { AnalysisError, type SeriesInput } from './kind.ts'
import type { Curve } from './marks.ts'
import { labelsOf, titleOf } from './names.ts'
import { cutPeriods, type Period, periodOf } from './overlay.ts'
import type { FullPlotParams } from './plot-params.ts'
import { unitOf } from './summary.ts'
import { numberWords } from './text.ts'

/** What a chart over time draws as one line: a series, or one of the periods that it is cut into. */
export interface Line {
  label: string
  unit: string
  input: SeriesInput
  /** Of its series: the points of the line, as they are stored. */
  points: Points
  /** The same points where they are drawn. */
  curve: Curve
  /** Which of the two axes of values it has. */
  axis: 'left' | 'right'
  /** What a cut series was called by before it was cut. */
  period?: string
}

export interface Lines {
  lines: Line[]
  /** What the chart is called unless told. */
  title: string
  /** Undefined for lines over the times that they have. */
  period?: Period
}

/** More periods than these are not drawn: nobody could tell one from another. */
export const maxPeriods = 100
/** Of more periods than these the last two have colours, and the others one between them. */
export const colouredPeriods = 10

/** The lines of a chart over series that have points. */
export function linesOf(series: SeriesInput[], { overlay, right, tz, panels }: FullPlotParams): Lines {
  const names = labelsOf(series)
  const title = titleOf(names)
  if (overlay !== undefined) {
    const [input] = series as [SeriesInput]
    const period = periodOf[overlay]
    const slices = cutPeriods(input.points, period, tz)
    if (slices.length > maxPeriods) {
      const detail = `The series has ${numberWords(slices.length)} ${period}s in the range; at most ${maxPeriods} can be laid over one another.`
      throw new AnalysisError('too-many-periods', detail)
    }
    const lines = slices.map(({ label, points, curve }): Line => {
      return { label, unit: unitOf(input), input, points, curve, axis: 'left', period: label }
    })
    return { lines, title, period }
  }
  const units = [...new Set(series.map(unitOf))]
  const isRight = (one: SeriesInput) =>
    panels === 'none' &&
    (Array.isArray(right)
      ? right.includes(one.name)
      : right === 'unit' && units.length === 2 && unitOf(one) === units[1])
  // A chart whose series on the left have no points has one axis all the same.
  const isOne = series.every(isRight)
  const lines = series.map((input, i): Line => {
    const { points } = input
    const axis = isRight(input) && !isOne ? 'right' : 'left'
    return { label: names.labels[i]!, unit: unitOf(input), input, points, curve: points, axis }
  })
  return { lines, title }
}

/** What the legend says of a line: its unit where that differs, and its axis where there are two, which in a small picture says enough. */
export function legendName({ label, unit, axis }: Line, lines: Line[], isShort = false): string {
  const isUnitShown = new Set(lines.map((line) => line.unit)).size > 1
  const isSideShown = lines.some((line) => line.axis === 'right')
  const more = [isUnitShown && !(isShort && isSideShown) && (unit || 'no unit'), isSideShown && axis]
    .filter(Boolean)
    .join(', ')
  return more === '' ? label : `${label} (${more})`
}
