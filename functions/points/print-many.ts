import {
  csvHeader,
  csvRows,
  jsonRows,
  ndjsonRows,
  printColumns,
  printRows,
  type RowsForm,
} from '../../shared/series/print-rows.ts'
import type { Rows } from '../../shared/series/rows.ts'

/** A series or a group in an answer. */
export interface Entry {
  /** The member that says which, as `"series":"a"`. */
  json: string
  /** The fields that say which. */
  csv: string[]
  /** Reads it; what that gives makes the same rows at each call, whatever becomes of the series. */
  open(): Promise<() => AsyncIterable<Rows>>
}

export interface ManyForm extends RowsForm {
  shape: string
  /** Labels that groups are told by; without them it is the name of the series. */
  labels: string[] | undefined
}

/** Series after series, as JSON, NDJSON or CSV; of each, rows as they come. */
export async function* printMany(
  format: string,
  entries: Entry[],
  form: ManyForm,
  next: string | undefined,
): AsyncGenerator<string> {
  if (format === 'csv') {
    yield csvHeader(form.names, form.labels ?? ['series'])
    for (const { csv, open } of entries) {
      const rows = await open()
      yield* printRows(rows(), csvRows(form, csv.map((field) => `${field},`).join('')))
    }
  } else if (format === 'ndjson') {
    for (const { json, open } of entries) {
      const rows = await open()
      yield* printRows(rows(), ndjsonRows(form, `${json},`))
    }
  } else yield* printJson(entries, form, next)
}

async function* printJson(entries: Entry[], form: ManyForm, next: string | undefined): AsyncGenerator<string> {
  yield '{"series":['
  for (const [i, { json, open }] of entries.entries()) {
    const rows = await open()
    yield `${i === 0 ? '' : ','}{${json},`
    if (form.shape === 'columns') yield* printColumns(rows, form)
    else {
      yield '"points":['
      yield* printRows(rows(), jsonRows(form))
      yield ']'
    }
    yield '}'
  }
  yield `],"next":${JSON.stringify(next ?? null)}}\n`
}
