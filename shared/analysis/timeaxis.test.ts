import t from 'tap'
import { timeAxis } from './timeaxis.ts'

/** Each tick as its time and its label, whose lines are joined by a bar. */
function ticks(from: number, to: number, tz = 'UTC', width = 800): [string, string][] {
  const { axis } = timeAxis({ from, to, tz, width, height: 400, theme: 'light', title: tz }) as {
    axis: { values: { expr: string }; labelExpr: string }
  }
  const labels = JSON.parse(axis.labelExpr.replace('[time(datum.value)]', ''))
  return JSON.parse(axis.values.expr).map((time: number) => [
    new Date(time).toISOString(),
    [labels[time]].flat().join('|'),
  ])
}

const labels = (...args: Parameters<typeof ticks>) => ticks(...args).map(([, label]) => label)

t.test('a day shows hours, and says which day at its start and at midnight', async (t) => {
  t.same(labels(Date.UTC(2024, 4, 1, 12), Date.UTC(2024, 4, 2, 12)), [
    '12:00|1 May 2024',
    '15:00',
    '18:00',
    '21:00',
    '00:00|2 May',
    '03:00',
    '06:00',
    '09:00',
    '12:00',
  ])
})

t.test('the day on which clocks go forward has no tick in the hour that is skipped', async (t) => {
  const shown = ticks(Date.UTC(2024, 2, 30, 23), Date.UTC(2024, 2, 31, 22), 'Europe/Berlin')
  t.same(shown.slice(0, 3), [
    ['2024-03-30T23:00:00.000Z', '00:00|31 Mar 2024'],
    ['2024-03-31T01:00:00.000Z', '03:00'],
    ['2024-03-31T04:00:00.000Z', '06:00'],
  ])
  t.same(shown.at(-1), ['2024-03-31T22:00:00.000Z', '00:00|1 Apr'])
})

t.test('the night on which clocks go back shows its hour twice', async (t) => {
  const shown = labels(Date.UTC(2024, 9, 26, 22), Date.UTC(2024, 9, 27, 4), 'Europe/Berlin', 1000)
  t.equal(shown.filter((label) => label === '02:00').length, 2)
})

t.test('days start at midnight of the zone across a change of clocks', async (t) => {
  const shown = ticks(Date.UTC(2024, 2, 28), Date.UTC(2024, 3, 3), 'Europe/Berlin')
  t.same(shown[0], ['2024-03-28T23:00:00.000Z', '29 Mar|2024'])
  t.same(shown.at(-1), ['2024-04-02T22:00:00.000Z', '3 Apr'])
})

t.test('weeks start on Mondays', async (t) => {
  for (const [time] of ticks(Date.UTC(2024, 0, 3), Date.UTC(2024, 2, 20))) t.equal(new Date(time).getUTCDay(), 1, time)
})

t.test('months and years', async (t) => {
  t.same(labels(Date.UTC(2023, 10, 15), Date.UTC(2024, 4, 15)), ['Dec|2023', 'Jan|2024', 'Feb', 'Mar', 'Apr', 'May'])
  t.same(labels(Date.UTC(1880, 0, 1), Date.UTC(2024, 0, 1)), [
    '1880',
    '1900',
    '1920',
    '1940',
    '1960',
    '1980',
    '2000',
    '2020',
  ])
  t.same(labels(Date.UTC(1724, 5, 1), Date.UTC(2024, 0, 1)).slice(0, 2), ['1750', '1800'])
})

t.test('milliseconds', async (t) => {
  const from = Date.UTC(2024, 5, 5, 14, 30)
  t.same(labels(from, from + 39), ['14:30:00.000|5 Jun 2024', '14:30:00.010', '14:30:00.020', '14:30:00.030'])
})

t.test('zones off by half an hour have whole hours of their own', async (t) => {
  const shown = ticks(Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 2), 'Asia/Kolkata')
  t.same(shown[0], ['2024-01-01T00:30:00.000Z', '06:00|1 Jan 2024'])
})

t.test(
  'every range from milliseconds to millennia has two ticks or more, with room for each, in order and in range',
  async (t) => {
    for (const tz of ['UTC', 'America/St_Johns', 'Australia/Lord_Howe']) {
      for (let span = 4; span < 6e13; span *= 1.7) {
        for (const width of [200, 800, 2000]) {
          const from = Date.UTC(2024, 2, 9, 23, 17, 3, 7) - Math.floor(span)
          const to = from + Math.floor(span)
          const times = ticks(from, to, tz, width).map(([time]) => Date.parse(time))
          t.ok(times.length >= 2 || width === 200, `${tz} ${span} ms at ${width}: ${times.length} ticks`)
          t.ok(times.length <= width / 55, `${tz} ${span} ms at ${width}: ${times.length} ticks`)
          t.ok(times.every((time, i) => time >= from && time <= to && (i === 0 || time > times[i - 1]!)))
        }
      }
    }
  },
)
