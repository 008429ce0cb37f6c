import { parseAggregates } from '../series/aggregate.ts'
import { BucketAggregator } from '../series/buckets.ts'
import { type Buckets, makeBuckets } from '../series/calendar.ts'
import { parseEvery } from '../series/every.ts'
import type { Points } from '../series/points.ts'
import { concatRows } from '../series/rows.ts'
import { typicalStep } from './gaps.ts'
import type { SeriesInput } from './kind.ts'
import { nameParts } from './names.ts'

export interface Candle {
  /** The time that it lasts, in Unix milliseconds. */
  start: number
  end: number
  open: number
  high: number
  low: number
  close: number
  /** How many points it is made of. */
  count: number
}

const roles = ['open', 'high', 'low', 'close'] as const
type Role = (typeof roles)[number]
export type Roles = Record<Role, string>

/** Which of four series is what: as told, or by the last word of their names or descriptions, or in their order. */
export function rolesOf(series: SeriesInput[], told: Roles | undefined): Record<Role, SeriesInput> {
  const wordsOf = ({ name, description = '' }: SeriesInput) =>
    [name, ...nameParts(name).tags.values(), description].map((text) =>
      text
        .toLowerCase()
        .split(/[^a-z]+/)
        .filter(Boolean)
        .at(-1),
    )
  const find = (role: Role, i: number) =>
    told
      ? series.find(({ name }) => name === told[role])
      : (series.find((one) => wordsOf(one).includes(role)) ?? series[i])
  const found = roles.map((role, i) => find(role, i)!)
  // Names that say it for some only, or twice, say nothing.
  const own = new Set(found).size === 4 ? found : series
  return Object.fromEntries(roles.map((role, i) => [role, own[i]!])) as Record<Role, SeriesInput>
}

const lengths = [
  '1s',
  '5s',
  '15s',
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '8h',
  '1d',
  '2d',
  '1w',
  '2w',
  '1mo',
  '1q',
  '1y',
  '5y',
  '10y',
]

/** How long candles last so that there are about sixty, and no more than have room. */
export function chooseEvery(span: number, step: number, room: number): string {
  const most = Math.min(90, room)
  const ms = (text: string) => parseEvery(text).lengthMs
  return lengths.find((text) => span / ms(text) <= most && ms(text) >= 2 * step) ?? '10y'
}

/** Candles of one series: in each bucket the first, the highest, the lowest and the last value. */
export function bucketCandles(points: Points, every: string, tz: string): Candle[] {
  const buckets = makeBuckets(parseEvery(every), tz)
  const { timestamps, columns } = aggregate(points, 'first,max,min,last,count', buckets)
  return Array.from(timestamps, (start, i) => {
    const [open, high, low, close, count] = columns.map((column) => column[i]!) as [
      number,
      number,
      number,
      number,
      number,
    ]
    return { start, end: buckets.endOf(start), open, high, low, close, count }
  })
}

function aggregate(points: Points, figures: string, buckets: Buckets) {
  const aggregates = parseAggregates(figures)
  const aggregator = new BucketAggregator({ buckets, aggregates, range: {}, order: 'asc' })
  return concatRows([aggregator.push(points), aggregator.finish()], aggregates.length)
}

/** Candles of four series, one for each time at which all have a point, or one for each bucket in which all have. */
export function joinCandles(
  series: Record<Role, SeriesInput>,
  every: string | undefined,
  tz: string,
): { candles: Candle[]; left: number } {
  const buckets = every === undefined ? undefined : makeBuckets(parseEvery(every), tz)
  const figures: Record<Role, string> = { open: 'first', high: 'max', low: 'min', close: 'last' }
  const columns = roles.map((role) => {
    const { points } = series[role]
    if (!buckets) return points
    const { timestamps, columns } = aggregate(points, figures[role], buckets)
    return { timestamps, values: columns[0]! }
  })
  const half = buckets ? 0 : (typicalStep(series.open.points, 0.1) ?? 86_400_000) / 2
  const at = [0, 0, 0, 0]
  const candles: Candle[] = []
  const times = new Set(columns.flatMap(({ timestamps }) => Array.from(timestamps)))
  for (const time of [...times].sort((a, b) => a - b)) {
    const found = columns.map(({ timestamps, values }, i) => {
      while (at[i]! < timestamps.length && timestamps[at[i]!]! < time) at[i]!++
      return timestamps[at[i]!] === time ? values[at[i]!]! : undefined
    })
    if (found.includes(undefined)) continue
    const [open, high, low, close] = found as [number, number, number, number]
    const [start, end] = buckets ? [time, buckets.endOf(time)] : [time - half, time + half]
    candles.push({ start, end, open, high, low, close, count: 4 })
  }
  return { candles, left: times.size - candles.length }
}
