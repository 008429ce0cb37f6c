import fc from 'fast-check'
import t from 'tap'
import { durationForms, formatDuration, parseDuration } from './duration.ts'

const day = 86_400_000

t.test('durations are read in both forms', async (t) => {
  const forms: [string, number][] = [
    ['30d', 30 * day],
    ['P30D', 30 * day],
    ['2w', 14 * day],
    ['P2W', 14 * day],
    ['36h', 1.5 * day],
    ['P1DT12H', 1.5 * day],
    ['PT1H30M5S', 5_405_000],
    ['90m', 5_400_000],
    ['45s', 45_000],
    ['1ms', 1],
  ]
  for (const [text, ms] of forms) t.equal(parseDuration(text), ms, text)
})

t.test('what is no duration is refused by its own words', async (t) => {
  for (const text of ['', '30', 'd', '-3d', '1.5d', '30 d', '1y', 'P', 'PT', 'P1DT', 'P1Y', 'P1M', 'PT1.5S', 'p30d'])
    t.throws(() => parseDuration(text), new RangeError(`'${text}' is not a duration: ${durationForms}`), text)
  for (const text of ['0d', 'P0D', '99999999w', `${'9'.repeat(400)}d`])
    t.throws(() => parseDuration(text), new RangeError(`'${text}' is not between a millisecond and 10,000 years`), text)
})

t.test('a duration is printed in its largest whole unit, and read back', async (t) => {
  const forms: [number, string][] = [
    [30 * day, '30d'],
    [1.5 * day, '36h'],
    [90_000, '90s'],
    [5_400_000, '90m'],
    [1, '1ms'],
  ]
  for (const [ms, text] of forms) t.equal(formatDuration(ms), text)
  fc.assert(fc.property(fc.integer({ min: 1 }), (ms) => parseDuration(formatDuration(ms)) === ms))
  t.pass('for every example that was tried')
})
