import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { openZone } from './zone.ts'

t.test('what the clock of a zone shows is that of Temporal, in any order of times', async (t) => {
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia')
  const times = fc.array(fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2040, 0, 1) }), {
    minLength: 1,
    maxLength: 20,
  })
  const same = fc.property(zones, times, (tz, list) => {
    const zone = openZone(tz)
    return list.every((time) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(tz).toPlainDateTime()
      return zone.localOf(time) === wall.toZonedDateTime('UTC').epochMilliseconds
    })
  })
  t.doesNotThrow(() => fc.assert(same, { numRuns: 200 }))
})
