import { Readable } from 'node:stream'
import { CsvError, type Info, type Options, parse } from 'csv-parse'
import { slices, type TextSource } from './bytes.ts'
import { CsvScanner } from './csv-rows.ts'
import { clip, ImportFault, quoted } from './faults.ts'
import { findHeader, isHeader } from './header.ts'
import { type RowBatch, RowList, type SourceRow, sampleRows, type Table, uniqueNames } from './table.ts'

/** Longest record, in bytes: a quote that is never closed would else take in the rest of the file. */
const maxRecord = 1_000_000

/** Rows that are handed on together. */
const batch = 500

const delimiters = [',', ';', '\t', '|']
const delimiterNames: Record<string, string> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|', space: ' ' }

/** Opens CSV with a header or without one; what is not said is inferred. Throws ImportFault. */
export async function openCsv(text: TextSource, said: { delimiter?: string; header?: number }): Promise<Table> {
  const start = Buffer.from(text.start)
  const delimiter = readDelimiter(said.delimiter) ?? (await inferDelimiter(start, text.whole))
  const sample = await sampleOf(start, text.whole, delimiter, sampleRows)
  if (sample.length === 0) throw new ImportFault({ line: 1, detail: 'the file has no rows' })
  const width = usualWidth(sample)
  const header = said.header ?? findHeader(sample, width)
  const names = header === 0 ? [] : sample.find(({ line }) => line === header)?.cells
  if (names === undefined) {
    throw new ImportFault({
      parameter: 'header',
      detail: `line ${header} holds no row among the first ${sample.length}; header= is the number of the line that names the columns, 0 for none`,
    })
  }
  const columns = uniqueNames(names, Math.max(width, names.length))
  if (columns.length === 1) refuseOneColumn(sample, delimiter)
  if (text.whole) refuseHeaderAlone(sample, header)
  async function* rows() {
    for await (const rows of parseCsv(text.bytes(), delimiter)) yield below(rows, header)
  }
  return {
    form: 'csv',
    columns,
    named: header === 0 ? columns.length : names.length,
    sample: sample.filter(({ line }) => line! > header),
    whole: text.whole && sample.length < sampleRows,
    rows,
    found: { delimiter, header },
  }
}

function below(rows: RowBatch, header: number): RowBatch {
  return {
    next() {
      let row = rows.next()
      while (row && row.line! <= header) row = rows.next()
      return row
    },
  }
}

function readDelimiter(said: string | undefined): string | undefined {
  if (said === undefined) return undefined
  const delimiter = delimiterNames[said.toLowerCase()] ?? said.replace('\\t', '\t')
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter
  throw new ImportFault({
    parameter: 'delimiter',
    detail: `'${clip(said)}' is no delimiter; give one character, or tab, comma, semicolon, pipe or space`,
  })
}

