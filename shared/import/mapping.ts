import { ImportFault, quoted } from './faults.ts'
import { findLabels, repeatsOf } from './find-labels.ts'
import { findTime, isTimePart, type TimeMapping } from './find-time.ts'
import { type Decimal, inferDecimal, inferSentinels, readNumber } from './numbers.ts'
import { findColumns, readList, type Said, writeList } from './said.ts'
import { Sample, wordsOf } from './sample.ts'
import type { Table } from './table.ts'

/** How the rows of a table become points. Columns are places in its list of columns. */
export interface Mapping {
  time: TimeMapping
  tz: string | undefined
  values: number[]
  labels: number[]
  name: number | undefined
  prefix: string
  decimal: Decimal
  /** Texts that mean a missing value beside the usual ones. */
  nulls: string[]
  ignored: number[]
  /** What a caller should know of what was inferred. */
  notes: string[]
}

const ids =
  /^(id|_id|:id|fid|objectid|rowid|row|index|idx|uuid|unnamed.*|lat|latitude|lon|lng|long|longitude|elevation|altitude|zip|zipcode|fips|postcode)$/i
const isId = (column: string) => ids.test(column.trim()) || /(^|[\s_.])id$/i.test(column) || /[a-z]I[Dd]$/.test(column)

/** Columns whose texts name what is measured. */
const naming = new Set([
  'series',
  'metric',
  'variable',
  'measurement',
  'measure',
  'parameter',
  'indicator',
  'sensor',
  'tag',
])

/** Finds out what is not said. Throws ImportFault with what must be said where it is open. */
export function inferMapping(table: Table, said: Said): Mapping {
  const { columns } = table
  let nulls = said.null === undefined ? [] : readList(said.null)
  let sample = new Sample(table, nulls)
  const time = findTime(sample, said)
  const taken = new Set(time.columns)
  const places = columns.map((_, i) => i).filter((i) => !taken.has(i))
  const decimal = said.decimal ?? inferDecimal(cellsOf(sample, places), table.found.delimiter)
  const name = said.name === undefined || said.name === '' ? undefined : oneColumn(said.name, columns)
  const labels = said.labels === undefined ? undefined : findColumns('labels', said.labels, columns)
  const spoken = new Set([...taken, ...(labels ?? []), ...(name === undefined ? [] : [name])])
  const values =
    said.values === undefined
      ? findValues(table, sample, { spoken, time, decimal })
      : findColumns('values', said.values, columns)
  refuseTwice({ time: time.columns, values, labels: labels ?? [], name: name === undefined ? [] : [name] }, columns)
  if (said.null === undefined) {
    nulls = sentinelsOf(sample, values, decimal)
    sample = new Sample(table, nulls)
  }
  const used = new Set([...taken, ...values])
  const texts = places.filter(
    (i) => !used.has(i) && i < table.named && (isId(columns[i]!) || !isNumeric(sample, i, decimal)),
  )
  const found =
    labels ??
    findLabels(sample, time, values, name === undefined ? texts : texts.filter((i) => i !== name)).filter(
      (i) => i !== name,
    )
  const inferredName =
    name ??
    (said.labels === undefined && said.name === undefined && values.length === 1 ? namingOf(sample, found) : undefined)
  const mapping: Mapping = {
    time,
    tz: said.tz ?? (time.zoned ? undefined : table.beside?.tz),
    values,
    labels: found.filter((i) => i !== inferredName),
    name: inferredName,
    prefix: said.prefix ?? '',
    decimal,
    nulls,
    ignored: [],
    notes: [],
  }
  const all = new Set([...used, ...mapping.labels, ...(mapping.name === undefined ? [] : [mapping.name])])
  mapping.ignored = columns.map((_, i) => i).filter((i) => !all.has(i))
  mapping.notes = notesOf(table, sample, mapping)
  return mapping
}

function* cellsOf(sample: Sample, columns: number[]): Generator<string> {
  for (const column of columns) yield* sample.filled(column)
}

function oneColumn(said: string, columns: string[]): number {
  const found = findColumns('name', said, columns)
  if (found.length === 1) return found[0]!
  throw new ImportFault({
    parameter: 'name',
    detail: 'name= is one column, whose texts name the series; columns that tell series apart besides go to labels=',
  })
}

