import fc from 'fast-check'
import t from 'tap'
import { Notes } from '../../shared/http/notes.ts'
import { Problem } from '../../shared/problems.ts'
import { type PlotRangeOptions, plotRange } from './plot-range.ts'

const now = Date.UTC(2026, 10, 23, 12)
const hour = 3_600_000
const range = (bounds: { from?: string; to?: string }, more: Partial<PlotRangeOptions> = {}) =>
  plotRange(bounds, { tz: 'UTC', now, width: 800, ...more }, new Notes())

t.test('bounds that stand still are taken as they are', async (t) => {
  t.same(range({}), { from: undefined, to: undefined })
  t.same(range({ from: '2026-01-01T00:00:00.001Z', to: '2026-01-02' }), {
    from: Date.UTC(2026, 0, 1) + 1,
    to: Date.UTC(2026, 0, 2),
  })
  t.same(range({ from: '1767225600' }), { from: 1767225600000, to: undefined })
  t.same(range({ from: '2026-06-01' }, { tz: 'Europe/Berlin' }).from, Date.UTC(2026, 4, 31, 22))
})

t.test('bounds that move are widened to multiples of at most a pixel', async (t) => {
  const { from, to } = range({ from: '-24h', to: 'now' })
  const pixel = (24 * hour) / 800
  t.ok(from! <= now - 24 * hour && from! > now - 24 * hour - pixel)
  t.ok(to! >= now && to! < now + pixel)
  t.equal(from! % 65_536, 0)
  t.equal(to! % 65_536, 0)
  t.equal(range({ from: '-24h' }).to, undefined, 'an open end stays open')
  t.equal(range({ from: '2026-01-01', to: 'now' }).from, Date.UTC(2026, 0, 1), 'one that stands still beside it')
  t.same(range({ from: '-400ms', to: 'now' }), { from: now - 400, to: now }, 'less than a millisecond a pixel')
  const open = range({ to: '-1h' }, { first: now - 800 * 65_536 - hour })
  t.equal(open.to! % 65_536, 0, 'an open start is where the points begin')
})

t.test('as time goes by the range changes once a pixel’s time, and never cuts off what was asked for', async (t) => {
  const moments = fc.tuple(
    fc.nat({ max: 10 ** 9 }),
    fc.integer({ min: 200, max: 4000 }),
    fc.integer({ min: 1, max: 5000 }),
  )
  fc.assert(
    fc.property(moments, ([after, width, hours]) => {
      const at = (ms: number) => range({ from: `-${hours}h`, to: 'now' }, { now: now + ms, width })
      const pixel = (hours * hour) / width
      const asked = at(after)
      if (asked.from! > now + after - hours * hour || asked.to! < now + after) return false
      if (asked.to! - asked.from! > hours * hour + 2 * pixel) return false
      const seen = new Set(Array.from({ length: 9 }, (_, i) => JSON.stringify(at(after + (i * pixel) / 16))))
      // Half a pixel's time meets the edges of a step at most twice, be they those of from or of to.
      return seen.size <= 3
    }),
  )
  const day = Array.from({ length: 1000 }, (_, i) => range({ from: '2026-01-01', to: 'now' }, { now: now + i }).to)
  t.ok(new Set(day).size <= 2, 'a range with one moving bound')
})

t.test('what can’t be read is named', async (t) => {
  for (const [bounds, detail] of [
    [{ from: 'yesterday' }, /'yesterday' is not a time/],
    [{ from: '-1h', to: '-2h' }, /is after 'to'/],
  ] as const) {
    try {
      range(bounds)
      t.fail('it was taken')
    } catch (error) {
      t.ok(error instanceof Problem)
      t.match(error, { code: 'invalid-query', errors: [{ parameter: 'from', detail }] })
    }
  }
})
