import { maxTime, minTime } from '../time.ts'
import type { Points } from './points.ts'

/** Whether a number is a time that a point may have. */
export const isTime = (value: number): boolean => Number.isInteger(value) && value >= minTime && value <= maxTime

/** What keeps two columns from being points in time order; undefined when they are. */
export function disorderOf({ timestamps, values }: Points): string | undefined {
  if (timestamps.length === 0) return 'it has no points'
  for (let i = 0; i < timestamps.length; i++) {
    if (!isTime(timestamps[i]!)) return `its point ${i} has the time ${timestamps[i]}`
    if (!Number.isFinite(values[i])) return `its point ${i} has the value ${values[i]}`
    if (i > 0 && timestamps[i - 1]! >= timestamps[i]!) return `its point ${i} is not after the one before`
  }
  return undefined
}

/** What of two columns are points, in whatever order. */
export function pointsOnly({ timestamps, values }: Points): Points {
  const isPoint = (_: number, i: number) => isTime(timestamps[i]!) && Number.isFinite(values[i])
  return { timestamps: timestamps.filter(isPoint), values: values.filter(isPoint) }
}
