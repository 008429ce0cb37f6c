import { nameFault } from '../series/name.ts'
import { CsvRow } from './csv-rows.ts'
import { clip, ImportFault } from './faults.ts'
import type { Mapping } from './mapping.ts'
import { fieldsOf, labelName, type SeriesSpec, taggedName } from './names.ts'
import { readNumber } from './numbers.ts'
import { copyText, QuickTimes } from './quick-times.ts'
import { RowKeys } from './row-keys.ts'
import { isMissing, type SourceRow, type Table } from './table.ts'

/** A row that can't be read: where, what stood there, and what would be right. */
export interface Reject {
  line?: number
  pointer?: string
  column?: string
  text: string
  detail: string
}

/** What is worth telling of the time of a row that was read. */
export interface RowNote {
  line?: number
  pointer?: string
  detail: string
}

/**
 * Reads the rows of a table by a mapping. A row is read whole or rejected whole; what was read stands in the reader until
 * the next row.
 */
export class RowReader {
  /** The number of the row's series, together: rows of the same labels and name have the same, counted from 0. */
  group = 0
  /** A value for each series; NaN where the row has none. */
  readonly values: Float64Array
  /** How many of them the row has not. */
  missing = 0
  /** The time of the row, in a list: a number of its own would become an object for each row. */
  readonly #time = new Float64Array(1)
  readonly #table: Table
  readonly #mapping: Mapping
  readonly #fields: { name: string; unit?: string }[]
  readonly #nulls: Set<string>
  /** Numbers that may mean a missing value: their texts tell. */
  readonly #nullNumbers: number[]
  readonly #labelNames: string[]
  readonly #groups: SeriesSpec[][] = []
  readonly #known = new Map<string, number>()
  readonly #keys: RowKeys | undefined
  readonly #maxSeries: number
  readonly #plain: boolean
  readonly #decimal: number
  readonly #quick: QuickTimes | undefined
  readonly #note: (note: RowNote) => void