function isNumeric(sample: Sample, column: number, decimal: Decimal): boolean {
  const cells = sample.filled(column)
  const numbers = cells.filter((cell) => Number.isFinite(readNumber(cell, decimal))).length
  return numbers > 0 && numbers >= cells.length / 2
}

function findValues(
  table: Table,
  sample: Sample,
  { spoken, time, decimal }: { spoken: Set<number>; time: TimeMapping; decimal: Decimal },
): number[] {
  const values = table.columns.flatMap((name, i) => {
    const other = spoken.has(i) || i >= table.named || isId(name) || isTimePart(name) || time.also.includes(i)
    return !other && isNumeric(sample, i, decimal) ? [i] : []
  })
  if (values.length > 0) return values
  throw new ImportFault({
    parameter: 'values',
    detail: `no column beside the time holds numbers; there are ${quoted(table.columns)}. Add values= with the names of the columns to read`,
  })
}

function refuseTwice(roles: Record<string, number[]>, columns: string[]): void {
  const seen = new Map<number, string>()
  for (const [role, places] of Object.entries(roles)) {
    for (const place of places) {
      const other = seen.get(place)
      if (other !== undefined) {
        throw new ImportFault({
          parameter: role,
          detail: `the column '${columns[place]}' stands in ${other === role ? `${role}= twice` : `both ${other}= and ${role}=`}; a column has one part`,
        })
      }
      seen.set(place, role)
    }
  }
}

/** Sentinels of all value columns; one that is a plausible value in a column is none. */
function sentinelsOf(sample: Sample, values: number[], decimal: Decimal): string[] {
  const found = values.map((column) => new Set(inferSentinels(sample.filled(column), decimal)))
  const all = new Set(found.flatMap((texts) => [...texts]))
  return [...all].filter((text) =>
    values.every((column, i) => found[i]!.has(text) || !sample.filled(column).includes(text)),
  )
}

function namingOf(sample: Sample, labels: number[]): number | undefined {
  return labels.find((i) => wordsOf(sample.columns[i]!).some((word) => naming.has(word)))
}

function notesOf(table: Table, sample: Sample, mapping: Mapping): string[] {
  const notes = [...(table.beside?.notes ?? [])]
  const { time, labels, name, values } = mapping
  const keys = sample.keys([...time.columns, ...labels, ...(name === undefined ? [] : [name])])
  const repeats = repeatsOf(keys, sample.keys(values))
  const others = mapping.ignored.filter((i) => i < table.named).map((i) => table.columns[i]!)
  if (repeats > 0) {
    const way = others.length > 0 ? `; labels= with some of ${quoted(others)} may tell them apart` : ''
    notes.push(
      `Of the first ${sample.count} rows ${repeats} have the time of another of the same series, and the last counts${way}.`,
    )
  }
  if (table.columns.length > table.named) {
    const extra = table.columns.length - table.named
    notes.push(
      `Rows have ${extra} more field${extra === 1 ? '' : 's'} than the header names: they are not read, unless values= names them, such as ${quoted([table.columns.at(-1)!])}.`,
    )
  }
  if (mapping.tz === undefined && !time.zoned)
    notes.push('The times say no offset from UTC and are read as UTC; tz= says otherwise.')
  if (mapping.nulls.length > 0)
    notes.push(`Taken for missing values: ${mapping.nulls.join(', ')}; null= says otherwise.`)
  return notes
}

/** A mapping as the parameters that say it: sent back, they give the same. */
export function toParameters(table: Table, mapping: Mapping, said: Said): Record<string, string> {
  const names = (places: number[]) => writeList(places.map((place) => table.columns[place]!))
  const { delimiter, header, records } = table.found
  return {
    time: names(mapping.time.columns),
    time_format: mapping.time.format.text,
    ...(mapping.time.unit ? { unit: mapping.time.unit } : {}),
    ...(mapping.time.zoned && said.tz === undefined ? {} : { tz: mapping.tz ?? 'UTC' }),
    values: names(mapping.values),
    labels: names(mapping.labels),
    name: mapping.name === undefined ? '' : names([mapping.name]),
    prefix: mapping.prefix,
    decimal: mapping.decimal,
    null: writeList(mapping.nulls),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === '\t' ? 'tab' : delimiter }),
    ...(header === undefined ? {} : { header: String(header) }),
    ...(records === undefined ? {} : { records }),
  }
}
