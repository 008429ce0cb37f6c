import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SeriesInput } from '../../shared/analysis/kind.ts'
import type { PlotParams } from '../../shared/analysis/plot.ts'

/** A picture to look at: what it is made of and what is to be seen in it. */
export interface Example {
  name: string
  shows: string
  series: SeriesInput[]
  params?: Partial<PlotParams>
}

type Row = Record<string, string>

/**
 * Public data as the package vega-datasets carries them, all of them works of the U.S. government and thus in the public
 * domain: Seattle weather and its hourly normals (NOAA), global surface temperature (NASA GISS), electricity generated in
 * Iowa (Energy Information Administration), unemployment by industry (Bureau of Labor Statistics).
 */
function dataset(file: string): Row[] {
  const path = new URL(`../data/${file}`, import.meta.resolve('vega-datasets'))
  const text = readFileSync(fileURLToPath(path), 'utf8')
  if (file.endsWith('.json')) return JSON.parse(text)
  const [header, ...lines] = text.trim().split(/\r?\n/)
  const names = header!.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

function series(name: string, rows: Row[], time: string, value: string, more: Partial<SeriesInput>): SeriesInput {
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

const weather = dataset('seattle-weather.csv')
const yearOf = (year: string) => weather.filter((row) => row.date!.startsWith(year))
const seattle = (column: string, rows: Row[], unit: string, description: string) =>
  series(`seattle.${column}`, rows, 'date', column, { unit, description, source: 'NOAA' })

const warming = series(
  'giss.global',
  dataset('global-temp.csv').map(({ year, temp }) => ({ year: `${year}-01-01`, temp: temp! })),
  'year',
  'temp',
  { unit: '°C', description: 'Global surface temperature, difference to the mean of 1951–1980', source: 'NASA GISS' },
)

function bySeries(
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

const iowa = bySeries('iowa-electricity.csv', 'source', 'year', 'net_generation', { unit: 'GWh', source: 'U.S. EIA' })
const unemployed = bySeries('unemployment-across-industries.json', 'series', 'date', 'count', {
  unit: 'thousand persons',
  source: 'U.S. Bureau of Labor Statistics',
})

const normals = dataset('seattle-weather-hourly-normals.csv')
  .slice(0, 24 * 7)
  .map((row) => ({ ...row, date: `${row.date}-08:00` }))
const failing = normals.filter(
  (_, i) => !(i >= 30 && i < 45) && i !== 60 && i !== 62 && !(i >= 100 && i < 118 && i !== 110),
)

/** What nobody measured: a sum of sines, for what the public data don't show. */
const made = (name: string, from: number, step: number, count: number, more: Partial<SeriesInput>): SeriesInput => ({
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

export const examples: Example[] = [
  {
    name: 'line',
    shows: 'four years of days, cut to the pixels of the picture; title, unit, zone and source',
    series: [seattle('temp_max', weather, '°C', 'Daily maximum temperature in Seattle')],
  },
  { name: 'area', shows: 'an area on either side of zero', series: [warming], params: { mark: 'area' } },
  {
    name: 'bar',
    shows: 'bars centred on their day',
    series: [seattle('precipitation', yearOf('2012').slice(0, 91), 'mm', 'Daily precipitation in Seattle')],
    params: { mark: 'bar' },
  },
  {
    name: 'bar-negative',
    shows: 'bars above and below zero, on a dark ground',
    series: [warming],
    params: { mark: 'bar', theme: 'dark' },
  },
  {
    name: 'bar-several',
    shows: 'bars of several series side by side',
    series: iowa,
    params: { mark: 'bar', title: 'Electricity generated in Iowa' },
  },
  {
    name: 'scatter',
    shows: 'a dot for each point',
    series: [seattle('wind', yearOf('2013'), 'm/s', 'Average wind speed in Seattle')],
    params: { mark: 'scatter', zero: true },
  },
  {
    name: 'step',
    shows: 'a value that holds until the next; ticks of hours that name their day',
    series: [
      made('plant.power', Date.UTC(2024, 4, 1), 3_600_000, 60, { unit: 'kW', description: 'Power of a made-up plant' }),
    ],
    params: { mark: 'step' },
  },
  {
    name: 'several',
    shows: 'two series, told apart by a legend',
    series: [
      seattle('temp_max', yearOf('2015'), '°C', 'Daily maximum'),
      seattle('temp_min', yearOf('2015'), '°C', 'Daily minimum'),
    ],
    params: { title: 'Temperature in Seattle', subtitle: 'Highest and lowest of each day of 2015' },
  },
  {
    name: 'dark',
    shows: 'areas of several series on a dark ground',
    series: iowa,
    params: { mark: 'area', theme: 'dark', title: 'Electricity generated in Iowa' },
  },
  {
    name: 'ten',
    shows: 'ten series: five colours, each solid and dashed',
    series: unemployed.slice(0, 10),
    params: { title: 'Unemployment by industry' },
  },
  {
    name: 'gaps',
    shows: 'gaps where an hourly series stops, a dot where a single point stands between two of them',
    series: [
      series('seattle.hourly', failing, 'date', 'temperature', {
        unit: '°C',
        description: 'Temperature with a failing sensor',
        source: 'NOAA',
      }),
    ],
    params: { tz: 'America/Los_Angeles' },
  },
  {
    name: 'units',
    shows: 'series of different units: the legend names each',
    series: [
      seattle('temp_max', yearOf('2014'), '°C', 'Maximum temperature'),
      seattle('wind', yearOf('2014'), 'm/s', 'Wind speed'),
    ],
    params: { title: 'Weather in Seattle' },
  },
  {
    name: 'clock-change',
    shows: 'the day on which clocks go forward: no 02:00, and one hour less between 00:00 and 03:00',
    series: [
      made('plant.load', Date.UTC(2024, 2, 30, 23), 900_000, 92, {
        unit: 'kW',
        description: 'A made-up load on the day the clocks went forward',
      }),
    ],
    params: { tz: 'Europe/Berlin' },
  },
  {
    name: 'small',
    shows: 'the smallest picture: the unit moves below',
    series: [seattle('temp_max', weather, '°C', 'Maximum temperature')],
    params: { width: 200, height: 120 },
  },
]
