import { readFileSync } from 'node:fs'
import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

interface Case {
  series: string
  from: string
  to: string
  every: string
  tz: string
  timestamps: number[]
  [column: string]: string | (number | null)[]
}

const server = await startLocal()
t.teardown(() => server.stop())

const folder = new URL('../../test/reference/', import.meta.url)
const weather = new URL('../../node_modules/vega-datasets/data/seattle-weather-hourly-normals.csv', import.meta.url)
const { default: cases } = (await import(new URL('buckets.json', folder).href, { with: { type: 'json' } })) as {
  default: Case[]
}

/** Equal but for the last digits: what was printed has thirteen. */
const near = (a: number | null, b: number | null) =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-10 * Math.max(Math.abs(a), Math.abs(b), 0.01))

t.before(async () => {
  const lines = readFileSync(weather, 'utf8').trim().split('\n').slice(1)
  const hourly = lines.map((line) => line.split(',')).map(([time, , temperature]) => `${time}Z,${temperature}`)
  const bodies = { weather: hourly.join('\n'), vix: readFileSync(new URL('vix-close.csv', folder), 'utf8') }
  for (const [name, body] of Object.entries(bodies)) {
    const written = await call(server.url, 'POST', `/series/${name}/points`, {
      body,
      headers: { 'content-type': 'text/csv' },
    })
    t.equal(written.status, 200)
  }
})

for (const { series, from, to, every, tz, timestamps, ...columns } of cases) {
  t.test(`as pandas: ${series} from ${from} to ${to}, every ${every} in ${tz}`, async (t) => {
    const names = Object.keys(columns)
    const query = new URLSearchParams({
      from: `${from}T00:00:00Z`,
      to: `${to}T00:00:00Z`,
      every,
      tz,
      aggregate: names.join(),
    })
    for (const order of ['asc', 'desc']) {
      const path = `/series/${series}/points?${query}&order=${order}&shape=columns&timestamps=epoch_ms`
      const { body } = await call(server.url, 'GET', path)
      const table = body as Record<string, (number | null)[]>
      const inTime = (column: string) => (order === 'asc' ? table[column]! : table[column]!.toReversed())
      t.same(inTime('timestamps'), timestamps, `starts of buckets, ${order}`)
      for (const name of names) {
        const expected = columns[name] as (number | null)[]
        const wrong = expected.findIndex((value, i) => !near(value, inTime(name)[i]!))
        t.equal(inTime(name).length, expected.length)
        t.equal(wrong, -1, `${name}, ${order}: ${expected[wrong]} is ${inTime(name)[wrong]} at ${timestamps[wrong]}`)
      }
    }
  })
}
