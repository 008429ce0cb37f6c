import fc from 'fast-check'
import t from 'tap'
import { formatTime, isTimeZone, maxTime, minTime, parseTime, type TimeOptions, timeForms } from './time.ts'

/** What a text is read as, printed in UTC: what a reader can check. */
const read = (text: string | number, options?: TimeOptions) => formatTime(parseTime(text, options))

t.test('RFC 3339 with every offset, fraction and case that it allows', async (t) => {
  const forms: [text: string, utc: string][] = [
    ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31t12:00:00z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31 12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T12:00:00-05:30', '2026-01-31T17:30:00.000Z'],
    ['2026-01-31T12:00:00+0545', '2026-01-31T06:15:00.000Z'],
    ['2026-01-31T12:00:00-00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.500Z'],
    ['2026-01-31T12:00:00,25Z', '2026-01-31T12:00:00.250Z'],
    ['  2026-01-31T12:00:00Z\t', '2026-01-31T12:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ]
  for (const [text, utc] of forms) t.equal(read(text), utc, text)
})

t.test('a leap second is the second that follows it, and stands only before midnight UTC', async (t) => {
  t.equal(read('2016-12-31T23:59:60Z'), '2017-01-01T00:00:00.000Z')
  t.equal(read('2016-12-31T23:59:60.75Z'), '2017-01-01T00:00:00.750Z')
  t.equal(read('2016-12-31T15:59:60-08:00'), '2017-01-01T00:00:00.000Z')
  t.equal(read('2017-01-01T00:59:60', { tz: 'Europe/Berlin' }), '2017-01-01T00:00:00.000Z')
  t.equal(read('1966-12-31T23:59:60Z'), '1967-01-01T00:00:00.000Z', 'before 1970')
  for (const text of ['2016-12-31T12:30:60Z', '2016-12-31T23:59:60+01:00', '2016-12-31T23:59:61Z'])
    t.throws(() => parseTime(text), new RangeError(`'${text}' is not a time of the calendar`), text)
})

t.test('a date is its midnight, a local time that of its zone', async (t) => {
  t.equal(read('2026-01-31'), '2026-01-31T00:00:00.000Z')
  t.equal(read('2026-01-31T12:00:00'), '2026-01-31T12:00:00.000Z', 'UTC without a zone')
  t.equal(read('2026-01-31', { tz: 'UTC' }), '2026-01-31T00:00:00.000Z')
  t.equal(read('2026-01-31', { tz: 'Europe/Berlin' }), '2026-01-30T23:00:00.000Z')
  t.equal(read('2026-01-31 12:00:00.125', { tz: 'America/New_York' }), '2026-01-31T17:00:00.125Z')
  t.equal(read('2026-01-31T12:00', { tz: 'Asia/Kathmandu' }), '2026-01-31T06:15:00.000Z')
  t.equal(read('1985-12-31T12:00', { tz: 'Asia/Kathmandu' }), '1985-12-31T06:30:00.000Z')
  t.equal(read('2026-01-31T12:00:00Z', { tz: 'Europe/Berlin' }), '2026-01-31T12:00:00.000Z', 'an offset goes first')
})

t.test('of an ambiguous local time the first counts, a skipped one moves forward', async (t) => {
  const changes: [tz: string, local: string, utc: string][] = [
    ['Europe/Berlin', '2025-03-30T01:59:59.999', '2025-03-30T00:59:59.999Z'],
    ['Europe/Berlin', '2025-03-30T02:30:00', '2025-03-30T01:30:00.000Z'], // skipped: read as 03:30
    ['Europe/Berlin', '2025-03-30T03:00:00', '2025-03-30T01:00:00.000Z'],
    ['Europe/Berlin', '2025-10-26T02:30:00', '2025-10-26T00:30:00.000Z'], // twice: the summer one
    ['Europe/Berlin', '2025-10-26T03:00:00', '2025-10-26T02:00:00.000Z'],
    ['America/New_York', '2025-03-09T02:15:00', '2025-03-09T07:15:00.000Z'],
    ['America/New_York', '2025-11-02T01:15:00', '2025-11-02T05:15:00.000Z'],
    ['Australia/Lord_Howe', '2025-10-05T02:10:00', '2025-10-04T15:40:00.000Z'], // half an hour is skipped
    ['Australia/Lord_Howe', '2025-04-06T01:45:00', '2025-04-05T14:45:00.000Z'], // half an hour comes twice
    ['Asia/Kathmandu', '1986-01-01T00:05:00', '1985-12-31T18:35:00.000Z'], // 00:00 to 00:15 never was
    ['Asia/Kathmandu', '1986-01-01T00:15:00', '1985-12-31T18:30:00.000Z'],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'], // a day without a midnight
  ]
  for (const [tz, local, utc] of changes) t.equal(read(local, { tz }), utc, `${local} ${tz}`)
})

t.test('epoch numbers tell their unit by their magnitude', async (t) => {
  const second = '2025-10-09T08:07:06.000Z'
  for (const number of [1759997226, 1759997226000, 1759997226000000, 1759997226000000000]) {
    t.equal(read(String(number)), second)
    t.equal(read(number), second)
  }
  const limits: [number, string][] = [
    [4999999999, '2128-06-11T08:53:19.000Z'],
    [5000000000, '1970-02-27T20:53:20.000Z'],
    [4999999999999, '2128-06-11T08:53:19.999Z'],
    [5000000000000, '1970-02-27T20:53:20.000Z'],
    [4999999999999999, '2128-06-11T08:53:19.999Z'],
    [5000000000000000, '1970-02-27T20:53:20.000Z'],
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
    [-5000000000, '1969-11-04T03:06:40.000Z'],
    [1.7e9, '2023-11-14T22:13:20.000Z'],
  ]
  for (const [number, utc] of limits) {
    t.equal(read(number), utc)
    t.equal(read(String(number)), utc)
  }
  t.equal(read('1.7e9'), '2023-11-14T22:13:20.000Z')
  t.ok(Object.is(parseTime('-0'), 0), 'there is one zero')
})

t.test('a given unit goes before the magnitude', async (t) => {
  t.equal(read('86400', { unit: 's' }), '1970-01-02T00:00:00.000Z')
  t.equal(read('86400000', { unit: 'ms' }), '1970-01-02T00:00:00.000Z')
  t.equal(read('86400000000', { unit: 'us' }), '1970-01-02T00:00:00.000Z')
  t.equal(read('86400000000000', { unit: 'ns' }), '1970-01-02T00:00:00.000Z')
  t.equal(read('-62135596800', { unit: 's' }), '0001-01-01T00:00:00.000Z')
  t.equal(read('253402300799', { unit: 's' }), '9999-12-31T23:59:59.000Z')
})

t.test('what is finer than a millisecond is floored, before 1970 too', async (t) => {
  t.equal(read('2026-01-31T12:00:00.9999999Z'), '2026-01-31T12:00:00.999Z')
  t.equal(read('1969-12-31T23:59:59.9999Z'), '1969-12-31T23:59:59.999Z')
  t.equal(parseTime('1.9999999'), 1999)
  t.equal(parseTime('-0.0001'), -1)
  t.equal(parseTime('1.9', { unit: 'ms' }), 1)
  t.equal(parseTime('-1', { unit: 'us' }), -1)
  t.equal(parseTime('1700000000999999999'), 1700000000999, 'more digits than a double has')
  t.equal(parseTime('-1700000000000000001'), -1700000000001)
  t.equal(parseTime(1700000000.1234567), 1700000000123)
  t.equal(parseTime('1700000000.123'), 1700000000123)
  t.equal(parseTime(5e-324), 0)
})

t.test('relative times count from now, where there is a now', async (t) => {
  const now = Date.UTC(2026, 0, 31, 12)
  const offsets: [string, number][] = [
    ['now', 0],
    ['-24h', -86_400_000],
    ['-7d', -604_800_000],
    ['+1w', 604_800_000],
    ['-90m', -5_400_000],
    ['+30s', 30_000],
    ['-250ms', -250],
  ]
  for (const [text, offset] of offsets) t.equal(parseTime(text, { now }), now + offset, text)
  t.throws(() => parseTime('-24h'), new RangeError(`'-24h' is not a time: ${timeForms}`))
  t.throws(() => parseTime('-999999999d', { now }), /outside the years 1 to 9999/)
})

t.test('what is no time is refused by its own words', async (t) => {
  const never = ['2026-02-29', '2100-02-29', '2026-13-01', '2026-00-10', '2026-04-31', '2026-01-00']
  const clocks = ['2026-01-31T24:00:00Z', '2026-01-31T12:60:00Z']
  for (const text of [...never, ...clocks])
    t.throws(() => parseTime(text), new RangeError(`'${text}' is not a time of the calendar`), text)
  const other = ['', 'yesterday', '2026-1-31', '31.01.2026', '2026-01-31Z', '2026-01-31T12', '12:00', '0x10', 'NaN']
  for (const text of [...other, '1 2', '--1', '١٢٣'])
    t.throws(() => parseTime(text), new RangeError(`'${text}' is not a time: ${timeForms}`), text)
  t.throws(() => parseTime('2026-01-31T12:00:00+24:00'), /has an offset that no clock has/)
  const outside = ['0000-12-31T23:59:59Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', '1e30', '1e999']
  for (const text of outside)
    t.throws(() => parseTime(text), new RangeError(`'${text}' is outside the years 1 to 9999`), text)
  const long = new RangeError(`'${'9'.repeat(60)}…' is outside the years 1 to 9999`)
  t.throws(() => parseTime('9'.repeat(100)), long, 'a long text is not repeated whole')
  for (const number of [Infinity, -Infinity, Number.NaN, 1e300])
    t.throws(() => parseTime(number), new RangeError(`'${number}' is outside the years 1 to 9999`))
})

t.test('every millisecond of the years 1 to 9999 is printed and read back', async (t) => {
  t.equal(formatTime(minTime), '0001-01-01T00:00:00.000Z')
  t.equal(formatTime(maxTime), '9999-12-31T23:59:59.999Z')
  const anyTime = fc.integer({ min: minTime, max: maxTime })
  fc.assert(
    fc.property(anyTime, (ms) => parseTime(formatTime(ms)) === ms),
    { numRuns: 5000, examples: [[minTime], [maxTime], [0], [-1], [-62104060800001]] },
  )
  fc.assert(fc.property(anyTime, (ms) => parseTime(String(ms), { unit: 'ms' }) === ms))
})

t.test('a time zone is a name of IANA, no offset', async (t) => {
  for (const name of ['UTC', 'Europe/Berlin', 'Asia/Kathmandu']) t.equal(isTimeZone(name), true, name)
  for (const name of ['', 'Mars/Olympus', '+01:00', '-05']) t.equal(isTimeZone(name), false, name)
})
