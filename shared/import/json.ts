import { JSONParser } from '@streamparser/json'
import { JsonError, parseJsonText } from '../json.ts'
import type { TextSource } from './bytes.ts'
import { ImportFault } from './faults.ts'
import { openColumns } from './json-columns.ts'
import { Columns, itemPointer } from './records.ts'
import { RowList, type SourceRow, sampleRows, type Table } from './table.ts'

/** Most characters that one record may have. */
const maxRecord = 16_777_216

/** Opens a JSON document that holds a list of records somewhere. Throws ImportFault. */
export async function openJson(text: TextSource, said: { records?: string }): Promise<Table> {
  const outline = readOutline(text)
  const lists = outline.lists()
  if (said.records === undefined ? lists.length === 0 : !outline.has(said.records)) {
    const table = await openColumns(text, said.records)
    if (table) return table
    throw said.records === undefined ? noRecords() : notThere(said.records, lists)
  }
  const records = said.records ?? outline.longest()!
  const names = outline.columnNames.find((names) => names.length > 0)
  const columns = new Columns()
  const sample: unknown[] = []
  for (const record of new RecordReader(records).readStart(text)) {
    if (sample.length === sampleRows) break
    if (isRecord(record)) columns.learn(record)
    sample.push(record)
  }
  if (sample.length === 0) throw notThere(records, lists)
  const header = Array.isArray(sample[0]) ? headerOf(sample, names) : undefined
  const row = (record: unknown, index: number): SourceRow | undefined => {
    if (header?.inFirst && index === 0) return undefined
    const pointer = itemPointer(records, index)
    return { pointer, cells: isRecord(record) ? columns.cells(record) : [] }
  }
  async function* rows() {
    const reader = new RecordReader(records!)
    let index = 0
    for await (const chunk of text.chunks()) {
      const found = reader.read(chunk).map((record) => row(record, index++))
      yield new RowList(found.filter((row) => row !== undefined))
    }
    reader.end()
  }
  const named = columns.names.map((name, i) => header?.names[i] ?? name)
  return {
    form: 'json',
    columns: named,
    named: named.length,
    sample: sample.map(row).filter((row) => row !== undefined),
    whole: text.whole && sample.length < sampleRows,
    rows,
    found: { records },
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Names for records that are lists: what the document says beside them, or the first of them. */
function headerOf(sample: unknown[], said: string[] | undefined): { names: string[]; inFirst: boolean } | undefined {
  const first = sample[0] as unknown[]
  if (said && said.length >= first.length) return { names: said, inFirst: false }
  const texts = first.every((cell) => typeof cell === 'string' && Number.isNaN(Number(cell)))
  return texts && sample.length > 1 ? { names: first as string[], inFirst: true } : undefined
}

/** The lists of records that the beginning of a document shows, and the names of columns that it tells. */
class Outline {
  readonly #counts = new Map<string, number>()
  readonly columnNames: string[][] = []

  add(path: string): void {
    this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1)
  }

  /** Of the lists with at least two records the outermost, then the longest. */
  longest(): string | undefined {
    return this.#ranked()[0]
  }

  has(path: string): boolean {
    return this.#counts.has(path)
  }

  lists(): string[] {
    return this.#ranked().slice(0, 5)
  }

  #ranked(): string[] {
    const depth = (path: string) => (path === '' ? 0 : path.split('.').length)
    const rank = ([path, count]: [string, number]) => (count >= 2 ? 0 : 1000) + depth(path)
    return [...this.#counts].sort((a, b) => rank(a) - rank(b) || b[1] - a[1]).map(([path]) => path)
  }
}

const namesOfColumns = new Set(['columns', 'fields', 'column_names'])

function readOutline(text: TextSource): Outline {
  const outline = new Outline()
  const parser = new JSONParser()
  let seen = 0
  parser.onValue = ({ value, key, parent, stack }) => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value) && namesOfColumns.has(String(key))) outline.columnNames.push(namesIn(value))
    if (!Array.isArray(parent) || (Array.isArray(value) && value.every(isRecord))) return
    // A long beginning shows no more than its first records do.
    if (++seen > 50_000) return
    const path = stack.slice(1).map((element) => element.key)
    outline.add(path.join('.'))
  }
  try {
    feed(parser, text.start, !text.whole)
  } catch (error) {
    throw (text.whole && placedFault(text.start)) || error
  }
  return outline
}

