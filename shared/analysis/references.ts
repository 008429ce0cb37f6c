import { colours, isSmall, type Theme } from './chart.ts'
import type { Reference } from './plot-params.ts'
import { fit, numberWords, oneLine, plainLabel, textWidth } from './text.ts'

/** A line or a band of a figure: a value or a time, or two of them. Times are Unix milliseconds. */
export interface ReferenceMark {
  is: 'value' | 'time'
  from: number
  /** The same as `from` for a line. */
  to: number
  label: string
  axis: 'left' | 'right'
}

/** References of a job, whose times are resolved, as what is drawn of them. */
export function marksOf(references: Reference[]): ReferenceMark[] {
  return references.map(({ value, values, time, times, label = '', axis }) => {
    const [from, to] = (times ?? values ?? [time ?? value, time ?? value]) as [number, number]
    return { is: time === undefined && times === undefined ? 'value' : 'time', from, to, label: oneLine(label), axis }
  })
}

/** The values that an axis must reach, so that no line at a value is outside of it. */
export const valuesOfMarks = (marks: ReferenceMark[], axis: ReferenceMark['axis']): number[] =>
  marks.flatMap((mark) => (mark.is === 'value' && mark.axis === axis ? [mark.from, mark.to] : []))

/** Times are cut to the range that is drawn; what lies outside of it is told apart. */
export function marksWithin(
  marks: ReferenceMark[],
  { from, to }: { from: number; to: number },
): { inside: ReferenceMark[]; outside: ReferenceMark[] } {
  const isOutside = (mark: ReferenceMark) => mark.is === 'time' && (mark.to < from || mark.from > to)
  const cut = (mark: ReferenceMark): ReferenceMark =>
    mark.is === 'value' ? mark : { ...mark, from: Math.max(mark.from, from), to: Math.min(mark.to, to) }
  return { inside: marks.filter((mark) => !isOutside(mark)).map(cut), outside: marks.filter(isOutside) }
}

export interface ReferencePlace {
  theme: Theme
  /** Of the whole picture, in pixels. */
  width: number
  height: number
  /** The ends of the axis of times, or of whatever stands horizontally; missing where there is none. */
  x?: [number, number]
  /** The ends of the axis of values. */
  y: [number, number]
  /** Values stand on the horizontal axis. */
  isTurned?: boolean
  /** Points of the data on these axes: labels keep away from them where they can. */
  data?: { x: ArrayLike<number>; y: ArrayLike<number> }[]
}

type Layer = Record<string, unknown>

/** The layers of lines and bands: bands lie behind the data, lines and what they say before them. */
export function referenceLayers(marks: ReferenceMark[], place: ReferencePlace): { behind: Layer[]; before: Layer[] } {
  const { theme } = place
  const { axis, muted, ink, background } = colours[theme]
  const isAcross = (mark: ReferenceMark) => (mark.is === 'value') !== (place.isTurned ?? false)
  const datum = (mark: ReferenceMark, value: number) =>
    mark.is === 'time' ? { datum: { expr: String(value) }, type: 'temporal' } : { datum: value, type: 'quantitative' }
  const ends = (mark: ReferenceMark): Layer =>
    isAcross(mark)
      ? { x: { value: 0 }, x2: { value: 'width' }, y: datum(mark, mark.from), y2: { datum: mark.to } }
      : {
          y: { value: 0 },
          y2: { value: 'height' },
          x: datum(mark, mark.from),
          x2: mark.is === 'time' ? { datum: { expr: String(mark.to) } } : { datum: mark.to },
        }
  const one = { values: [{}] }
  const behind = marks
    .filter(({ from, to }) => to > from)
    .map((mark) => ({ data: one, mark: { type: 'rect', color: axis, opacity: 0.22 }, encoding: ends(mark) }))
  const lines = marks
    .filter(({ from, to }) => from === to)
    .map((mark) => {
      const { x2, y2, ...start } = ends(mark)
      const encoding = isAcross(mark) ? { ...start, x2 } : { ...start, y2 }
      return { data: one, mark: { type: 'rule', color: muted, strokeWidth: 1.5, strokeDash: [6, 3] }, encoding }
    })
  const labels = placeLabels(marks, place, isAcross).flatMap(({ mark, text, x, y, dx, dy, align }) => {
    const encoding = {
      x: x === 'at' ? datum(mark, mark.from) : { value: x },
      y: y === 'at' ? datum(mark, mark.to) : { value: y },
    }
    const look = { type: 'text', text, align, baseline: 'middle', dx, dy, fontSize: 11 }
    // The first of the two clears what is behind the letters.
    return [
      { data: one, mark: { ...look, color: background, stroke: background, strokeWidth: 3, opacity: 0.85 }, encoding },
      { data: one, mark: { ...look, color: ink }, encoding },
    ]
  })
  return { behind, before: [...lines, ...labels] }
}

