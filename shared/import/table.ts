/** One row of a data set, whatever its form: a text for each column, '' where it has none. */
export interface SourceRow {
  /** In CSV and NDJSON the line it ends in, from 1. */
  line?: number
  /** In JSON where its record is. */
  pointer?: string
  /** In JSON of lists side by side: where a column has the row's value. */
  pointerTo?(column: string): string
  readonly cells: string[]
}

/** Rows that were found together. */
export interface RowBatch {
  /** The next row, good until the one behind it is asked for; undefined when there is none. */
  next(): SourceRow | undefined
}

/** Rows of a list as a batch. */
export class RowList implements RowBatch {
  #at = 0
  readonly #rows: readonly SourceRow[]

  constructor(rows: readonly SourceRow[]) {
    this.#rows = rows
  }

  next(): SourceRow | undefined {
    return this.#rows[this.#at++]
  }
}

export type TableForm = 'csv' | 'json' | 'ndjson'

/** A data set as a table: the names of its columns, its first rows, and a way to read all of it once. */
export interface Table {
  form: TableForm
  /** Each name once; a column without one is called 'column 3'. */
  columns: string[]
  /** How many columns have a name of their own: those behind are more than the header names. */
  named: number
  sample: SourceRow[]
  /** Whether the sample is all there is. */
  whole: boolean
  /** All rows, some at a time. */
  rows(): AsyncGenerator<RowBatch>
  /** How the table was found, as the parameters that say so. */
  found: { delimiter?: string; header?: number; records?: string }
  /** What the document says beside its rows: units by column, the zone of its times, and what a caller should know. */
  beside?: { units: (string | undefined)[]; tz?: string; notes: string[] }
}

/** Most rows that inference looks at. */
export const sampleRows = 20_000

/** Names as a table needs them: without space around, none empty, each once. */
export function uniqueNames(names: string[], count = names.length): string[] {
  const seen = new Set<string>()
  return Array.from({ length: count }, (_, i) => {
    const name = names[i]?.trim().replace(/\s+/g, ' ') || `column ${i + 1}`
    let unique = name
    for (let n = 2; seen.has(unique); n++) unique = `${name} (${n})`
    seen.add(unique)
    return unique
  })
}

/** Texts that stand for a missing value, in lower case. */
const missing = new Set(
  [
    '',
    'na',
    'n/a',
    '#n/a',
    '<na>',
    'nan',
    'null',
    '(null)',
    'none',
    'nil',
    'missing',
    'nd',
    '-',
    '--',
    '---',
    '.',
    '..',
  ].concat(['...', '…', ':', '?', '*', 'n.a.', '\\n', 'k.a.']),
)

export function isMissing(text: string): boolean {
  return text === '' || (text.length <= 7 && missing.has(text.toLowerCase()))
}
