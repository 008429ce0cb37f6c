import type { SeriesInput } from '../../shared/analysis/kind.ts'
import type { PlotParams } from '../../shared/analysis/plot.ts'
import { co2, failing, iowa, made, seattle, series, unemployed, warming, weather, yearOf } from './data.ts'
import { summedExamples } from './examples-summed.ts'

/** A picture to look at: what it is made of and what is to be seen in it. */
export interface Example {
  name: string
  shows: string
  series: SeriesInput[]
  params?: Partial<PlotParams>
}

/** Pictures over time, then the others. */
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
    shows: 'series of two units: each has its axis, and the legend says which',
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
    name: 'references',
    shows: 'lines and bands at values and at times, each with what it says',
    series: [seattle('temp_max', yearOf('2015'), '°C', 'Daily maximum temperature in Seattle, 2015')],
    params: {
      references: [
        { values: [15, 25], label: 'comfortable', axis: 'left' },
        { value: 35, label: 'heat warning', axis: 'left' },
        { value: 0, label: 'frost', axis: 'left' },
        { times: [Date.UTC(2015, 5, 26), Date.UTC(2015, 6, 6)], label: 'heat wave', axis: 'left' },
        { time: Date.UTC(2015, 10, 17), label: 'windstorm', axis: 'left' },
      ],
    },
  },
  {
    name: 'two-axes',
    shows: 'an axis for rain and one for temperature, their zeros at one height, on a dark ground',
    series: [
      seattle('precipitation', yearOf('2013').slice(0, 60), 'mm', 'Precipitation'),
      seattle('temp_min', yearOf('2013').slice(0, 60), '°C', 'Minimum temperature'),
    ],
    params: { title: 'Rain and frost in Seattle', mark: 'area', theme: 'dark' },
  },
  {
    name: 'panels',
    shows: 'a panel for each of twelve series, with one scale for all',
    series: unemployed.slice(0, 12),
    params: { title: 'Unemployment by industry', panels: 'shared', mark: 'area' },
  },
  {
    name: 'panels-free',
    shows: 'four measurements of three units, each panel with its own scale',
    series: [
      seattle('temp_max', yearOf('2014'), '°C', 'Maximum temperature'),
      seattle('temp_min', yearOf('2014'), '°C', 'Minimum temperature'),
      seattle('precipitation', yearOf('2014'), 'mm', 'Precipitation'),
      seattle('wind', yearOf('2014'), 'm/s', 'Wind speed'),
    ],
    params: { title: 'Weather in Seattle, 2014', panels: 'free', theme: 'dark' },
  },
  {
    name: 'overlay',
    shows: 'four years over one another',
    series: [seattle('temp_max', weather, '°C', 'Daily maximum temperature in Seattle')],
    params: { overlay: '1y', subtitle: 'Year over year' },
  },
  {
    name: 'overlay-many',
    shows: 'fifty-eight years over one another: the last two stand out',
    series: [co2],
    params: { overlay: '1y', theme: 'dark' },
  },
  {
    name: 'small',
    shows: 'the smallest picture: the unit moves below',
    series: [seattle('temp_max', weather, '°C', 'Maximum temperature')],
    params: { width: 200, height: 120 },
  },
  ...summedExamples,
]
