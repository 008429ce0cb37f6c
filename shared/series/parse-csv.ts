import { scanNumber } from '../text/read-numbers.ts'
import { clip, show } from '../text/show.ts'
import { lineText, wholeLines } from './body-lines.ts'
import type { PointReader } from './parse.ts'

const newline = 10
const carriageReturn = 13
const comma = 44

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Bytes that no line of two fields has; what takes a line apart can't take any length. */
const longestLine = 1_048_576

/** Where the fields of a line stand. */
interface Columns {
  timestamp: number
  value: number
  count: number
}

/**
 * Reads CSV with the columns `timestamp` and `value`, by a header or in this order. A plain line is read where it stands
 * among the bytes; any other, right or wrong, becomes a text and is taken apart.
 */
export async function readCsv(body: AsyncIterable<Buffer>, reader: PointReader): Promise<void> {
  const lines = new CsvLines(reader)
  for await (const bytes of wholeLines(body)) if (!lines.read(bytes)) return
  if (!lines.columns) reader.fault({ line: 1 }, 'the body is empty')
}

class CsvLines {
  readonly #reader: PointReader
  /** Known from the first line that is not blank. */
  columns: Columns | undefined
  #line = 1

  constructor(reader: PointReader) {
    this.#reader = reader
  }

  /** Reads a stretch of lines; false when no more are to be read. */
  read(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.columns) at = this.#quickLines(bytes, at, this.columns)
      if (at === bytes.length) break
      const next = bytes.indexOf(newline, at) + 1
      if (next - at > longestLine) {
        this.#reader.fault(
          { line: this.#line },
          `the line has more than ${longestLine} bytes; a point takes some dozen`,
        )
        return false
      }
      if (!this.#readText(lineText(bytes, at, this.#line))) return false
      this.#line++
      at = next
    }
    return true
  }

  /** Reads lines of two plain fields; gives where the first other line begins. */
  #quickLines(bytes: Buffer, start: number, columns: Columns): number {
    const reader = this.#reader
    const { times } = reader
    const timeFirst = columns.timestamp === 0
    const end = bytes.length
    const first = reader.room()
    let { timestamps, values } = reader
    let place = first
    let line = start
    while (line < end) {
      if (place === timestamps.length) {
        reader.room(place)
        timestamps = reader.timestamps
        values = reader.values
      }
      let at = timeFirst
        ? times.scan(bytes, line, end, timestamps, place)
        : scanNumber(bytes, line, end, number, values, place)
      if (at < 0 || bytes[at] !== comma) break
      at = timeFirst
        ? scanNumber(bytes, at + 1, end, number, values, place)
        : times.scan(bytes, at + 1, end, timestamps, place)
      if (at < 0 || Number.isNaN(values[place])) break
      if (bytes[at] === carriageReturn) at++
      if (bytes[at] !== newline) break
      line = at + 1
      place++
    }
    reader.take(place - first)
    this.#line += place - first
    return line
  }

  #readText(text: string): boolean {
    if (text.trim() === '') return true
    const fields = csvFields(text)
    if (!this.columns) {
      const header = readHeader(fields, this.#line, text, this.#reader)
      if (!header) return false
      this.columns = header.columns
      if (header.named) return true
    }
    readFields(fields, this.#line, text, this.columns, this.#reader)
    return true
  }
}

/** What the first line tells: whether it names the columns. Undefined when it can be neither names nor a point. */
function readHeader(
  fields: string[],
  line: number,
  text: string,
  reader: PointReader,
): { columns: Columns; named: boolean } | undefined {
  const names = fields.map((field) => field.toLowerCase())
  const [timestamp, value] = [names.indexOf('timestamp'), names.indexOf('value')]
  const named = timestamp >= 0 && value >= 0
  const columns = named ? { timestamp, value, count: fields.length } : { timestamp: 0, value: 1, count: 2 }
  if (columns.count > 2) {
    const others = fields.filter((_, i) => i !== timestamp && i !== value)
    reader.fault(
      { line, column: clip(others[0]!), text: clip(text) },
      `the columns ${someOf(others)} are not known here; points have 'timestamp' and 'value'`,
    )
    return undefined
  }
  reader.columns = named
    ? { timestamp: fields[timestamp]!, value: fields[value]! }
    : { timestamp: 'timestamp', value: 'value' }
  if (!named && fields.some((field) => /^[A-Za-z_]+$/.test(field)) && !number.test(fields[1] ?? '')) {
    const column = timestamp < 0 ? 'timestamp' : 'value'
    reader.fault(
      { line, column, text: clip(text) },
      `the header must name 'timestamp' and 'value'; it names ${someOf(fields)}`,
    )
    return undefined
  }
  return { columns, named }
}

/** Names of columns that are said of a header. */
const mostNamed = 10

function someOf(names: string[]): string {
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''
  return names.slice(0, mostNamed).map(show).join(', ') + more
}

function readFields(fields: string[], line: number, text: string, columns: Columns, reader: PointReader): void {
  if (fields.length !== columns.count) {
    const { timestamp, value } = reader.columns!
    const names = columns.timestamp < columns.value ? [timestamp, value] : [value, timestamp]
    // The first that is missing, or that is too many.
    const column = names[fields.length] ?? 'column 3'
    reader.fault(
      { line, column, text: clip(text) },
      `${show(text)} has ${fields.length} field${fields.length === 1 ? '' : 's'}; ${columns.count} were expected: ${names.join()}`,
    )
    return
  }
  const value = fields[columns.value]!
  const parsed = number.test(value) && Number.isFinite(Number(value)) ? Number(value) : value
  reader.add(reader.time(fields[columns.timestamp], { line }), reader.value(parsed, { line }))
}

/** The fields of a line; a comma in quotes is part of a field, and two quotes are one. */
function csvFields(text: string): string[] {
  if (!text.includes('"')) return text.split(',').map((field) => field.trim())
  const fields = text.match(/(?:"(?:[^"]|"")*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? []
  return fields.map((field) => field.trim().replace(/^"(.*)"$/s, (_, quoted: string) => quoted.replaceAll('""', '"')))
}
