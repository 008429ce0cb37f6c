const unitMs: [unit: string, ms: number][] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]

const short = /^(\d+)(ms|s|m|h|d|w)$/
const iso = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** What would have been right, for the errors of a duration that can't be read. */
export const durationForms =
  "expected a number with one of the units w, d, h, m, s, ms ('30d'), or an ISO 8601 duration of weeks, days, hours, minutes and seconds ('P30D', 'P1DT12H'); years and months have no fixed length"

/** Longer than all of the years that a point may lie in. */
const maxMs = 10_000 * 366 * 86_400_000

/**
 * Reads a duration of fixed length, such as `30d` or `P30D`, as milliseconds; a day has 24 hours. Throws RangeError,
 * with a message for the caller, where the text is none, or is nothing or more than 10,000 years long.
 */
export function parseDuration(text: string): number {
  const ms = shortDuration(text) ?? isoMs(text)
  if (ms === undefined) throw new RangeError(`'${text}' is not a duration: ${durationForms}`)
  if (ms < 1 || ms > maxMs) throw new RangeError(`'${text}' is not between a millisecond and 10,000 years`)
  return ms
}

/** A number with a unit, such as `30d`, as milliseconds; undefined when it is none. */
export function shortDuration(text: string): number | undefined {
  const [, count, unit] = short.exec(text) ?? []
  return unit === undefined ? undefined : Number(count) * unitMs.find(([name]) => name === unit)![1]
}

function isoMs(text: string): number | undefined {
  const counts = iso.exec(text)?.slice(1)
  return counts?.reduce((sum, count, i) => sum + Number(count ?? 0) * unitMs[i]![1], 0)
}

/** A duration in the largest unit, days at most, that it is a whole number of: `30d`, `36h`, `90s`. */
export function formatDuration(ms: number): string {
  const [unit, size] = unitMs.slice(1).find(([, size]) => ms % size === 0)!
  return `${ms / size}${unit}`
}
