import { load, seattle, vix, weather, yearOf } from './data.ts'
import type { Example } from './examples.ts'

/** Pictures of what all points of a series come to. */
export const summedExamples: Example[] = [
  {
    name: 'histogram',
    shows: 'how often which temperatures come, in bins of a round width, and a line at a value',
    series: [seattle('temp_max', weather, '°C', 'Daily maximum temperature in Seattle')],
    params: { mark: 'histogram', references: [{ value: 0, label: 'frost', axis: 'left' }] },
  },
  {
    name: 'histogram-several',
    shows: 'two distributions as outlines, by their shares',
    series: [seattle('temp_max', weather, '°C', 'Daily maximum'), seattle('temp_min', weather, '°C', 'Daily minimum')],
    params: { mark: 'histogram', percent: true, title: 'Temperature in Seattle', theme: 'dark' },
  },
  {
    name: 'heatmap-hours',
    shows: 'the hours of a week, by the clock of the zone',
    series: [load],
    params: { mark: 'heatmap', tz: 'Europe/Berlin' },
  },
  {
    name: 'heatmap-days',
    shows: 'the lowest of each day of the year, over all years; the colours part at zero',
    series: [seattle('temp_min', weather, '°C', 'Daily minimum temperature in Seattle')],
    params: { mark: 'heatmap', by: 'day-month', aggregate: 'min', theme: 'dark' },
  },
  {
    name: 'calendar',
    shows: 'each day of two years',
    series: [seattle('temp_max', [...yearOf('2014'), ...yearOf('2015')], '°C', 'Daily maximum temperature in Seattle')],
    params: { mark: 'heatmap', by: 'calendar' },
  },
  {
    name: 'box',
    shows: 'the spread of each month: quartiles, whiskers, and what lies beyond',
    series: [seattle('wind', weather, 'm/s', 'Average wind speed in Seattle')],
    params: { mark: 'box' },
  },
  {
    name: 'box-several',
    shows: 'boxes of two series side by side, by weekday, on a dark ground',
    series: [seattle('temp_max', weather, '°C', 'Daily maximum'), seattle('temp_min', weather, '°C', 'Daily minimum')],
    params: { mark: 'box', by: 'weekday', title: 'Temperature in Seattle', theme: 'dark' },
  },
  {
    name: 'candlestick',
    shows: 'open, high, low and close of trading days: risen candles are hollow',
    series: vix,
    params: { mark: 'candlestick', references: [{ value: 30, label: 'turmoil', axis: 'left' }] },
  },
  {
    name: 'candlestick-weeks',
    shows: 'one series, week by week, on a dark ground',
    series: [seattle('temp_max', yearOf('2015'), '°C', 'Daily maximum temperature in Seattle')],
    params: { mark: 'candlestick', every: '1w', theme: 'dark' },
  },
]
