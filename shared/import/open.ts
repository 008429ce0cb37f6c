import type { TextSource } from './bytes.ts'
import { openCsv } from './csv.ts'
import { openJson } from './json.ts'
import { openNdjson } from './ndjson.ts'
import type { Said } from './said.ts'
import type { Table, TableForm } from './table.ts'

/** Opens a data set of the form that is said, or of the one that its beginning shows. Throws ImportFault. */
export async function openTable(text: TextSource, form: TableForm | undefined, said: Said): Promise<Table> {
  const found = form ?? sniffTable(text.start)
  if (found === 'json') return openJson(text, said)
  return found === 'ndjson' ? openNdjson(text) : openCsv(text, said)
}

/** JSON begins with a bracket; NDJSON has a second object in the line below the first. */
function sniffTable(start: string): TableForm {
  const text = start.replace(/^\uFEFF/, '').trimStart()
  if (/^[[{][^\n]*[\]}]\s*?\r?\n\s*[[{]/.test(text) && isJsonLine(text)) return 'ndjson'
  return text.startsWith('[') || text.startsWith('{') ? 'json' : 'csv'
}

function isJsonLine(text: string): boolean {
  try {
    JSON.parse(text.slice(0, text.indexOf('\n')))
    return true
  } catch {
    return false
  }
}
