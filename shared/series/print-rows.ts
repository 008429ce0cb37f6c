import { formatTime } from '../time.ts'
import { jsonTime, numberText } from './print.ts'
import type { Rows } from './rows.ts'

export interface RowsForm {
  /** The names of the columns behind `timestamp`. */
  names: string[]
  /** Times as integer Unix milliseconds instead of RFC 3339. */
  epoch: boolean
}

const jsonNumber = (value: number) => (Number.isNaN(value) ? 'null' : numberText(value))

/** Rows as texts: one text for each row, to be joined by what stands between rows. */
type PrintRows = (rows: Rows) => string[]

/** `{"timestamp":…,"mean":…}` a row; `members` stands before the timestamp, as `"series":"a",`. A missing value is null. */
export function jsonRows({ names, epoch }: RowsForm, members = ''): PrintRows {
  const keys = names.map((name) => `,${JSON.stringify(name)}:`)
  return ({ timestamps, columns }) =>
    Array.from(timestamps, (time, row) => {
      let text = `{${members}"timestamp":${jsonTime(time, epoch)}`
      for (let i = 0; i < keys.length; i++) text += keys[i]! + jsonNumber(columns[i]![row]!)
      return `${text}}`
    })
}

/** `…,mean,…` a row; `fields` stands before the timestamp, as `a,`. A missing value is empty. */
export function csvRows({ names, epoch }: RowsForm, fields = ''): PrintRows {
  return ({ timestamps, columns }) =>
    Array.from(timestamps, (time, row) => {
      let text = fields + (epoch ? time : formatTime(time))
      for (let i = 0; i < names.length; i++) {
        const value = columns[i]![row]!
        text += Number.isNaN(value) ? ',' : `,${numberText(value)}`
      }
      return text
    })
}

/** The header of a CSV: `before` are the names of what stands before the timestamp. */
export function csvHeader(names: string[], before: string[] = []): string {
  return `${[...before, 'timestamp', ...names].map(csvField).join(',')}\n`
}

/** A text as a field of a CSV, by RFC 4180. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The texts of rows that come in parts, one for each part; `separator` between two rows, or behind each with `ending`. */
export async function* joinRows(
  parts: AsyncIterable<Rows>,
  print: PrintRows,
  separator: string,
  ending = false,
): AsyncGenerator<string> {
  let first = true
  for await (const part of parts) {
    if (part.timestamps.length === 0) continue
    const text = print(part).join(separator)
    yield ending ? text + separator : first ? text : separator + text
    first = false
  }
}

/** Numbers that a table of columns may hold in memory: 8 MB. Of a longer one the rows are made again for each column. */
const maxHeld = 1_000_000

/** `"timestamps":[…],"mean":[…]` of rows that `source` gives, the same each time. */
export async function* printColumns(source: () => AsyncIterable<Rows>, form: RowsForm): AsyncGenerator<string> {
  const { names, epoch } = form
  let held: Rows[] | undefined = []
  let count = 0
  async function* noted(): AsyncGenerator<Rows> {
    for await (const part of source()) {
      count += part.timestamps.length * (names.length + 1)
      if (count > maxHeld) held = undefined
      held?.push(part)
      yield part
    }
  }
  yield '"timestamps":['
  yield* joinRows(noted(), ({ timestamps }) => Array.from(timestamps, (time) => jsonTime(time, epoch)), ',')
  for (const [i, name] of names.entries()) {
    yield `],${JSON.stringify(name === 'value' ? 'values' : name)}:[`
    yield* joinRows(again(held, source), ({ columns }) => Array.from(columns[i]!, jsonNumber), ',')
  }
  yield ']'
}

async function* again(held: Rows[] | undefined, source: () => AsyncIterable<Rows>): AsyncGenerator<Rows> {
  if (held) yield* held
  else yield* source()
}
