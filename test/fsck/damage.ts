import type { FaultCode } from '../../shared/fsck/faults.ts'
import type { Redis } from '../../shared/redis.ts'
import type { Points } from '../../shared/series/points.ts'

/** What a damage is done to: a series of three chunks of 6,000 points, an hour apart, with a label; and a job that has succeeded. */
export interface Victim {
  redis: Redis
  series: string
  /** '' where the damage is to something else. */
  job: string
}

export interface Damage {
  code: FaultCode
  what: string
  make(victim: Victim): Promise<unknown>
  /** Points that are left after the repair, where it is not all. */
  left?: number
  /** Nothing mends it: this takes it away again. */
  undo?(victim: Victim): Promise<unknown>
}

export const points = (times: number[], values = times): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})
