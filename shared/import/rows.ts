import { nameFault } from '../series/name.ts'
import { clip, ImportFault } from './faults.ts'
import type { Mapping } from './mapping.ts'
import { fieldsOf, labelName, type SeriesSpec, taggedName } from './names.ts'
import { readNumber } from './numbers.ts'
import { isMissing, type SourceRow, type Table } from './table.ts'

/** A row that can't be read: where, what stood there, and what would be right. */
export interface Reject {
  line?: number
  pointer?: string
  column?: string
  text: string
  detail: string
}

export interface ReadRow {
  timestamp: number
  /** The points of the row: as many series as values. */
  points: { series: SeriesSpec; value: number }[]
  /** Values that the row does not have. */
  missing: number
}

/** Reads the rows of a table by a mapping. A row is read whole or rejected whole. */
export class RowReader {
  readonly #table: Table
  readonly #mapping: Mapping
  readonly #fields: { name: string; unit?: string }[]
  readonly #nulls: Set<string>
  readonly #labelNames: string[]
  readonly #series = new Map<string, SeriesSpec[]>()
  readonly #maxSeries: number
  readonly #plain: boolean

  constructor(table: Table, mapping: Mapping, maxSeries: number) {
    this.#table = table
    this.#mapping = mapping
    this.#fields = fieldsOf(mapping.values.map((column) => table.columns[column]!))
    this.#nulls = new Set(mapping.nulls)
    this.#labelNames = mapping.labels.map((column) => labelName(table.columns[column]!))
    this.#maxSeries = maxSeries
    this.#plain = mapping.labels.length === 0 && mapping.name === undefined
  }

  /** Throws ImportFault when the rows make more series than are allowed. */
  read(row: SourceRow): ReadRow | Reject {
    const { cells } = row
    const count = this.#table.columns.length
    if (cells.length > count) {
      return this.#reject(
        row,
        undefined,
        cells.join(this.#table.found.delimiter ?? ','),
        `the row has ${cells.length} fields, and the table ${count} columns; a field with the delimiter in it must stand in quotes`,
      )
    }
    if (cells.length === 0) return this.#reject(row, undefined, '', 'an object or a list was expected as a record')
    const timestamp = this.#readTime(row)
    if (typeof timestamp !== 'number') return timestamp
    const series = this.#seriesOf(row)
    if (!Array.isArray(series)) return series
    const points: ReadRow['points'] = []
    let missing = 0
    for (const [i, column] of this.#mapping.values.entries()) {
      const text = cells[column] ?? ''
      if (isMissing(text) || this.#nulls.has(text)) {
        missing++
        continue
      }
      const value = readNumber(text, this.#mapping.decimal)
      if (!Number.isFinite(value)) return this.#rejectNumber(row, column, text)
      points.push({ series: series[i]!, value: value + 0 })
    }
    return { timestamp, points, missing }
  }

  #readTime(row: SourceRow): number | Reject {
    const { time, tz } = this.#mapping
    const [column] = time.columns
    const text =
      time.columns.length === 1 ? (row.cells[column!] ?? '') : time.columns.map((c) => row.cells[c] ?? '').join(' ')
    const name = this.#table.columns[column!]!
    if (isMissing(text.trim()) || this.#nulls.has(text)) return this.#reject(row, name, text, 'the row has no time')
    if (!time.format.matches(text)) {
      return this.#reject(
        row,
        name,
        text,
        `'${clip(text)}' is not a time of the form ${time.format.text}; if others have it too, say their form by time_format=`,
      )
    }
    if (tz === undefined && time.format.zoned(text) !== time.zoned) {
      const rest = time.zoned
        ? 'says no offset from UTC, and the first times do'
        : 'says its offset from UTC, and the first times do not'
      return this.#reject(row, name, text, `'${clip(text)}' ${rest}; tz= says the zone of those without`)
    }
    try {
      return time.format.read(text, { tz, unit: time.unit })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return this.#reject(row, name, text, error.message)
    }
  }

  #seriesOf(row: SourceRow): SeriesSpec[] | Reject {
    const { labels, name } = this.#mapping
    const texts = labels.map((column) => row.cells[column] ?? '')
    const named = name === undefined ? undefined : (row.cells[name] ?? '')
    const key = this.#plain ? '' : [named, ...texts].join('\u0000')
    const known = this.#series.get(key)
    if (known) return known
    if (named === '') return this.#reject(row, this.#table.columns[name!]!, '', 'the row does not name its series')
    const made = this.#makeSeries(texts, named)
    const fault = made.map((spec) => specFault(spec)).find((fault) => fault !== undefined)
    if (fault !== undefined) {
      const column = this.#table.columns[name ?? labels[0] ?? this.#mapping.values[0]!]!
      return this.#reject(row, column, named ?? texts.join(', '), fault)
    }
    if ((this.#series.size + 1) * made.length > this.#maxSeries) {
      throw new ImportFault({
        parameter: 'labels',
        ...place(row),
        detail: `the rows make more than ${this.#maxSeries} series; labels= and name= name columns with few different texts, labels= without any keeps all rows of a column in one series`,
      })
    }
    this.#series.set(key, made)
    return made
  }

  #makeSeries(texts: string[], named: string | undefined): SeriesSpec[] {
    const given = texts
      .map((text, i) => [this.#labelNames[i]!, text] as const)
      .filter(([label, text]) => label !== '' && !isMissing(text))
    const labels = Object.fromEntries(given)
    return this.#fields.map(({ name: field, unit }) => {
      const base = named === undefined ? field : this.#fields.length === 1 ? named : `${named}.${field}`
      const name = taggedName(this.#mapping.prefix + base, labels)
      return { name, labels, ...(unit === undefined ? {} : { unit }) }
    })
  }

  #rejectNumber(row: SourceRow, column: number, text: string): Reject {
    const { decimal } = this.#mapping
    const other = Number.isFinite(readNumber(text, decimal === '.' ? ',' : '.'))
    const right = other
      ? `the decimal sign is '${decimal}'; decimal= says otherwise`
      : `a number was expected; if it means that the value is missing, add null=${clip(text)}`
    return this.#reject(row, this.#table.columns[column], text, `'${clip(text)}' is not a number: ${right}`)
  }

  #reject(row: SourceRow, column: string | undefined, text: string, detail: string): Reject {
    return { ...place(row), ...(column === undefined ? {} : { column }), text: clip(text), detail }
  }
}

function place({ line, pointer }: SourceRow): { line?: number; pointer?: string } {
  return line === undefined ? { pointer } : { line }
}

function specFault({ name, labels }: SeriesSpec): string | undefined {
  const long = Object.entries(labels).find(([, text]) => text.length > 512 || /\p{Cc}/u.test(text))
  return long ? `the label '${long[0]}' has over 512 characters or a control character` : nameFault(name)
}
