import { JsonError, parseJsonText } from '../json.ts'
import type { TextSource } from './bytes.ts'
import { clip, ImportFault } from './faults.ts'
import { Columns } from './records.ts'
import { RowList, type SourceRow, sampleRows, type Table } from './table.ts'

const maxLine = 16_777_216

/** Opens NDJSON, a record a line. Throws ImportFault where the beginning is none. */
export async function openNdjson(text: TextSource): Promise<Table> {
  const columns = new Columns()
  const sample: [number, object][] = []
  // The last line of a beginning may be cut.
  const start = text.whole ? text.start : text.start.slice(0, text.start.lastIndexOf('\n') + 1)
  for await (const lines of linesOf([start])) {
    for (const [line, content] of lines.slice(0, sampleRows)) {
      const record = recordOf(line, content)
      columns.learn(record)
      sample.push([line, record])
    }
  }
  if (sample.length === 0) throw new ImportFault({ line: 1, detail: 'the file has no records' })
  const row = (line: number, record: object): SourceRow => ({ line, cells: columns.cells(record) })
  async function* rows() {
    for await (const lines of linesOf(text.chunks())) {
      yield new RowList(lines.map(([line, content]) => row(line, recordOf(line, content))))
    }
  }
  return {
    form: 'ndjson',
    columns: columns.names,
    named: columns.names.length,
    sample: sample.map(([line, record]) => row(line, record)),
    whole: text.whole && sample.length < sampleRows,
    rows,
    found: {},
  }
}

function recordOf(line: number, content: string): object {
  try {
    const value = parseJsonText(content)
    if (typeof value === 'object' && value !== null) return value
    throw new ImportFault({ line, detail: `'${clip(content)}' is no record; an object was expected: {"date": …}` })
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new ImportFault({ line, detail: `'${clip(content)}' is ${error.message}` })
  }
}

/** The lines that are not blank, with their numbers from 1, as many as each chunk ends. */
async function* linesOf(chunks: AsyncIterable<string> | string[]): AsyncGenerator<[number, string][]> {
  let number = 1
  let rest = ''
  const numbered = (parts: string[]) =>
    parts.map((part) => [number++, part] as [number, string]).filter(([, part]) => part.trim() !== '')
  for await (const chunk of chunks) {
    const parts = chunk.split('\n')
    parts[0] = rest + parts[0]!
    rest = parts.pop()!
    if (rest.length > maxLine)
      throw new ImportFault({ line: number, detail: `the line has over ${maxLine} characters` })
    yield numbered(parts)
  }
  yield numbered([rest])
}
