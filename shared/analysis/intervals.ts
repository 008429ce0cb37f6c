import { formatDuration } from '../duration.ts'
import { percentile } from '../series/percentile.ts'
import type { Points } from '../series/points.ts'
import { longestStep } from './gaps.ts'
import { clock, wallTime } from './text.ts'

/** How a series steps through time. */
export interface Step {
  /** As a width of buckets says it: `15m`, `1d`, `1mo`. */
  every: string
  /** The median of the intervals between neighbours, in milliseconds. */
  ms: number
  /** The share of the intervals that are the step: within 1 %, or, of months and years, to the same time of the calendar. */
  regular: number
}

export interface Gap {
  /** The last point before it and the first behind it. */
  from: number
  to: number
}

export interface Gaps {
  count: number
  /** All of them together, in milliseconds. */
  totalMs: number
  /** The longest, of equal ones the earliest. */
  longest: Gap | undefined
  /** The longest of them in the order of time. */
  list: Gap[]
}

/**
 * The step that the points keep, told by the calendar of `tz` where it is a month or more; undefined for a single point.
 * `scratch` has room for as many numbers as there are points.
 */
export function stepOf({ timestamps }: Points, tz: string, scratch: Float64Array): Step | undefined {
  const count = timestamps.length - 1
  if (count < 1) return undefined
  const intervals = scratch.subarray(0, count)
  for (let i = 0; i < count; i++) intervals[i] = timestamps[i + 1]! - timestamps[i]!
  const ms = percentile(intervals, count, 50)
  let near = 0
  for (const interval of intervals) if (Math.abs(interval - ms) <= ms / 100) near++
  const fixed = { every: roundDuration(ms), ms, regular: near / count }
  const months = ms >= 27 * dayMs ? monthly(timestamps, tz) : undefined
  return months && months.regular >= fixed.regular ? { ...months, ms } : fixed
}

/** The steps that have a name, longest first. */
const named = (['w', 'd', 'h', 'm', 's', 'ms'] as const).map((unit, i) => ({
  unit,
  ms: [604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1][i]!,
}))

const dayMs = 86_400_000

/** In the longest unit of which it is a whole number but for 1 %. */
function roundDuration(ms: number): string {
  const found = named.find(
    ({ ms: unit }) => ms >= unit && Math.abs(ms / unit - Math.round(ms / unit)) * unit <= ms / 100,
  )
  return found ? `${Math.round(ms / found.ms)}${found.unit}` : formatDuration(Math.max(1, Math.round(ms)))
}

/** The number of months that most neighbours are apart that have the same day, or the last, and time of their months. */
function monthly(timestamps: Float64Array, tz: string): { every: string; regular: number } | undefined {
  const steps = new Map<number, number>()
  let before: { month: number; day: number; isEnd: boolean; clock: string } | undefined
  for (const time of timestamps) {
    const wall = wallTime(time, tz)
    const isEnd = wall.day === wall.daysInMonth
    const here = { month: wall.year * 12 + wall.month, day: wall.day, isEnd, clock: clock(wall, 'millisecond') }
    const isSameDay = before && (before.day === here.day || (before.isEnd && isEnd)) && before.clock === here.clock
    if (before && isSameDay) steps.set(here.month - before.month, (steps.get(here.month - before.month) ?? 0) + 1)
    before = here
  }
  const [most] = [...steps].sort(([, a], [, b]) => b - a)
  if (!most) return undefined
  const [months, found] = most
  const every = months % 12 === 0 ? `${months / 12}y` : `${months}mo`
  return { every, regular: found / (timestamps.length - 1) }
}

/** Where a series stops for longer than `longestStep` allows, with at most so many of the longest. */
export function gapsOf(points: Points, most = 20): Gaps {
  const { timestamps } = points
  const limit = longestStep(points)
  const list: Gap[] = []
  let [count, totalMs] = [0, 0]
  const length = ({ from, to }: Gap) => to - from
  for (let i = 1; i < timestamps.length; i++) {
    const gap: Gap = { from: timestamps[i - 1]!, to: timestamps[i]! }
    if (length(gap) <= limit) continue
    count++
    totalMs += length(gap)
    if (list.length === most && length(gap) <= length(list.at(-1)!)) continue
    const at = list.findIndex((other) => length(other) < length(gap))
    list.splice(at < 0 ? list.length : at, 0, gap)
    if (list.length > most) list.pop()
  }
  return { count, totalMs, longest: list[0], list: list.toSorted((a, b) => a.from - b.from) }
}
