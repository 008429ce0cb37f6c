import type { Drawn, Mark } from './marks.ts'
import type { Period } from './overlay.ts'
import type { ReferenceMark } from './references.ts'

/** What a picture over time shows, as plain JSON: terminals and pages draw it in their own way. */
export interface Figure extends FigureAxis {
  title: string
  /** Further lines below the title. */
  notes: string[]
  mark: Mark
  /** IANA zone of its times. */
  tz: string
  /** The range of time that is drawn, in Unix milliseconds; of a period that stands for all, those of the year 2000 in UTC. */
  from: number
  to: number
  /** What its times are those of, where several periods lie over one another. */
  period?: Period
  /** Where the values are from. */
  source: string
  series: FigureSeries[]
  /** The axis at the right, of the series that have it. */
  right?: FigureAxis
  /** The axis of each panel, in their order; the figure's own is that of the first. */
  panels?: FigureAxis[]
  /** Lines and bands; each panel has them. */
  references?: ReferenceMark[]
}

export interface FigureAxis {
  /** The lowest and highest value drawn, zero included where the y axis has to reach it. */
  low: number
  high: number
  /** The values at the lower and the upper edge of the picture's plot. */
  domain: [number, number]
  /** What stands above the y axis: the unit of the values, if they have but one. */
  unit: string
}

export interface FigureSeries {
  label: string
  unit: string
  /** The points that are drawn, in Unix milliseconds. */
  timestamps: number[]
  values: number[]
  /** Indices at which a run without a gap starts, 0 included; none where points are not joined. */
  starts: number[]
  axis?: 'right'
  /** Which of the series' colours it has, where that is not the one of its place. */
  colour?: number
  /** It lies in the background: all such have one look. */
  isPast?: boolean
}

/** A series of a figure: what is drawn of it. */
export function figureSeries(label: string, unit: string, { points, starts }: Drawn): FigureSeries {
  return { label, unit, timestamps: Array.from(points.timestamps), values: Array.from(points.values), starts }
}
