import { type Points, slicePoints } from '../series/points.ts'
import { dayMs, openZone } from '../series/zone.ts'
import { runStarts } from './gaps.ts'
import type { Curve } from './marks.ts'
import { monthNames } from './text.ts'

export type Period = 'day' | 'week' | 'month' | 'year'

export const periodOf = { '1d': 'day', '1w': 'week', '1mo': 'month', '1y': 'year' } as const satisfies Record<
  string,
  Period
>

/** A part of a series, with the times of a period that stands for all: of a year the leap year 2000. */
export interface Slice {
  label: string
  /** The points as they are stored. */
  points: Points
  /** The same points at their place within the period. */
  curve: Curve
}

/** The period that stands for all of them, as if it were UTC. The first of January 2000 was a Saturday. */
const standing: Record<Period, { from: number; to: number }> = {
  day: { from: Date.UTC(2000, 0, 1), to: Date.UTC(2000, 0, 2) },
  week: { from: Date.UTC(2000, 0, 3), to: Date.UTC(2000, 0, 10) },
  month: { from: Date.UTC(2000, 0, 1), to: Date.UTC(2000, 1, 1) },
  year: { from: Date.UTC(2000, 0, 1), to: Date.UTC(2001, 0, 1) },
}

export const standingRange = (period: Period) => standing[period]

/**
 * Cuts a series at the days, Mondays, months or years of a zone. A point keeps what the zone's clock shows: 1 March is at
 * one place in all years, leap or not. Where a clock is put back the second hour follows the first without room of its own.
 */
export function cutPeriods(points: Points, period: Period, tz: string): Slice[] {
  const zone = openZone(tz)
  const { timestamps } = points
  const starts = runStarts(points)
  const slices: Slice[] = []
  const places = new Float64Array(timestamps.length)
  let [open, first, before] = [Number.NaN, 0, 0]
  const close = (end: number) => {
    if (end === first) return
    const own = starts.filter((start) => start > first && start < end).map((start) => start - first)
    const curve: Curve = {
      timestamps: places.subarray(first, end),
      values: points.values.subarray(first, end),
      starts: [0, ...own],
    }
    slices.push({ label: labelOf(open, period), points: slicePoints(points, first, end), curve })
    first = end
  }
  for (let i = 0; i < timestamps.length; i++) {
    const local = zone.localOf(timestamps[i]!)
    const start = startOf(local, period)
    if (start !== open) {
      // A clock put back over midnight shows the day before once more.
      if (!(start < open)) {
        close(i)
        ;[open, before] = [start, Number.NEGATIVE_INFINITY]
      }
    }
    const place = placeOf(Math.max(local, open), open, period)
    before = places[i] = place > before ? place : before + 1
  }
  close(timestamps.length)
  return slices
}

function startOf(local: number, period: Period): number {
  const day = Math.floor(local / dayMs)
  if (period === 'day') return day * dayMs
  // Day 0 was a Thursday.
  if (period === 'week') return (day - ((((day + 3) % 7) + 7) % 7)) * dayMs
  const date = new Date(local)
  return new Date(0).setUTCFullYear(date.getUTCFullYear(), period === 'year' ? 0 : date.getUTCMonth(), 1)
}

function placeOf(local: number, start: number, period: Period): number {
  if (period !== 'year') return standing[period].from + local - start
  const date = new Date(local)
  return Date.UTC(2000, date.getUTCMonth(), date.getUTCDate()) + (((local % dayMs) + dayMs) % dayMs)
}

function labelOf(start: number, period: Period): string {
  const date = new Date(start)
  const year = String(date.getUTCFullYear())
  if (period === 'year') return year
  const month = monthNames[date.getUTCMonth()]!.slice(0, 3)
  if (period === 'month') return `${month} ${year}`
  return `${period === 'week' ? 'week of ' : ''}${date.getUTCDate()} ${month} ${year}`
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** The ticks of an axis over one period, as many as have room in so many pixels. */
export function periodTicks(period: Period, width: number): { ticks: number[]; labels: string[] } {
  const { from } = standing[period]
  const every = (step: number, count: number, room: number) => {
    const least = Math.ceil((count * room) / width / step) * step
    return Array.from({ length: Math.ceil(count / least) }, (_, i) => i * least)
  }
  if (period === 'year') {
    const steps = [1, 2, 3, 6].find((months) => (12 / months) * 44 <= width) ?? 6
    const months = Array.from({ length: 12 / steps }, (_, i) => i * steps)
    return {
      ticks: months.map((month) => Date.UTC(2000, month, 1)),
      labels: months.map((month) => monthNames[month]!.slice(0, 3)),
    }
  }
  if (period === 'month') {
    const days = every(1, 31, 26)
    return { ticks: days.map((day) => from + day * dayMs), labels: days.map((day) => String(day + 1)) }
  }
  if (period === 'week') {
    const days = every(1, 7, 44)
    return { ticks: days.map((day) => from + day * dayMs), labels: days.map((day) => weekdays[day]!) }
  }
  const step = [1, 2, 3, 6, 12].find((hours) => (24 / hours) * 50 <= width) ?? 12
  const hours = Array.from({ length: 24 / step }, (_, i) => i * step)
  return { ticks: hours.map((h) => from + h * 3_600_000), labels: hours.map((h) => `${String(h).padStart(2, '0')}:00`) }
}
