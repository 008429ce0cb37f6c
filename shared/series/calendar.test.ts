import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { formatTime } from '../time.ts'
import { makeBuckets } from './calendar.ts'
import { parseEvery } from './every.ts'

const startIn = (every: string, tz: string, time: string) =>
  formatTime(makeBuckets(parseEvery(every), tz).startOf(Date.parse(time)))

t.test('fixed widths are aligned to 1970, in whatever zone', async (t) => {
  t.equal(startIn('15m', 'UTC', '2024-01-01T10:29:59.999Z'), '2024-01-01T10:15:00.000Z')
  t.equal(startIn('1h', 'Asia/Kathmandu', '2024-01-01T10:29:59Z'), '2024-01-01T10:00:00.000Z')
  t.equal(startIn('7h', 'UTC', '1969-12-31T23:00:00Z'), '1969-12-31T17:00:00.000Z')
  t.ok(Object.is(makeBuckets(parseEvery('1h')).startOf(0), 0))
})

t.test('days, weeks, months, quarters and years begin where the calendar says', async (t) => {
  t.equal(startIn('1d', 'Asia/Kathmandu', '2024-01-01T18:14:59Z'), '2023-12-31T18:15:00.000Z')
  t.equal(startIn('1d', 'Asia/Kathmandu', '2024-01-01T18:15:00Z'), '2024-01-01T18:15:00.000Z')
  t.equal(startIn('1w', 'UTC', '2024-09-08T23:59:59Z'), '2024-09-02T00:00:00.000Z', 'a Monday')
  t.equal(startIn('1w', 'UTC', '1970-01-01T00:00:00Z'), '1969-12-29T00:00:00.000Z', 'a Monday')
  t.equal(startIn('1mo', 'UTC', '2024-02-29T12:00:00Z'), '2024-02-01T00:00:00.000Z')
  t.equal(startIn('1q', 'Europe/Berlin', '2024-06-15T00:00:00Z'), '2024-03-31T22:00:00.000Z')
  t.equal(startIn('3mo', 'Europe/Berlin', '2024-06-15T00:00:00Z'), '2024-03-31T22:00:00.000Z')
  t.equal(startIn('1y', 'UTC', '0050-06-01T00:00:00Z'), '0050-01-01T00:00:00.000Z')
  t.equal(startIn('10y', 'UTC', '2029-06-01T00:00:00Z'), '2020-01-01T00:00:00.000Z')
})

t.test('a day with a clock change is shorter or longer', async (t) => {
  const hours = (tz: string, time: string) => {
    const buckets = makeBuckets(parseEvery('1d'), tz)
    return (buckets.endOf(Date.parse(time)) - buckets.startOf(Date.parse(time))) / 3_600_000
  }
  t.equal(hours('Europe/Berlin', '2024-03-31T12:00:00Z'), 23)
  t.equal(hours('Europe/Berlin', '2024-10-27T12:00:00Z'), 25)
  t.equal(hours('Australia/Lord_Howe', '2024-04-07T00:00:00Z'), 24.5)
  t.equal(hours('America/Sao_Paulo', '2018-11-04T12:00:00Z'), 23, 'no midnight')
  t.equal(hours('Pacific/Apia', '2011-12-30T09:00:00Z'), 24, 'the day after is none')
  t.equal(
    startIn('1d', 'Pacific/Apia', '2011-12-30T11:00:00Z'),
    '2011-12-30T10:00:00.000Z',
    '31 December, after the 29th',
  )
})

const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Pacific/Apia',
  'Africa/Casablanca',
  'UTC',
]
const widths = { d: 'day', w: 'week', mo: 'month', y: 'year' } as const

/** The start by the calendar of Temporal alone: the local date, the first day of its week, month or year, its start. */
function expected(time: number, unit: keyof typeof widths, tz: string): number {
  const date = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(tz).toPlainDate()
  const first = {
    d: () => date,
    w: () => date.subtract({ days: date.dayOfWeek - 1 }),
    mo: () => date.with({ day: 1 }),
    y: () => date.with({ month: 1, day: 1 }),
  }
  return first[unit]().toZonedDateTime(tz).epochMilliseconds
}

t.test('buckets begin where Temporal says, and each ends where the next begins', async (t) => {
  const opened = new Map(
    zones.flatMap((tz) =>
      Object.keys(widths).map((unit) => [`${unit} ${tz}`, makeBuckets(parseEvery(`1${unit}`), tz)] as const),
    ),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: Date.parse('1950-01-01'), max: Date.parse('2060-01-01') }),
      fc.constantFrom(...zones),
      fc.constantFrom(...(Object.keys(widths) as (keyof typeof widths)[])),
      (time, tz, unit) => {
        // The same buckets are asked again and again, so that what they keep is tried too.
        const buckets = opened.get(`${unit} ${tz}`)!
        const [start, end] = [buckets.startOf(time), buckets.endOf(time)]
        assert.ok(start <= time && time < end)
        assert.equal(buckets.startOf(start), start)
        assert.equal(buckets.startOf(end - 1), start)
        assert.equal(buckets.startOf(end), end)
        // A clock put back over midnight, as in St. John's until 2011, comes to a date twice: it begins the first time.
        const repeated = tz === 'America/St_Johns' && start !== expected(time, unit, tz)
        if (repeated) assert.equal(expected(end - 1, unit, tz), start)
        else assert.equal(start, expected(time, unit, tz))
      },
    ),
    { numRuns: 3000 },
  )
  t.pass('for every example that was tried')
})

t.test('a day that begins twice has one bucket', async (t) => {
  // On 29 October 2006 the clocks of St. John's went from 00:01 back to 23:01 of the 28th.
  const begin = '2006-10-29T02:30:00.000Z'
  t.equal(startIn('1d', 'America/St_Johns', '2006-10-29T02:30:30Z'), begin)
  t.equal(startIn('1d', 'America/St_Johns', '2006-10-29T03:00:00Z'), begin, '23:30 of the 28th, again')
  t.equal(startIn('1d', 'America/St_Johns', '2006-10-29T12:00:00Z'), begin)
})
