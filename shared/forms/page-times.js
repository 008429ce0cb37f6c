// Times of a figure: in the zone of the chart, or, where periods lie over one another, within the one that stands for all.
const { period } = figure
const zone = period ? 'UTC' : figure.tz
const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options })
const clock = format({
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})
/** What the zone's clock shows, as if it were UTC. */
function local(time) {
  const part = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const ms = ((time % 1000) + 1000) % 1000
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) + ms
}
const instant = (shown) => shown - (local(shown - (local(shown) - shown)) - (shown - (local(shown) - shown)))

const times = figure.series.flatMap(({ timestamps }) => timestamps)
const isDaily = times.every((time) => local(time) % 86_400_000 === 0)
const finest = times.some((time) => time % 1000) ? 12 : times.some((time) => time % 60_000) ? 8 : 5
const dayForms = { year: { day: 'numeric', month: 'short' }, month: { day: 'numeric' }, week: { weekday: 'short' } }
const dayText = format(dayForms[period] ?? { day: 'numeric', month: 'short', year: 'numeric' })
const clockText = (time, length) => new Date(local(time)).toISOString().slice(11, 11 + length)
const timeText = (time) => {
  if (period === 'day') return clockText(time, finest)
  const day = `${period === 'month' ? 'day ' : ''}${dayText.format(time)}`
  return isDaily ? day : `${day}, ${clockText(time, finest)}`
}

const [second, hour, day] = [1000, 3_600_000, 86_400_000]
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, second, 2 * second, 5 * second, 15 * second, 30 * second]
steps.push(
  ...[1, 2, 5, 15, 30].map((n) => n * 60_000),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
  2 * day,
  7 * day,
  14 * day,
)

function ticks() {
  const most = Math.max(2, Math.floor(width / 84))
  const [from, to] = range.map(local)
  const step = steps.find((step) => (to - from) / step <= most)
  const found = []
  if (step) {
    const origin = step % (7 * day) === 0 ? 4 * day : 0 // Mondays
    for (let t = Math.ceil((from - origin) / step) * step + origin; t <= to; t += step) found.push(t)
  } else {
    const months = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000].find(
      (n) => (to - from) / (n * 30.4 * day) <= most,
    )
    const first = new Date(from)
    const month = first.getUTCFullYear() * 12 + first.getUTCMonth()
    for (let m = Math.ceil(month / months) * months; ; m += months) {
      const t = new Date(0).setUTCFullYear(Math.floor(m / 12), m % 12, 1)
      if (t > to) break
      if (t >= from) found.push(t)
    }
  }
  return found.map((t) => [instant(t), step ?? 30 * day])
}

function tickText(time, step, isFirst) {
  if (step >= 30 * day) return [format({ month: 'short', ...(!period && { year: 'numeric' }) }).format(time)]
  const shown = period
    ? dayText.format(time)
    : format({ day: 'numeric', month: 'short', ...(isFirst && { year: 'numeric' }) }).format(time)
  if (step >= day) return [shown]
  const isNewDay = period !== 'day' && (isFirst || local(time) % day === 0)
  return [clockText(time, step >= 60_000 ? 5 : step >= second ? 8 : 12), ...(isNewDay ? [shown] : [])]
}
