import type { Every } from './every.ts'
import { dayMs, openZone, type Zone } from './zone.ts'

/** A division of time into buckets, each from its start, included, to the start of the next. Times are Unix milliseconds. */
export interface Buckets {
  /** The start of the bucket that holds a time. */
  startOf(time: number): number
  /** The end of the bucket that holds a time: the start of the next. */
  endOf(time: number): number
  /** About how long a bucket is. */
  lengthMs: number
}

/**
 * Buckets of a fixed width are aligned to 1 January 1970 UTC, whatever the zone. Those of the calendar begin with the
 * first instant of a local day in `tz`: days are counted from 1 January 1970, weeks from Mondays, months, quarters and
 * years from January of the year 0, so that ten years are a decade. A bucket with a clock change is longer or shorter.
 */
export function makeBuckets(every: Every, tz = 'UTC'): Buckets {
  if (every.unit === 'ms') return fixedBuckets(every.count)
  return calendarBuckets(every, openZone(tz))
}

function fixedBuckets(width: number): Buckets {
  const startOf = (time: number) => Math.floor(time / width) * width + 0 // −0 is 0
  return { startOf, endOf: (time) => startOf(time) + width, lengthMs: width }
}

/** How the unit counts: the bucket that a day falls into, and the first day of a bucket. */
interface Counting {
  indexOf(day: number): number
  firstDay(index: number): number
}

const counters: Record<'day' | 'week' | 'month', (count: number) => Counting> = {
  day: (count) => ({ indexOf: (day) => Math.floor(day / count), firstDay: (index) => index * count }),
  // Day 0 was a Thursday.
  week: (count) => ({
    indexOf: (day) => Math.floor((day + 3) / (7 * count)),
    firstDay: (index) => index * 7 * count - 3,
  }),
  month: (count) => ({
    indexOf: (day) => Math.floor(monthOf(day) / count),
    firstDay: (index) => firstDayOfMonth(index * count),
  }),
}

function calendarBuckets({ unit, count, lengthMs }: Every, zone: Zone): Buckets {
  const { indexOf, firstDay } = counters[unit as 'day' | 'week' | 'month'](count)
  const startAt = (index: number) => zone.startOfDay(firstDay(index))
  let known = { start: Infinity, end: -Infinity }

  function holding(time: number) {
    if (time >= known.start && time < known.end) return known
    let index = indexOf(zone.dayOf(time))
    let start = startAt(index)
    // A clock put back over midnight comes to a date twice: the date begins with its first instant.
    while (start > time) start = startAt(--index)
    let end = startAt(index + 1)
    for (; end <= time; index++) [start, end] = [end, startAt(index + 2)]
    known = { start, end }
    return known
  }

  return { startOf: (time) => holding(time).start, endOf: (time) => holding(time).end, lengthMs }
}

/** Months since January of the year 0. */
function monthOf(day: number): number {
  const date = new Date(day * dayMs)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

function firstDayOfMonth(month: number): number {
  const year = Math.floor(month / 12)
  return new Date(0).setUTCFullYear(year, month - year * 12, 1) / dayMs
}
