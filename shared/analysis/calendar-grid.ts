import type { Points } from '../series/points.ts'
import { dayMs, openZone } from '../series/zone.ts'
import { monthNames } from './text.ts'

export const shortMonths = monthNames.map((name) => name.slice(0, 3))
export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
export const shortWeekdays = weekdayNames.map((name) => name.slice(0, 3))

export type Grouping = 'hour' | 'weekday' | 'month' | 'year'

/** What a zone's clock shows, as if it were UTC, in the fields of the calendar. */
const fields: Record<Grouping, (local: number) => number> = {
  hour: (local) => Math.floor(modulo(local, dayMs) / 3_600_000),
  // Day 0 was a Thursday; Mondays are 0.
  weekday: (local) => modulo(Math.floor(local / dayMs) + 3, 7),
  month: (local) => new Date(local).getUTCMonth(),
  year: (local) => new Date(local).getUTCFullYear(),
}

const modulo = (a: number, b: number) => ((a % b) + b) % b

export const fieldOf = (group: Grouping, local: number): number => fields[group](local)

export const dayOfMonth = (local: number): number => new Date(local).getUTCDate()

/** What a field's number is called. */
export function fieldName(group: Grouping, value: number): string {
  if (group === 'month') return monthNames[value]!
  if (group === 'weekday') return weekdayNames[value]!
  return group === 'hour' ? hourName(value) : String(value)
}

export const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/**
 * Goes through points by what they have in common: calls `visit` for each run of neighbours with one key. A key is found
 * from what the zone's clock shows; times of one `grain` (milliseconds of that clock) have one key, so it is asked for once each.
 */
export function eachRun(
  { timestamps }: Points,
  { tz, grain, keyOf }: { tz: string; grain: number; keyOf(local: number): number },
  visit: (key: number, from: number, to: number) => void,
): void {
  const zone = openZone(tz)
  let [start, key, cell] = [0, Number.NaN, Number.NaN]
  for (let i = 0; i < timestamps.length; i++) {
    const local = zone.localOf(timestamps[i]!)
    const own = Math.floor(local / grain)
    if (own === cell) continue
    cell = own
    const next = keyOf(local)
    if (next === key) continue
    if (i > start) visit(key, start, i)
    ;[start, key] = [i, next]
  }
  if (timestamps.length > start) visit(key, start, timestamps.length)
}