  /** `seed` as for ByteKeys; `note` is told of local times that a change of clocks skips or makes come twice. */
  constructor(table: Table, mapping: Mapping, maxSeries: number, seed: number, note: (note: RowNote) => void) {
    this.#table = table
    this.#mapping = mapping
    this.#fields = fieldsOf(mapping.values.map((column) => table.columns[column]!)).map((field, i) => {
      const unit = field.unit ?? table.beside?.units[mapping.values[i]!]
      return unit === undefined ? field : { ...field, unit }
    })
    this.values = new Float64Array(mapping.values.length)
    this.#nulls = new Set(mapping.nulls)
    this.#nullNumbers = mapping.nulls
      .map((text) => readNumber(text, mapping.decimal))
      .filter((number) => Number.isFinite(number))
    this.#labelNames = mapping.labels.map((column) => labelName(table.columns[column]!))
    this.#maxSeries = maxSeries
    const telling = mapping.name === undefined ? mapping.labels : [mapping.name, ...mapping.labels]
    this.#plain = telling.length === 0
    this.#keys = this.#plain ? undefined : new RowKeys(telling, 2 * maxSeries, seed)
    this.#decimal = mapping.decimal.charCodeAt(0)
    this.#note = note
    const { format, unit } = mapping.time
    // A time that means a missing one must be looked at as a text.
    if (!mapping.nulls.some((text) => format.matches(text))) {
      this.#quick = new QuickTimes(format, unit, (text) => {
        let told = false
        const time = this.#parseTime(text, () => {
          told = true
        })
        return told || typeof time !== 'number' ? undefined : time
      })
    }
  }

  get timestamp(): number {
    return this.#time[0]!
  }

  /** The series of the row's values. */
  get series(): SeriesSpec[] {
    return this.#groups[this.group]!
  }

  /** Gives what is wrong with a row. Throws ImportFault when the rows make more series than are allowed. */
  read(row: SourceRow): Reject | undefined {
    const csv = row instanceof CsvRow ? row : undefined
    const count = this.#table.columns.length
    if ((csv?.count ?? row.cells.length) > count) {
      const { cells } = row
      return this.#reject(
        row,
        `column ${count + 1}`,
        cells.join(this.#table.found.delimiter ?? ','),
        `the row has ${cells.length} fields, and the table ${count} columns; a field with the delimiter in it must stand in quotes`,
      )
    }
    if (!csv && row.cells.length === 0)
      return this.#reject(row, undefined, '', 'an object or a list was expected as a record')
    const timeless = this.#readTime(row, csv)
    if (timeless) return timeless
    const group = csv ? this.#csvGroup(csv) : this.#findGroup(row)
    if (typeof group !== 'number') return group
    const { values } = this.#mapping
    this.missing = 0
    for (let i = 0; i < values.length; i++) {
      const column = values[i]!
      if (csv) csv.number(column, this.#decimal, this.values, i)
      else this.values[i] = Number.NaN
      if (
        Number.isNaN(this.values[i]) ||
        (this.#nullNumbers.length > 0 && this.#nullNumbers.includes(this.values[i]!))
      ) {
        const text = cellOf(row, column)
        if (isMissing(text) || this.#nulls.has(text)) {
          this.missing++
          this.values[i] = Number.NaN
        } else {
          this.values[i] = readNumber(text, this.#mapping.decimal)
          if (!Number.isFinite(this.values[i])) return this.#rejectNumber(row, column, text)
        }
      }
      this.values[i]! += 0 // no negative zero
    }
    this.group = group
    return undefined
  }

  #readTime(row: SourceRow, csv: CsvRow | undefined): Reject | undefined {
    const { columns } = this.#mapping.time
    const column = columns[0]!
    if (csv && this.#quick && columns.length === 1 && column < csv.count) {
      if (this.#quick.quick(csv.bytes, csv.starts[column]!, csv.ends[column]!, this.#time)) return undefined
    }
    return this.#readTimeText(row, csv !== undefined && columns.length === 1)
  }

  #readTimeText(row: SourceRow, looked: boolean): Reject | undefined {
    const { columns } = this.#mapping.time
    const text = columns.map((column) => cellOf(row, column)).join(' ')
    if (!looked && this.#quick?.quickText(text, this.#time)) return undefined
    const known = this.#quick?.known(text)
    if (known !== undefined) {
      this.#time[0] = known
      return undefined
    }
    let told: string | undefined
    const time = this.#parseTime(text, (detail) => {
      told = detail
    })
    if (typeof time !== 'number') return this.#reject(row, this.#table.columns[columns[0]!], text, time.detail)
    if (told === undefined) this.#quick?.learn(text, time)
    else this.#note({ ...place(row), detail: told })
    this.#time[0] = time
    return undefined
  }

  #parseTime(text: string, note: (detail: string) => void): number | { detail: string } {
    const { time, tz } = this.#mapping
    if (isMissing(text.trim()) || this.#nulls.has(text)) return { detail: 'the row has no time' }
    if (!time.format.matches(text)) {
      return {
        detail: `'${clip(text)}' is not a time of the form ${time.format.text}; if others have it too, say their form by time_format=`,
      }
    }
    if (tz === undefined && time.format.zoned(text) !== time.zoned) {
      const rest = time.zoned
        ? 'says no offset from UTC, and the first times do'
        : 'says its offset from UTC, and the first times do not'
      return { detail: `'${clip(text)}' ${rest}; tz= says the zone of those without` }
    }
    try {
      return time.format.read(text, { tz, unit: time.unit, note })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return { detail: error.message }
    }
  }

  #csvGroup(row: CsvRow): number | Reject {
    if (this.#keys === undefined) return this.#groups.length > 0 ? 0 : this.#findGroup(row)
    const known = this.#keys.find(row)
    if (known >= 0) return known
    const found = this.#findGroup(row)
    if (typeof found === 'number') this.#keys.add(row, found)
    return found
  }

  #findGroup(row: SourceRow): number | Reject {
    const { labels, name } = this.#mapping
    const named = name === undefined ? undefined : cellOf(row, name)
    let key = named ?? ''
    for (let i = 0; i < labels.length; i++) key += `\u0000${cellOf(row, labels[i]!)}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const texts = labels.map((column) => cellOf(row, column))
    if (named === '') return this.#reject(row, this.#table.columns[name!]!, '', 'the row does not name its series')
    const made = this.#makeSeries(texts, named)
    const fault = made.map((spec) => specFault(spec)).find((fault) => fault !== undefined)
    if (fault !== undefined) {
      const column = this.#table.columns[name ?? labels[0] ?? this.#mapping.values[0]!]!
      return this.#reject(row, column, named ?? texts.join(', '), fault)
    }
    if ((this.#known.size + 1) * made.length > this.#maxSeries) {
      throw new ImportFault({
        parameter: 'labels',
        ...place(row),
        detail: `the rows make more than ${this.#maxSeries} series; labels= and name= name columns with few different texts, labels= without any keeps all rows of a column in one series`,
      })
    }
    this.#known.set(key, this.#groups.push(made) - 1)
    return this.#groups.length - 1
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
    const where = row.pointerTo && column !== undefined ? { pointer: row.pointerTo(column) } : place(row)
    return { ...where, ...(column === undefined ? {} : { column }), text: copyText(clip(text)), detail }
  }
}

function cellOf(row: SourceRow, column: number): string {
  return row instanceof CsvRow ? row.cell(column) : (row.cells[column] ?? '')
}

function place({ line, pointer }: SourceRow): { line?: number; pointer?: string } {
  return line === undefined ? { pointer } : { line }
}

function specFault({ name, labels }: SeriesSpec): string | undefined {
  const long = Object.entries(labels).find(([, text]) => text.length > 512 || /\p{Cc}/u.test(text))
  return long ? `the label '${long[0]}' has over 512 characters or a control character` : nameFault(name)
}