interface Label {
  mark: ReferenceMark
  text: string
  /** A pixel, an end of the plot, or the place of the mark. */
  x: number | 'width' | 'at'
  y: number | 'at'
  dx: number
  dy: number
  align: 'left' | 'right'
}

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** Where labels stand, so that none lies on another: the first place that is free, about, of those that a mark has. */
function placeLabels(
  marks: ReferenceMark[],
  place: ReferencePlace,
  isAcross: (mark: ReferenceMark) => boolean,
): Label[] {
  // The plot itself is smaller than the picture by about so much.
  const [width, height] = [
    Math.max(80, place.width - 90),
    Math.max(20, place.height - (isSmall(place.height) ? 95 : 140)),
  ]
  const taken: Box[] = []
  return marks.flatMap((mark): Label[] => {
    if (mark.label === '') return []
    const text = plainLabel(fit(mark.label, Math.min(width * 0.6, 320), 11))
    const wide = textWidth(text, 11)
    const free = candidates(mark, text, wide, { place, isAcross: isAcross(mark), width, height })
    const isFree = ({ box }: Candidate) =>
      box.top >= -1 &&
      box.bottom <= height + 1 &&
      box.left >= -1 &&
      box.right <= width + 1 &&
      !taken.some((other) => overlaps(box, other))
    // What has no room is left to the chart in words.
    const possible = free.filter(isFree).map((one) => ({ ...one, covers: coveredBy(one.box, place, width, height) }))
    const chosen = possible.reduce<(typeof possible)[number] | undefined>(
      (best, one) => (best && best.covers <= one.covers ? best : one),
      undefined,
    )
    if (chosen) taken.push(chosen.box)
    return chosen ? [chosen.label] : []
  })
}

const overlaps = (a: Box, b: Box) =>
  a.left < b.right + 6 && b.left < a.right + 6 && a.top < b.bottom && b.top < a.bottom

/** How many points of the data lie in a box, about. */
function coveredBy(box: Box, { x, y, data = [] }: ReferencePlace, width: number, height: number): number {
  if (!x) return 0
  let covered = 0
  for (const points of data) {
    for (let i = 0; i < points.x.length; i++) {
      const across = ((points.x[i]! - x[0]) / (x[1] - x[0])) * width
      const down = ((y[1] - points.y[i]!) / (y[1] - y[0])) * height
      if (across > box.left - 3 && across < box.right + 3 && down > box.top && down < box.bottom) covered++
    }
  }
  return covered
}

interface Candidate {
  label: Label
  box: Box
}

const line = 15

function candidates(
  mark: ReferenceMark,
  text: string,
  wide: number,
  { place, isAcross, width, height }: { place: ReferencePlace; isAcross: boolean; width: number; height: number },
): Candidate[] {
  const boxAt = (left: number, middle: number): Box => ({
    left,
    right: left + wide,
    top: middle - 7,
    bottom: middle + 7,
  })
  if (isAcross) {
    const at = ((place.y[1] - mark.to) / (place.y[1] - place.y[0])) * height
    const isBand = mark.to > mark.from
    const offsets = isBand ? [9, -9] : [-9, 10]
    return [false, true].flatMap((isLeft) =>
      offsets.map(
        (dy): Candidate => ({
          label: {
            mark,
            text,
            x: isLeft ? 0 : 'width',
            y: 'at',
            dx: isLeft ? 5 : -5,
            dy,
            align: isLeft ? 'left' : 'right',
          },
          box: boxAt(isLeft ? 5 : width - 5 - wide, at + dy),
        }),
      ),
    )
  }
  const [from, to] = place.x!
  const at = ((mark.from - from) / (to - from)) * width
  const rows = Math.max(1, Math.min(8, Math.floor(height / line) - 1))
  const sides = at + wide + 8 > width ? (['right', 'left'] as const) : (['left', 'right'] as const)
  return Array.from({ length: rows }, (_, row) => 9 + row * line).flatMap((y) =>
    sides.map(
      (align): Candidate => ({
        label: { mark, text, x: 'at', y, dx: align === 'left' ? 5 : -5, dy: 0, align },
        box: boxAt(align === 'left' ? at + 5 : at - 5 - wide, y),
      }),
    ),
  )
}

/** Lines and bands in words: behind a text alternative, and below the chart of a terminal. */
export function markWords(mark: ReferenceMark, unit: string, when: (time: number) => string): string {
  const say = (at: number) => (mark.is === 'time' ? when(at) : [numberWords(at), unit].filter(Boolean).join(' '))
  const place = mark.from === mark.to ? say(mark.from) : `${say(mark.from)} to ${say(mark.to)}`
  return mark.label === '' ? place : `${mark.label}: ${place}`
}
