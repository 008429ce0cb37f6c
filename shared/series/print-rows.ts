import { Held } from './held.ts'
import { RowPrinter } from './row-printer.ts'
import type { Rows } from './rows.ts'

export interface RowsForm {
  /** The names of the columns behind `timestamp`. */
  names: string[]
  /** Times as integer Unix milliseconds instead of RFC 3339. */
  epoch: boolean
}

const quoteOf = (epoch: boolean) => (epoch ? '' : '"')

/** `{"timestamp":…,"mean":…}`, a comma between two rows; `members` stands before the timestamp, as `"series":"a",`. A missing value is null. */
export function jsonRows({ names, epoch }: RowsForm, members = ''): RowPrinter {
  return objects({ names, epoch }, members, true)
}

/** The same, a row a line. */
export function ndjsonRows({ names, epoch }: RowsForm, members = ''): RowPrinter {
  return objects({ names, epoch }, members, false)
}

function objects({ names, epoch }: RowsForm, members: string, separated: boolean): RowPrinter {
  const quote = quoteOf(epoch)
  return new RowPrinter({
    separated,
    beforeTime: `{${members}"timestamp":${quote}`,
    before: names.map((name, i) => `${i === 0 ? quote : ''},${JSON.stringify(name)}:`),
    after: separated ? '}' : '}\n',
    missing: 'null',
    epoch,
  })
}

/** `…,mean,…`, a row a line; `fields` stands before the timestamp, as `a,`. A missing value is empty. */
export function csvRows({ names, epoch }: RowsForm, fields = ''): RowPrinter {
  return new RowPrinter({
    separated: false,
    beforeTime: fields,
    before: names.map(() => ','),
    after: '\n',
    missing: '',
    epoch,
  })
}

/** The times of rows, as a list. */
export function times(epoch: boolean): RowPrinter {
  const quote = quoteOf(epoch)
  return new RowPrinter({ separated: true, beforeTime: quote, before: [], after: quote, missing: '', epoch })
}

/** The figures of one column, as a list. */
export function figures(): RowPrinter {
  return new RowPrinter({ separated: true, before: [''], after: '', missing: 'null', epoch: false })
}

/** The header of a CSV: `before` are the names of what stands before the timestamp. */
export function csvHeader(names: string[], before: string[] = []): string {
  return `${[...before, 'timestamp', ...names].map(csvField).join(',')}\n`
}

/** A text as a field of a CSV, by RFC 4180. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** The text of rows that come in parts. */
export async function* printRows(parts: AsyncIterable<Rows>, printer: RowPrinter): AsyncGenerator<string> {
  for await (const part of parts) yield* printer.print(part)
}

/** `"timestamps":[…],"mean":[…]` of rows that `source` gives, the same each time. */
export async function* printColumns(source: () => AsyncIterable<Rows>, form: RowsForm): AsyncGenerator<string> {
  const held = new Held<Rows>()
  async function* noted(): AsyncGenerator<Rows> {
    for await (const part of source()) yield held.hold(part, part.timestamps.length * (form.names.length + 1))
  }
  yield '"timestamps":['
  yield* printRows(noted(), times(form.epoch))
  for (const [i, name] of form.names.entries()) {
    yield `],${JSON.stringify(name === 'value' ? 'values' : name)}:[`
    yield* printRows(column(held.parts ?? source(), i), figures())
  }
  yield ']'
}

async function* column(parts: AsyncIterable<Rows> | Rows[], i: number): AsyncGenerator<Rows> {
  for await (const { timestamps, columns } of parts) yield { timestamps, columns: [columns[i]!] }
}
