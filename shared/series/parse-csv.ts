import { scanNumber } from '../text/read-numbers.ts'
import { lineText, wholeLines } from './body-lines.ts'
import type { PointReader } from './parse.ts'
import { clip, show } from './show.ts'

const newline = 10
const carriageReturn = 13
const comma = 44

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

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
  let columns: Columns | undefined
  let line = 1
  for await (const bytes of wholeLines(body)) {
    for (let at = 0; at < bytes.length; line++) {
      const next = columns ? quickLine(bytes, at, columns, reader) : -1
      if (next >= 0) {
        at = next
        continue
      }
      const text = lineText(bytes, at, line)
      at = bytes.indexOf(newline, at) + 1
      if (text.trim() === '') continue
      const fields = csvFields(text)
      if (!columns) {
        const header = readHeader(fields, line, text, reader)
        if (!header) return
        columns = header.columns
        if (header.named) continue
      }
      readFields(fields, line, text, columns, reader)
    }
  }
  if (!columns) reader.fault({ line: 1 }, 'the body is empty')
}

/** Reads a line of two plain fields; gives where the next line begins, or −1 for any other. */
function quickLine(bytes: Buffer, start: number, columns: Columns, reader: PointReader): number {
  const place = reader.room()
  const { times, timestamps, values } = reader
  let at = start
  if (columns.timestamp === 0) {
    at = times.scan(bytes, at, bytes.length, timestamps, place)
    if (at < 0 || bytes[at] !== comma) return -1
    at = scanNumber(bytes, at + 1, bytes.length, number, values, place)
  } else {
    at = scanNumber(bytes, at, bytes.length, number, values, place)
    if (bytes[at] !== comma) return -1
    at = times.scan(bytes, at + 1, bytes.length, timestamps, place)
    if (at < 0) return -1
  }
  if (Number.isNaN(values[place])) return -1
  if (bytes[at] === carriageReturn) at++
  if (bytes[at] !== newline) return -1
  reader.take(1)
  return at + 1
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
      `the columns ${others.map(show).join(', ')} are not known here; points have 'timestamp' and 'value'`,
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
      `the header must name 'timestamp' and 'value'; it names ${fields.map(show).join(', ')}`,
    )
    return undefined
  }
  return { columns, named }
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