/** The names in a list of columns, as Socrata, pandas and others write it. */
function namesIn(columns: unknown[]): string[] {
  const names = columns.map((column) => {
    if (typeof column === 'string') return column
    const { fieldName, name, id } = (column ?? {}) as Record<string, unknown>
    return fieldName ?? name ?? id
  })
  return names.every((name) => typeof name === 'string') ? (names as string[]) : []
}

/** Takes the records of one list out of a document that comes in pieces; nothing else is kept. */
class RecordReader {
  readonly #parser: JSONParser
  #records: unknown[] = []
  #since = 0
  #count = 0

  constructor(path: string) {
    this.#parser = new JSONParser({ paths: [`$${path === '' ? '' : `.${path}`}.*`], keepStack: false })
    this.#parser.onValue = ({ value }) => {
      this.#records.push(value)
      this.#since = 0
      this.#count++
    }
  }

  readStart(text: TextSource): unknown[] {
    feed(this.#parser, text.start, !text.whole)
    return this.#take()
  }

  read(chunk: string): unknown[] {
    this.#since += chunk.length
    if (this.#since > maxRecord) {
      throw new ImportFault({
        parameter: 'records',
        detail: `for ${maxRecord} characters behind record ${this.#count} no other came; records= names the list that holds the records`,
      })
    }
    feed(this.#parser, chunk, true, () => ` behind record ${this.#count}`)
    return this.#take()
  }

  end(): void {
    if (!this.#parser.isEnded) throw notJson(`it ends in the middle, behind record ${this.#count}`)
  }

  #take(): unknown[] {
    const records = this.#records
    this.#records = []
    return records
  }
}

function feed(parser: JSONParser, text: string, more: boolean, where = () => ''): void {
  const bare = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  // What follows the document, an end of line say, is the parser's matter only when it is no space.
  if (parser.isEnded && bare.trim() === '') return
  let fault: Error | undefined
  parser.onError = (error) => {
    fault ??= error
  }
  parser.write(bare)
  if (fault) {
    const reason = fault.message.replace(/( at chunk position .*)? in state \w+\.?$|\.$/, '')
    throw notJson(reason.replace(/^Unexpected [A-Z_]+ \((.*)\)$/, 'Unexpected $1') + where())
  }
  if (!more && !parser.isEnded) throw notJson('it ends in the middle')
}

/** The fault of a whole document with its line. */
function placedFault(text: string): ImportFault | undefined {
  try {
    parseJsonText(text)
  } catch (error) {
    if (error instanceof JsonError) return notJson(error.message.replace(/^not JSON: /, ''), error.line)
  }
  return undefined
}

function notJson(reason: string, line?: number): ImportFault {
  return new ImportFault({
    ...(line === undefined ? {} : { line }),
    detail: `the file is not valid JSON: ${reason}. If it holds an object a line, send it as application/x-ndjson`,
  })
}

function notThere(records: string, lists: string[]): ImportFault {
  const others = lists.length > 0 ? `; lists of records are at ${lists.map((list) => `'${list}'`).join(', ')}` : ''
  return new ImportFault({ parameter: 'records', detail: `there are no records at '${records}'${others}` })
}

function noRecords(): ImportFault {
  return new ImportFault({
    parameter: 'records',
    detail:
      'the beginning of the document holds no list of records, such as [{"date": …, "value": …}] or {"data": [{…}]}, and no lists side by side, such as {"time": […], "value": […]}; records= names the list where it is deeper: records=result.items',
  })
}
