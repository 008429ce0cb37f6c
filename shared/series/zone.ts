import { Temporal } from 'temporal-polyfill'

export const dayMs = 86_400_000

/** The days of a time zone. Days are counted from 1 January 1970, times are Unix milliseconds. */
export interface Zone {
  /** The local date of an instant. */
  dayOf(time: number): number
  /** The first instant of a local date; of a date that the zone has skipped, that of the next. */
  startOfDay(day: number): number
  /** What the zone's clock shows at an instant, as if it were UTC. */
  localOf(time: number): number
}

const utc: Zone = {
  dayOf: (time) => Math.floor(time / dayMs),
  startOfDay: (day) => day * dayMs,
  localOf: (time) => time,
}

/**
 * The days of an IANA time zone, across every change of its clock. The offset is looked up once between two changes: a
 * day that has none costs some nanoseconds.
 */
export function openZone(tz: string): Zone {
  if (tz === 'UTC') return utc
  let span = { start: Infinity, end: -Infinity, offset: 0 }

  /** The span of time around an instant in which the offset from UTC stays the same. */
  function spanOf(time: number) {
    if (time >= span.start && time < span.end) return span
    // A change at this very instant belongs to the span: 'previous' finds what is before, so look from just behind it.
    const at = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(tz)
    const behind = Temporal.Instant.fromEpochMilliseconds(time + 1).toZonedDateTimeISO(tz)
    span = {
      start: behind.getTimeZoneTransition('previous')?.epochMilliseconds ?? -Infinity,
      end: at.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity,
      offset: at.offsetNanoseconds / 1e6,
    }
    return span
  }

  return {
    dayOf: (time) => Math.floor((time + spanOf(time).offset) / dayMs),
    localOf: (time) => time + spanOf(time).offset,
    startOfDay(day) {
      const { start, end, offset } = spanOf(day * dayMs - span.offset)
      const midnight = day * dayMs - offset
      if (midnight - dayMs >= start && midnight + dayMs < end) return midnight
      const date = new Date(day * dayMs)
      const fields = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
      return Temporal.PlainDate.from(fields).toZonedDateTime(tz).epochMilliseconds
    },
  }
}
