import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { formatTime, maxTime, minTime, parseTime, type TimeOptions } from '../time.ts'
import { TimeScanner } from './read-times.ts'
import { longestTime, TimeWriter } from './write-times.ts'

const bytes = Buffer.alloc(64)
const list = new Float64Array(1)

function written(writer: TimeWriter, time: number): string {
  list[0] = time
  const end = writer.write(bytes, 3, list, 0)
  assert.ok(end - 3 <= longestTime)
  return bytes.toString('latin1', 3, end)
}

/** The time at the start of a text and what is left of it; undefined for what a scanner does not know. */
function scanned(scanner: TimeScanner, text: string): [number, string] | undefined {
  const whole = Buffer.from(`;${text}\n`)
  const end = scanner.scan(whole, 1, whole.length, list, 0)
  return end < 0 ? undefined : [list[0]!, whole.toString('latin1', end, whole.length - 1)]
}

function parsed(text: string, options: TimeOptions): number | undefined {
  try {
    return parseTime(text, options)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return undefined
  }
}

const anyTime = fc.oneof(
  fc.integer({ min: minTime, max: maxTime }),
  fc.integer({ min: 1577836800000, max: 1577836800000 + 200_000_000 }),
)

t.test('times are written as formatTime writes them, or as integers', async (t) => {
  fc.assert(
    fc.property(fc.array(anyTime, { maxLength: 20 }), (times) => {
      const [calendar, epoch] = [new TimeWriter(false), new TimeWriter(true)]
      for (const time of times) {
        assert.equal(written(calendar, time), formatTime(time))
        assert.equal(written(epoch, time), String(time))
      }
    }),
    { numRuns: 1000 },
  )
  const writer = new TimeWriter(false)
  // Buckets may begin before the first year, and end behind the last.
  for (const time of [minTime, maxTime, 0, -1, minTime - 1, minTime - 86_400_000 * 400, maxTime + 1])
    t.equal(written(writer, time), formatTime(time))
})

t.test('what is known of times is read as parseTime reads it', async (t) => {
  const digit = fc.constantFrom(...'0123456789')
  const some = (minLength: number, maxLength: number) => fc.string({ unit: digit, minLength, maxLength })
  const two = fc.nat(70).map((n) => String(n).padStart(2, '0'))
  const calendar = fc
    .tuple(some(4, 4), fc.nat(13), fc.nat(32), fc.constantFrom('T', ' ', 't', ''), two, two, fc.nat(5))
    .chain(([year, month, day, separator, hour, minute, form]) =>
      fc.tuple(two, some(0, 6), fc.constantFrom('Z', 'z', '', '+01:00')).map(([second, fraction, zone]) => {
        const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        const clock = [`${hour}:${minute}`, `:${second}`, `.${fraction}`].slice(0, form).join('')
        return date + (form === 0 ? '' : separator + clock + zone)
      }),
    )
  const text = fc.oneof(
    some(0, 21),
    some(1, 16).map((digits) => `-${digits}`),
    anyTime.map((time) => formatTime(time)),
    anyTime.map((time) => formatTime(time).replace('.000Z', 'Z')),
    calendar,
  )
  const options = fc.record({
    unit: fc.constantFrom(undefined, 's', 'ms', 'us', 'ns'),
    tz: fc.constantFrom(undefined, 'UTC', 'Asia/Kathmandu'),
  })
  fc.assert(
    fc.property(text, options, (text, options) => {
      const known = scanned(new TimeScanner(options), text)
      if (known?.[1] === '') assert.equal(known[0], parsed(text, options), text)
    }),
    { numRuns: 5000 },
  )
  t.pass('for every example that was tried')
})

t.test('the usual forms are known', async (t) => {
  const scanner = new TimeScanner({})
  const day = 1577836800000
  const known: [text: string, time: number][] = [
    ...[
      ['1577836800', day],
      ['1577836800123', day + 123],
      ['1577836800123999', day + 123],
      ['1577836800123999999', day + 123],
    ],
    ...[
      ['-86400', -86_400_000],
      ['0', 0],
      ['2020-01-01', day],
      ['2020-01-01T00:00Z', day],
      ['2020-01-01 00:00:01', day + 1000],
    ],
    ...[
      ['2020-02-29T23:59:59Z', day + 60 * 86_400_000 - 1000],
      ['2020-01-01T00:00:00.1239Z', day + 123],
    ],
    ...[
      ['0100-01-01T00:00:00Z', Date.UTC(100, 0)],
      ['9999-12-31T23:59:59.999Z', maxTime],
    ],
  ] as [string, number][]
  for (const [text, time] of known) t.same(scanned(scanner, text), [time, ''], text)
  t.same(scanned(scanner, '2020-01-01T00:00:00Z,5'), [day, ',5'])
})

t.test('what is wrong, rare or outside of the range is not known', async (t) => {
  const texts = [
    ...['', '-', 'now', '2021-02-29', '2020-13-01', '2020-00-01', '2020-01-00', '2020-01-01T24:00', '2020-01-01T00:60'],
    ...['2020-06-30T23:59:60Z', '2020-01-01T00:00:00.Z', '0099-01-01', '12345678901234567890'],
  ]
  for (const text of texts) t.equal(scanned(new TimeScanner({}), text), undefined, text)
  t.equal(scanned(new TimeScanner({ tz: 'Asia/Kathmandu' }), '2020-01-01T00:00'), undefined, 'a local time')
  t.equal(scanned(new TimeScanner({ unit: 's' }), String(Math.ceil(maxTime / 1000))), undefined, 'behind the last year')
  const range = new TimeScanner({ from: 1000, to: 3000 })
  t.same(
    ['0', '1', '2', '3'].map((text) => scanned(range, text)?.[0]),
    [undefined, 1000, 2000, undefined],
  )
})
