import { colours, isSmall, paddingOf, type Theme } from './chart.ts'
import { clock, fit, monthNames, type Precision, wallTime } from './text.ts'

type Unit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year'

const unitMs: Record<Unit, number> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  month: 2_629_746_000,
  year: 31_556_952_000,
}

/** The pixels from one label to the next, the second line of the first label included. */
const labelRoom: Record<Unit, number> = {
  millisecond: 104,
  second: 80,
  minute: 68,
  hour: 68,
  day: 64,
  month: 56,
  year: 56,
}

/** The steps between ticks, finest first: all that people count time in. */
const steps: [Unit, number[]][] = [
  ['millisecond', [1, 2, 5, 10, 20, 50, 100, 200, 500]],
  ['second', [1, 2, 5, 10, 15, 30]],
  ['minute', [1, 2, 5, 10, 15, 30]],
  ['hour', [1, 2, 3, 6, 12]],
  ['day', [1, 2, 7, 14]],
  ['month', [1, 2, 3, 6]],
  ['year', [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]],
]

export interface TimeAxisOptions {
  from: number
  to: number
  tz: string
  /** Of the whole picture, in pixels. */
  width: number
  height: number
  theme: Theme
  /** The line below the axis; it should name the zone. */
  title: string
  /** Ticks and labels of one's own. */
  own?: { ticks: number[]; labels: (string | string[])[] }
  /** The pixels of the axis itself; about those of the picture unless given. */
  length?: number
}

/**
 * The x encoding of a chart over `[from, to]`: ticks at whole hours, days, Mondays, months or years of the zone, as many as
 * have room; the first of them, and each that starts a new day or year, says which on a second line. The labels are part of
 * the chart, so that they are right in whatever zone it is drawn.
 */
export function timeAxis(options: TimeAxisOptions): Record<string, unknown> {
  const { from, to, tz, width, height, theme, title, length = width - 90 } = options
  const { ticks, labels } = options.own ?? timeTicks(from, to, tz, length)
  return {
    type: 'temporal',
    scale: { type: tz === 'UTC' ? 'utc' : 'time', domain: { expr: `[${from}, ${to}]` }, nice: false },
    axis: {
      // Not plain numbers: those become Dates, which Vega tells apart by their seconds only.
      values: { expr: JSON.stringify(ticks) },
      labelExpr: `${JSON.stringify(Object.fromEntries(labels.map((label, i) => [ticks[i], label])))}[time(datum.value)]`,
      labelOverlap: false,
      labelFlush: false,
      labelLineHeight: 15,
      labelPadding: 4,
      grid: false,
      tickSize: 5,
      title: title === '' ? null : fit(title, width - 2 * paddingOf(width, height) - 60, 11),
      titleAnchor: 'start',
      titleFontSize: 11,
      titlePadding: isSmall(height) ? 3 : 8,
      titleColor: colours[theme].muted,
    },
  }
}

/** Ticks over `[from, to]` with their labels, one line or two, as many as have room in that many pixels of 12-pixel letters. */
export function timeTicks(from: number, to: number, tz: string, width: number) {
  const { unit, ticks } = chooseTicks(Math.ceil(from), Math.floor(to), tz, Math.max(180, width))
  return { ticks, labels: labelTicks(ticks, unit, tz) }
}

function chooseTicks(from: number, to: number, tz: string, width: number): { unit: Unit; ticks: number[] } {
  let finer: { unit: Unit; ticks: number[] } | undefined
  for (const [unit, multiples] of steps) {
    const room = Math.max(2, Math.floor(width / labelRoom[unit]))
    for (const multiple of multiples) {
      if ((to - from) / (unitMs[unit] * multiple) > 2 * room + 2) continue
      const ticks = tickTimes(from, to, tz, unit, multiple)
      if (ticks.length <= room) return ticks.length >= 2 || !finer ? { unit, ticks } : finer
      finer = { unit, ticks }
      // Too many by little: every other one, should the next step leave fewer than two.
      finer.ticks = ticks.filter((_, i) => i % Math.ceil(ticks.length / room) === 0)
    }
  }
  return finer ?? { unit: 'year', ticks: [from, to] }
}

function tickTimes(from: number, to: number, tz: string, unit: Unit, multiple: number): number[] {
  const ticks: number[] = []
  if (unitMs[unit] < unitMs.day) {
    const step = unitMs[unit] * multiple
    for (let time = nextOnClock(from, step, tz); time <= to; time = nextOnClock(time + 1, step, tz)) ticks.push(time)
    return ticks
  }
  let date = wallTime(from, tz).toPlainDate()
  if (unit === 'day') {
    const days = Math.floor(Date.UTC(date.year, date.month - 1, date.day) / unitMs.day)
    // The epoch was a Thursday: weeks start with the Monday four days later.
    date = date.subtract({ days: (((multiple < 7 ? days : days - 4) % multiple) + multiple) % multiple })
  } else if (unit === 'month') date = date.with({ day: 1, month: date.month - ((date.month - 1) % multiple) })
  else date = date.with({ day: 1, month: 1, year: date.year - (date.year % multiple) })
  for (;;) {
    const time = date.toZonedDateTime(tz).epochMilliseconds
    if (time > to) return ticks
    if (time >= from) ticks.push(time)
    date = date.add({ [`${unit}s`]: multiple })
  }
}

/** The first time from `time` on at which the zone's clock shows a whole multiple of `step` since midnight. */
function nextOnClock(time: number, step: number, tz: string): number {
  const next = (offset: number) => Math.ceil((time + offset) / step) * step - offset
  const before = offsetMs(time, tz)
  const usual = next(before)
  const after = offsetMs(usual, tz)
  if (after === before) return usual
  // The clock changes in between: by the new offset the next may come sooner, or the usual one may never show.
  const changed = next(after)
  const isShown = (usual + after) % step === 0
  return changed >= time && offsetMs(changed, tz) === after && (changed < usual || !isShown) ? changed : usual
}

const offsetMs = (time: number, tz: string) => (tz === 'UTC' ? 0 : wallTime(time, tz).offsetNanoseconds / 1e6)

function labelTicks(ticks: number[], unit: Unit, tz: string): (string | string[])[] {
  let context = ''
  let year = 0
  return ticks.map((tick) => {
    const wall = wallTime(tick, tz)
    const day = `${wall.day} ${monthNames[wall.month - 1]!.slice(0, 3)}`
    if (unit === 'year') return String(wall.year)
    const isNewYear = wall.year !== year
    year = wall.year
    if (unit === 'month' || unit === 'day') {
      const label = unit === 'day' ? day : monthNames[wall.month - 1]!.slice(0, 3)
      return isNewYear ? [label, String(wall.year)] : label
    }
    const label = clock(wall, unit === 'millisecond' || unit === 'second' ? (unit satisfies Precision) : 'minute')
    const isNewDay = day !== context
    context = day
    return isNewDay ? [label, isNewYear ? `${day} ${wall.year}` : day] : label
  })
}
