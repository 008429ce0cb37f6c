import { unknownName } from '../validate.ts'
import { ImportFault } from './faults.ts'

/** What a caller says of a data set; what is missing is inferred. Lists are texts with commas, a comma within a name is \,. */
export interface Said {
  time?: string
  time_format?: string
  unit?: 's' | 'ms' | 'us' | 'ns'
  tz?: string
  values?: string
  labels?: string
  name?: string
  prefix?: string
  decimal?: '.' | ','
  null?: string
  delimiter?: string
  header?: number
  records?: string
}

/** The parts of a list; an empty text is an empty list. */
export function readList(text: string): string[] {
  if (text.trim() === '') return []
  const parts = text.match(/(?:\\.|[^,\\]|\\$)+|(?<=,|^)(?=,|$)/g) ?? []
  return parts.map((part) => part.replace(/\\([,\\])/g, '$1').trim())
}

export function writeList(parts: string[]): string {
  return parts.map((part) => part.replace(/[,\\]/g, '\\$&')).join(',')
}

/** The places of the columns that a parameter names: as in the header, or without its unit, or in another case. */
export function findColumns(
  parameter: 'time' | 'values' | 'labels' | 'name',
  said: string,
  columns: string[],
): number[] {
  const whole = findColumn(said, columns)
  if (whole !== undefined) return [whole]
  return readList(said).map((name) => {
    const found = findColumn(name, columns)
    if (found !== undefined) return found
    throw new ImportFault({ parameter, detail: `the column ${unknownName(name, columns.slice(0, 30))}` })
  })
}

function findColumn(name: string, columns: string[]): number | undefined {
  const bare = (text: string) => text.replace(/\s*[([][^()[\]]*[)\]]$/, '').toLowerCase()
  const ways: ((column: string) => boolean)[] = [
    (column) => column === name,
    (column) => column.toLowerCase() === name.toLowerCase(),
    (column) => bare(column) === name.toLowerCase(),
  ]
  for (const way of ways) {
    const found = columns.flatMap((column, i) => (way(column) ? [i] : []))
    if (found.length === 1) return found[0]
  }
  return undefined
}
