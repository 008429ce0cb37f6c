import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SeriesInput } from '../../shared/analysis/kind.ts'

type Row = Record<string, string>

/**
 * Public data as the package vega-datasets carries them, all of them works of the U.S. government and thus in the public
 * domain: Seattle weather and its hourly normals (NOAA), global surface temperature (NASA GISS), electricity generated in
 * Iowa (Energy Information Administration), unemployment by industry (Bureau of Labor Statistics).
 */
export function dataset(file: string): Row[] {
  const path = new URL(`../data/${file}`, import.meta.resolve('vega-datasets'))
  const text = readFileSync(fileURLToPath(path), 'utf8')
  if (file.endsWith('.json')) return JSON.parse(text)
  const [header, ...lines] = text.trim().split(/\r?\n/)
  const names = header!.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

export function series(
  name: string,
  rows: Row[],
  time: string,
  value: string,
  more: Partial<SeriesInput>,
): SeriesInput {
  const points = rows
    .map((row): [number, number] => [Date.parse(row[time]!), Number(row[value])])
    .sort(([a], [b]) => a - b)
  return {
    name,
    labels: {},
    points: { timestamps: Float64Array.from(points, ([t]) => t), values: Float64Array.from(points, ([, v]) => v) },
    ...more,
  }
}

export const weather = dataset('seattle-weather.csv')
export const yearOf = (year: string) => weather.filter((row) => row.date!.startsWith(year))
export const seattle = (column: string, rows: Row[], unit: string, description: string) =>
  series(`seattle.${column}`, rows, 'date', column, { unit, description, source: 'NOAA' })

export const warming = series(
  'giss.global',
  dataset('global-temp.csv').map(({ year, temp }) => ({ year: `${year}-01-01`, temp: temp! })),
  'year',
  'temp',
  { unit: '°C', description: 'Global surface temperature, difference to the mean of 1951–1980', source: 'NASA GISS' },
)

export function bySeries(
  file: string,
  column: string,
  time: string,
  value: string,
  more: Partial<SeriesInput>,
): SeriesInput[] {
  const rows = dataset(file)
  const names = [...new Set(rows.map((row) => row[column]!))]
  return names.map((name) =>
    series(
      name,
      rows.filter((row) => row[column] === name),
      time,
      value,
      more,
    ),
  )
}

export const iowa = bySeries('iowa-electricity.csv', 'source', 'year', 'net_generation', {
  unit: 'GWh',
  source: 'U.S. EIA',
})
export const unemployed = bySeries('unemployment-across-industries.json', 'series', 'date', 'count', {
  unit: 'thousand persons',
  source: 'U.S. Bureau of Labor Statistics',
})

/** CO₂ as test/data has it, in the public domain: NOAA and Scripps. */
export const co2 = series(
  'co2.mauna-loa',
  readFileSync(new URL('../data/co2-mm-mlo.csv', import.meta.url), 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
    .map(([month, , value]) => ({ date: `${month}-01`.slice(0, 10), value: value! }))
    .filter(({ value }) => Number(value) > 0),
  'date',
  'value',
  { unit: 'ppm', description: 'CO₂ at Mauna Loa', source: 'NOAA and Scripps' },
)

/** The VIX of early 2020 as test/data has it, in the public domain: CBOE. */
const vixRows = readFileSync(new URL('../data/vix-daily.csv', import.meta.url), 'utf8')
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(','))
  .filter(([date]) => date! >= '2020-01-15' && date! < '2020-05-01')
export const vix = ['open', 'high', 'low', 'close'].map((role, i) =>
  series(
    `vix,price=${role}`,
    vixRows.map((row) => ({ date: row[0]!, value: row[i + 1]! })),
    'date',
    'value',
    { unit: 'points', description: `VIX ${role}`, source: 'CBOE' },
  ),
)

export const normals = dataset('seattle-weather-hourly-normals.csv')
  .slice(0, 24 * 7)
  .map((row) => ({ ...row, date: `${row.date}-08:00` }))
export const failing = normals.filter(
  (_, i) => !(i >= 30 && i < 45) && i !== 60 && i !== 62 && !(i >= 100 && i < 118 && i !== 110),
)

/** What nobody measured: a sum of sines, for what the public data don't show. */
export const made = (
  name: string,
  from: number,
  step: number,
  count: number,
  more: Partial<SeriesInput>,
): SeriesInput => ({
  name,
  labels: {},
  points: {
    timestamps: Float64Array.from({ length: count }, (_, i) => from + i * step),
    values: Float64Array.from(
      { length: count },
      (_, i) => Math.round(40 * (8 + 3 * Math.sin(i / 7) + Math.sin(i * 1.7))) / 10,
    ),
  },
  ...more,
})

export const load: SeriesInput = {
  name: 'plant.load',
  labels: {},
  unit: 'kW',
  description: 'A made-up load of an office',
  points: (() => {
    const timestamps = Float64Array.from({ length: 24 * 7 * 26 }, (_, i) => Date.UTC(2024, 0, 1) + i * 3_600_000)
    const values = timestamps.map((time, i) => {
      // In Berlin the sun rises about two hours earlier than in UTC in summer, one in winter: so do people.
      const hour = (new Date(time).getUTCHours() + (i > 24 * 90 ? 2 : 1)) % 24
      const isWork = hour >= 7 && hour < 18 && (Math.floor(time / 86_400_000) + 3) % 7 < 5
      return Math.round(10 * (isWork ? 60 + 12 * Math.sin((hour - 7) / 3.5) : 18 + 3 * Math.sin(i / 3))) / 10
    })
    return { timestamps, values }
  })(),
}
