import { dayMs } from '../series/zone.ts'
import { dayOfMonth, fieldOf, hourName, shortMonths, shortWeekdays, weekdayNames } from './calendar-grid.ts'
import { monthNames } from './text.ts'

export type GridName = 'hour-weekday' | 'day-month' | 'calendar'

/** How points fall into the cells of a heat map. */
export interface Grid {
  /** Points of one grain of local time, in milliseconds, are in one cell. */
  grain: number
  keyOf(local: number): number
  /** The column and the row of a cell, from 0. */
  placeOf(key: number): { column: number; row: number }
  /** What a cell is called: `Monday, 14:00`. */
  nameOf(key: number): string
  /** The same in fields, for tables. */
  fieldsOf(key: number): Record<string, string | number>
  columns: number
  rows: number
  /** Ticks of the axes: at the middle of a column or row, or at another place between 0 and their number. */
  xTicks: Tick[]
  yTicks: Tick[]
  /** What stands below the horizontal axis. */
  xTitle: string
}

export interface Tick {
  at: number
  label: string
}

const hourMs = 3_600_000

/** `years` are those of the calendar, in order: of the others they don't matter. */
export function gridOf(name: GridName, years: number[]): Grid {
  if (name === 'hour-weekday') return hours
  return name === 'day-month' ? days : calendar(years)
}

const middles = (labels: string[]): Tick[] => labels.map((label, i) => ({ at: i + 0.5, label }))

const hours: Grid = {
  grain: hourMs,
  keyOf: (local) => fieldOf('weekday', local) * 24 + fieldOf('hour', local),
  placeOf: (key) => ({ column: key % 24, row: Math.floor(key / 24) }),
  nameOf: (key) => `${weekdayNames[Math.floor(key / 24)]}, ${hourName(key % 24)}`,
  fieldsOf: (key) => ({ weekday: weekdayNames[Math.floor(key / 24)]!, hour: key % 24 }),
  columns: 24,
  rows: 7,
  xTicks: Array.from({ length: 24 }, (_, hour) => ({ at: hour + 0.5, label: String(hour).padStart(2, '0') })),
  yTicks: middles(shortWeekdays),
  xTitle: 'hour of the day',
}

const days: Grid = {
  grain: dayMs,
  keyOf: (local) => fieldOf('month', local) * 31 + dayOfMonth(local) - 1,
  placeOf: (key) => ({ column: key % 31, row: Math.floor(key / 31) }),
  nameOf: (key) => `${(key % 31) + 1} ${monthNames[Math.floor(key / 31)]}`,
  fieldsOf: (key) => ({ month: monthNames[Math.floor(key / 31)]!, day: (key % 31) + 1 }),
  columns: 31,
  rows: 12,
  xTicks: middles(Array.from({ length: 31 }, (_, day) => String(day + 1))),
  yTicks: middles(shortMonths),
  xTitle: 'day of the month',
}

/** A block of seven rows for each year, from Monday to Sunday, and a column for each week; keys are days since 1970. */
function calendar(years: number[]): Grid {
  const gap = years.length > 1 ? 1 : 0
  const firstDay = (year: number) => new Date(0).setUTCFullYear(year, 0, 1) / dayMs
  const weekday = (day: number) => (((day + 3) % 7) + 7) % 7
  const yearOf = (key: number) => new Date(key * dayMs).getUTCFullYear()
  const columnOf = (key: number) => {
    const first = firstDay(yearOf(key))
    return Math.floor((key - first + weekday(first)) / 7)
  }
  const top = (year: number) => years.indexOf(year) * (7 + gap)
  // Months stand over the week that holds their middle, of the first year: those of others begin a week off at most.
  const months = shortMonths.map((label, month) => {
    const middle = new Date(0).setUTCFullYear(years[0]!, month, 15) / dayMs
    return { at: columnOf(middle) + 0.5, label }
  })
  return {
    grain: dayMs,
    keyOf: (local) => Math.floor(local / dayMs),
    placeOf: (key) => ({ column: columnOf(key), row: top(yearOf(key)) + weekday(key) }),
    nameOf: (key) => {
      const date = new Date(key * dayMs)
      return `${shortWeekdays[weekday(key)]} ${date.getUTCDate()} ${monthNames[date.getUTCMonth()]} ${date.getUTCFullYear()}`
    },
    fieldsOf: (key) => ({ date: new Date(key * dayMs).toISOString().slice(0, 10) }),
    columns: 54,
    rows: years.length * (7 + gap) - gap,
    xTicks: months,
    yTicks:
      years.length > 1 ? years.map((year) => ({ at: top(year) + 3.5, label: String(year) })) : middles(shortWeekdays),
    xTitle: '',
  }
}
