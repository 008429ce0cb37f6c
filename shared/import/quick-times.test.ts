import t from 'tap'
import { QuickTimes } from './quick-times.ts'
import { timeFormat } from './times.ts'

/** Times by the quick way and by their format, in a zone; how many of them were quick. */
function readBoth(name: string, tz: string, texts: string[]) {
  const format = timeFormat(name)
  const read = (text: string, note?: () => void) => {
    try {
      return format.matches(text) ? format.read(text, { tz, unit: 's', ...(note ? { note } : {}) }) : undefined
    } catch {
      return undefined
    }
  }
  const untold = (text: string) => {
    let told = false
    const time = read(text, () => {
      told = true
    })
    return told ? undefined : time
  }
  const times = new QuickTimes(format, 's', untold)
  let count = 0
  const got = texts.map((text) => {
    const quick = new Float64Array(1)
    const known = times.quick(Buffer.from(`,${text},`), 1, 1 + text.length, quick) ? quick[0] : times.known(text)
    if (known !== undefined) {
      count++
      return known
    }
    const time = read(text)
    if (time !== undefined && untold(text) === time) times.learn(text, time)
    return time
  })
  return { got, right: texts.map((text) => read(text)), count }
}

const two = (n: number) => String(n).padStart(2, '0')
/** Every seventh minute of a day. */
const minutes = Array.from({ length: 205 }, (_, i) => [two(Math.floor((i * 7) / 60)), two((i * 7) % 60)] as const)

t.test('the quick way gives what the format gives, also where clocks change', async (t) => {
  const cases: [format: string, tz: string, texts: string[], quick: number][] = [
    ['iso', 'UTC', minutes.map(([h, m]) => `2024-01-01T${h}:${m}:05.2509Z`), 180],
    ['iso', 'Europe/Berlin', minutes.map(([h, m]) => `2024-03-31 ${h}:${m}`), 170],
    ['iso', 'Europe/Berlin', minutes.map(([h, m]) => `2024-10-27 ${h}:${m}:00`), 170],
    // Half an hour is skipped there, in the middle of an hour.
    ['iso', 'Australia/Lord_Howe', minutes.map(([h, m]) => `2024-10-06 ${h}:${m}`), 170],
    [
      'MM/DD/YYYY h:mm A',
      'UTC',
      minutes.map(([h, m]) => `1/2/2024 ${Number(h) % 12 || 12}:${m} ${Number(h) < 12 ? 'AM' : 'PM'}`),
      180,
    ],
    ['DD.MM.YYYY HH:mm', 'UTC', ['31.12.2020 24:00', '31.12.2020 24:01', '01.01.2021 00:60', '01.01.2021 00:59'], 0],
    ['epoch', 'UTC', ['1704067200', '-5', '17040672.5', '999999999999999', ''], 1],
    ['YYYY-MM', 'UTC', ['2024-01', '2024-02', '2024-01', '2024-13'], 1],
  ]
  for (const [format, tz, texts, quick] of cases) {
    const { got, right, count } = readBoth(format, tz, texts)
    t.same(got, right, `${format} in ${tz}`)
    t.ok(count >= quick && count < texts.length, `${count} of ${texts.length} were quick`)
  }
})
