import type { PointReader } from './parse.ts'
import { clip, show } from './show.ts'

const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Reads CSV with the columns `timestamp` and `value`, by a header or in this order. */
export async function readCsv(lines: AsyncIterable<[number, string]>, reader: PointReader): Promise<void> {
  let columns: { timestamp: number; value: number; count: number } | undefined
  for await (const [line, text] of lines) {
    if (text.trim() === '') continue
    const fields = csvFields(text)
    if (!columns) {
      const names = fields.map((field) => field.toLowerCase())
      const [timestamp, value] = [names.indexOf('timestamp'), names.indexOf('value')]
      columns =
        timestamp >= 0 && value >= 0 ? { timestamp, value, count: fields.length } : { timestamp: 0, value: 1, count: 2 }
      if (columns.count > 2) {
        const others = fields.filter((_, i) => i !== timestamp && i !== value)
        reader.fault(
          { line, column: clip(others[0]!), text: clip(text) },
          `the columns ${others.map(show).join(', ')} are not known here; points have 'timestamp' and 'value'`,
        )
        return
      }
      reader.columns = { timestamp: 'timestamp', value: 'value' }
      if (timestamp >= 0 && value >= 0) {
        reader.columns = { timestamp: fields[timestamp]!, value: fields[value]! }
        continue
      }
      if (fields.some((field) => /^[A-Za-z_]+$/.test(field)) && !number.test(fields[1] ?? '')) {
        const column = timestamp < 0 ? 'timestamp' : 'value'
        reader.fault(
          { line, column, text: clip(text) },
          `the header must name 'timestamp' and 'value'; it names ${fields.map(show).join(', ')}`,
        )
        return
      }
    }
    if (fields.length !== columns.count) {
      const { timestamp, value } = reader.columns!
      const names = columns.timestamp < columns.value ? [timestamp, value] : [value, timestamp]
      // The first that is missing, or that is too many.
      const column = names[fields.length] ?? 'column 3'
      reader.fault(
        { line, column, text: clip(text) },
        `${show(text)} has ${fields.length} field${fields.length === 1 ? '' : 's'}; ${columns.count} were expected: ${names.join()}`,
      )
      continue
    }
    const value = fields[columns.value]!
    const parsed = number.test(value) && Number.isFinite(Number(value)) ? Number(value) : value
    reader.add(reader.time(fields[columns.timestamp], { line }), reader.value(parsed, { line }))
  }
  if (!columns) reader.fault({ line: 1 }, 'the body is empty')
}

/** The fields of a line; a comma in quotes is part of a field, and two quotes are one. */
function csvFields(text: string): string[] {
  if (!text.includes('"')) return text.split(',').map((field) => field.trim())
  const fields = text.match(/(?:"(?:[^"]|"")*"|[^,"])+|(?<=,|^)(?=,|$)/g) ?? []
  return fields.map((field) => field.trim().replace(/^"(.*)"$/s, (_, quoted: string) => quoted.replaceAll('""', '"')))
}
