import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startImports } from '../../test/importing.ts'
import { call } from '../../test/local.ts'

const { url, post, rows, describe } = await startImports(t)

const data = join(import.meta.dirname, '../../test/data')
const vega = join(import.meta.dirname, '../../node_modules/vega-datasets/data')
const bytesOf = (folder: string, file: string) => readFileSync(join(folder, file))

// The file, its series and points, and one of the series: its count, its first time and value, its largest value.
const published: [
  folder: string,
  file: string,
  series: number,
  points: number,
  name: string,
  count: number,
  first: [string, number],
  max: number,
][] = [
  [data, 'co2-mm-mlo.csv', 4, 3084, 'Average', 820, ['1958-03-01T00:00:00.000Z', 315.71], 432.34],
  [data, 'co2-mm-gl.csv', 2, 1136, 'Average', 568, ['1979-01-01T00:00:00.000Z', 336.56], 428.55],
  [data, 'vix-daily.csv', 4, 36940, 'CLOSE', 9235, ['1990-01-02T00:00:00.000Z', 17.24], 82.69],
  [
    data,
    'exchange-rates-monthly.csv',
    34,
    17237,
    'Exchange rate,Country=Australia',
    666,
    ['1971-01-01T00:00:00.000Z', 0.8944],
    1.9936,
  ],
  [vega, 'stocks.csv', 5, 560, 'price,symbol=MSFT', 123, ['2000-01-01T00:00:00.000Z', 39.81], 43.22],
  [vega, 'co2-concentration.csv', 2, 1482, 'adjusted CO2', 741, ['1958-03-01T00:00:00.000Z', 314.44], 413.35],
  [vega, 'flights-5k.json', 0, 10000, 'delay', 0, ['', 0], 0],
  [vega, 'seattle-weather-hourly-normals.csv', 3, 26277, 'temperature', 8759, ['2010-01-01T01:00:00.000Z', 4], 24.4],
  [
    vega,
    'unemployment-across-industries.json',
    28,
    3416,
    'rate,series=Government',
    122,
    ['2000-01-01T08:00:00.000Z', 2.1],
    5.1,
  ],
]

t.test('public files import as they are, and draw', async (t) => {
  for (const [folder, file, series, points, name, count, first, max] of published) {
    const { status, body } = await post(`prefix=${file}/`, bytesOf(folder, file))
    t.match({ status, ...body }, { status: 200, points, rejected: 0 }, `${file}: ${body.detail ?? ''}`)
    t.equal(body.inserted + body.repeated, points)
    if (series > 0) {
      t.equal(body.series, series, file)
      t.match(await describe(`${file}/${name}`), { count, max }, file)
      t.same((await rows(`${file}/${name}`))![0], first, file)
    }
    const drawn = await call(url, 'POST', '/jobs', {
      json: { kind: 'plot', series: body.names[0] },
      headers: { accept: 'image/svg+xml' },
    })
    t.match(drawn.text, /^<svg/, `${file} draws`)
    const again = await post(body.query, bytesOf(folder, file))
    t.match(
      again.body,
      { inserted: 0, updated: 0, mapping: body.mapping },
      `${file}: what was answered, sent back, gives the same`,
    )
    t.equal(again.body.unchanged, body.inserted)
  }
})
