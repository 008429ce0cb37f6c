import { csvField } from '../series/print-rows.ts'

type Value = string | number | boolean | null
type Row = Map<string, Value>

export interface Table {
  columns: string[]
  rows: Row[]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isRecords = (value: unknown): value is Record<string, unknown>[] => Array.isArray(value) && value.every(isObject)

/**
 * The numbers of a result as a table. Where its series have `points`, it is one row for each of them, the name of its series in
 * front; else one for each series with all that is said of it; else, without series, one row. A member of a member is
 * the column `max.value`; of lists, `points` apart, a table says nothing.
 */
export function tableOf(data: unknown): Table {
  const rows: Row[] = []
  const series = isObject(data) ? data.series : data
  if (!isRecords(series)) rows.push(flat(data))
  else if (series.some(({ points }) => isRecords(points))) {
    for (const { name, points } of series)
      for (const point of isRecords(points) ? points : [])
        rows.push(new Map([['series', asValue(name)], ...flat(point)]))
  } else for (const { name, ...rest } of series) rows.push(new Map([['series', asValue(name)], ...flat(rest)]))
  const columns = new Set<string>()
  for (const row of rows) for (const name of row.keys()) columns.add(name)
  return { columns: [...columns], rows }
}

const asValue = (value: unknown): Value => (typeof value === 'object' || value === undefined ? null : (value as Value))

function flat(data: unknown, prefix = '', row: Row = new Map()): Row {
  if (!isObject(data)) return row
  for (const [name, value] of Object.entries(data)) {
    if (isObject(value)) flat(value, `${prefix}${name}.`, row)
    else if (!Array.isArray(value)) row.set(prefix + name, asValue(value))
  }
  return row
}

/** A table as CSV by RFC 4180, with a header; a missing value is empty. */
export function printTable({ columns, rows }: Table): string {
  const line = (cells: (Value | undefined)[]) => `${cells.map((cell) => csvField(String(cell ?? ''))).join(',')}\n`
  return line(columns) + rows.map((row) => line(columns.map((column) => row.get(column)))).join('')
}