/** The delimiter by which most rows of the beginning have the same number of fields, and more than one. */
async function inferDelimiter(start: Buffer, whole: boolean): Promise<string> {
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of delimiters) {
    const rows = await sampleOf(start, whole, delimiter, 200)
    const width = usualWidth(rows)
    if (rows.length === 0) continue
    const alike = rows.filter(({ cells }) => cells.length === width).length / rows.length
    const score = width > 1 ? alike * (1 + Math.log(width) / 10) : 0
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** The first rows of a beginning; it may be all there is. */
async function sampleOf(beginning: Buffer, all: boolean, delimiter: string, most: number): Promise<SourceRow[]> {
  const sample: SourceRow[] = []
  const start = most < sampleRows ? beginning.subarray(0, 131_072) : beginning
  const whole = all && start.length === beginning.length
  try {
    for await (const rows of parseCsv(slices(start), delimiter)) {
      for (let row = rows.next(); row; row = rows.next()) {
        sample.push({ line: row.line!, cells: row.cells })
        if (sample.length === most) return sample
      }
    }
  } catch (error) {
    // The beginning may end within quotes.
    // With another delimiter than its own a file may look broken.
    if ((whole && most === sampleRows) || !(error instanceof ImportFault)) throw error
    return sample
  }
  if (!whole) sample.pop() // it may be cut
  return sample
}

/**
 * The rows of CSV, some at a time. Blank lines, rows of nothing but delimiters
 * and lines that begin with # are left out. Plain CSV takes the quick way; from the first record on that is odd, such as
 * one whose quotes do not match, the library reads.
 */
export async function* parseCsv(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  delimiter: string,
): AsyncGenerator<RowBatch> {
  const scanner = new CsvScanner(delimiter)
  const pieces = (async function* () {
    yield* chunks
  })()
  // A delimiter that is also the space around cells, or has several bytes.
  scanner.odd = delimiter === ' ' || delimiter > '\x7f'
  while (!scanner.odd) {
    const next = await pieces.next()
    scanner.feed(next.value ?? nothing, next.done === true)
    yield scanner
    if (next.done) {
      if (!scanner.odd) return
      break
    }
    if (scanner.rest.length > maxRecord) break
  }
  const left = (async function* () {
    yield scanner.rest
    yield* pieces
  })()
  yield* parseOddCsv(left, delimiter, scanner.line === 0 ? {} : { above: scanner.line, ends: lineEnds })
}

const nothing = Buffer.alloc(0)
const comment = /^\s*[#%]/

/** What ends a line for the scanner. */
export const lineEnds = ['\r\n', '\n']

/** The same by the library; `above` lines were read before. It finds out what ends a line, unless it is told. */
export async function* parseOddCsv(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  delimiter: string,
  { above = 0, ends = [] }: { above?: number; ends?: string[] } = {},
): AsyncGenerator<RowBatch> {
  const options: Options = {
    delimiter,
    bom: true,
    info: true,
    record_delimiter: ends,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Not rtrim: with it a quote within a field is refused.
    ltrim: delimiter !== '\t',
    max_record_size: maxRecord,
  }
  const parser = parse(options)
  const source = Readable.from(chunks)
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let rows: SourceRow[] = []
  let last = 0
  let taken = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      last = info.lines
      taken++
      for (const [i, cell] of record.entries()) if (cell.endsWith(' ')) record[i] = cell.trimEnd()
      if (comment.test(record[0]!) || record.every((cell) => cell === '')) continue
      rows.push({ line: above + info.lines, cells: record })
      if (rows.length < batch) continue
      yield new RowList(rows)
      rows = []
    }
    if (rows.length > 0) yield new RowList(rows)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    if (rows.length > 0) yield new RowList(rows)
    // Records that were parsed and not yet taken are lost with the fault: each of them is taken for a line.
    throw new ImportFault({ line: above + last + (error.records as number) - taken + 1, detail: csvFault(error) })
  } finally {
    source.destroy()
    parser.destroy()
  }
}

function csvFault(error: CsvError): string {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE')
    return `a record that begins here does not end within ${maxRecord} bytes or before the file does: a quote is opened and not closed, or it is no CSV`
  return `it can't be read as CSV: ${error.message}`
}

/** The number of fields that most rows have. */
function usualWidth(rows: SourceRow[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0]
}

function refuseHeaderAlone(sample: SourceRow[], header: number): void {
  const [first] = sample
  const alone = header === 0 ? sample.length === 1 && isHeader(first!.cells) : sample.at(-1)!.line === header
  if (!alone) return
  const { line, cells } = sample.at(-1)!
  throw new ImportFault({ line: line!, detail: `the file names its columns (${quoted(cells)}), and no row follows` })
}

function refuseOneColumn(sample: SourceRow[], delimiter: string): never {
  const [first] = sample
  throw new ImportFault({
    parameter: 'delimiter',
    line: first!.line!,
    detail: `the file has one column only ('${clip(first!.cells[0] ?? '')}'), and a point needs a time and a value; if another character than '${delimiter === '\t' ? 'tab' : delimiter}' separates the fields, say it by delimiter=`,
  })
}
