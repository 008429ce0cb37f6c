import type { Drawn, Mark } from './marks.ts'

/** What a picture over time shows, as plain JSON: terminals and pages draw it in their own way. */
export interface Figure {
  title: string
  /** Further lines below the title. */
  notes: string[]
  mark: Mark
  /** IANA zone of its times. */
  tz: string
  /** The range of time that is drawn, in Unix milliseconds. */
  from: number
  to: number
  /** The lowest and highest value drawn, zero included where the y axis has to reach it. */
  low: number
  high: number
  /** The values at the lower and the upper edge of the picture's plot. */
  domain: [number, number]
  /** What stands above the y axis: the unit of the values, if they have but one. */
  unit: string
  /** Where the values are from. */
  source: string
  series: FigureSeries[]
}

export interface FigureSeries {
  label: string
  unit: string
  /** The points that are drawn, in Unix milliseconds. */
  timestamps: number[]
  values: number[]
  /** Indices at which a run without a gap starts, 0 included; none where points are not joined. */
  starts: number[]
}

/** A series of a figure: what is drawn of it. */
export function figureSeries(label: string, unit: string, { points, starts }: Drawn): FigureSeries {
  return { label, unit, timestamps: Array.from(points.timestamps), values: Array.from(points.values), starts }
}
