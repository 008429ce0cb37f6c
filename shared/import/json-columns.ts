import { JsonError, parseJsonText } from '../json.ts'
import { escapePointer } from '../validate.ts'
import type { TextSource } from './bytes.ts'
import { ImportFault, quoted } from './faults.ts'
import { RowList, type SourceRow, sampleRows, type Table } from './table.ts'

/** Most characters of a document of lists side by side: a row needs all of its lists, so it is read whole. */
const maxDocument = 67_108_864

/** How deep an object of lists may stand in a document. */
const deepest = 3

/** Rows that are handed on together. */
const batch = 1000

/** An object whose members are lists of one length. */
interface Lists {
  path: string[]
  names: string[]
  lists: unknown[][]
  length: number
  /** The object that it is a member of. */
  parent: Record<string, unknown> | undefined
}

/**
 * Opens a JSON document of lists side by side, a column each: `{"time": […], "temp": […]}`, by itself or as a member of
 * others. Units are taken from an object beside it, `hourly_units` beside `hourly`, or `units`. undefined when there are
 * none. Throws ImportFault.
 */
export async function openColumns(text: TextSource, records: string | undefined): Promise<Table | undefined> {
  const found = findLists(await parseWhole(text))
  const longest = [...found].sort((a, b) => b.length - a.length)[0]
  const chosen = records === undefined ? longest : found.find(({ path }) => path.join('.') === records)
  if (!chosen) return undefined
  const { path, names, lists, length, parent } = chosen
  const pointer = (name: string, index: number) =>
    [...path, name, String(index)].map((part) => `/${escapePointer(part)}`).join('')
  const rowAt = (index: number): SourceRow => ({
    pointer: pointer(names[0]!, index),
    pointerTo: (column) => pointer(column, index),
    cells: lists.map((list) => textOf(list[index])),
  })
  const rowsFrom = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => rowAt(start + i))
  async function* rows() {
    for (let at = 0; at < length; at += batch) yield new RowList(rowsFrom(at, Math.min(length, at + batch)))
  }
  const tz = zoneOf(parent)
  return {
    form: 'json',
    columns: names,
    named: names.length,
    sample: rowsFrom(0, Math.min(length, sampleRows)),
    whole: length <= sampleRows,
    rows,
    found: { records: path.join('.') },
    beside: {
      units: unitsOf(chosen),
      ...(tz === undefined ? {} : { tz }),
      notes: found.length > 1 && records === undefined ? [sayOthers(chosen, found)] : [],
    },
  }
}

async function parseWhole(text: TextSource): Promise<unknown> {
  const chunks: string[] = []
  let length = 0
  for await (const chunk of text.chunks()) {
    chunks.push(chunk)
    length += chunk.length
    if (length > maxDocument) {
      throw new ImportFault({
        parameter: 'records',
        detail: `for ${maxDocument} characters no list of records came, and lists side by side are read up to that size; send them in parts, or as records, CSV or NDJSON`,
      })
    }
  }
  try {
    return parseJsonText(chunks.join(''))
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new ImportFault({ line: error.line, detail: `the file is ${error.message}` })
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isColumn = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item !== 'object' || item === null)

/** Every object of a document that has lists side by side. */
function findLists(value: unknown, path: string[] = [], parent?: Record<string, unknown>): Lists[] {
  if (!isObject(value) || path.length > deepest) return []
  const columns = Object.entries(value).filter((entry): entry is [string, unknown[]] => isColumn(entry[1]))
  const own = columns.length > 1 ? [sideBySide(columns, path, parent ?? value)] : []
  return [...own, ...Object.entries(value).flatMap(([name, member]) => findLists(member, [...path, name], value))]
}

/** Lists of the length that most have; another that may belong to them is refused, a short one is not of them. */
function sideBySide(columns: [string, unknown[]][], path: string[], parent: Record<string, unknown>): Lists {
  const counts = new Map<number, number>()
  for (const [, { length }] of columns) counts.set(length, (counts.get(length) ?? 0) + 1)
  const [length] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))
  const alone = counts.get(length) === 1
  const odd = columns.find(([, list]) => list.length !== length && (alone || list.length > length / 2))
  if (odd) {
    const other = columns.find(([, list]) => list.length === length)!
    throw new ImportFault({
      pointer: [...path, odd[0]].map((part) => `/${escapePointer(part)}`).join(''),
      detail: `the list '${odd[0]}' has ${odd[1].length} items, and '${other[0]}' ${length}; lists side by side have one item for each row, null where a value is missing`,
    })
  }
  const those = columns.filter(([, list]) => list.length === length)
  return { path, names: those.map(([name]) => name), lists: those.map(([, list]) => list), length, parent }
}

function textOf(item: unknown): string {
  return item === null || item === undefined ? '' : String(item).trim()
}

function unitsOf({ path, names, parent }: Lists): (string | undefined)[] {
  const named = path.length > 0 ? parent?.[`${path.at(-1)}_units`] : undefined
  const units = [named, parent?.units].find(isObject)
  return names.map((name) => {
    const unit = units?.[name]
    return typeof unit === 'string' && unit.trim() !== '' && unit.length <= 64 ? unit.trim() : undefined
  })
}

/** The zone that a document says for its times, if it is one. */
function zoneOf(parent: Record<string, unknown> | undefined): string | undefined {
  const tz = parent?.timezone
  if (typeof tz !== 'string') return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function sayOthers({ path }: Lists, found: Lists[]): string {
  const others = found.map((lists) => lists.path.join('.')).filter((other) => other !== path.join('.'))
  return `The lists at '${path.join('.')}' are read, the longest; there are others at ${quoted(others)}, which records= names.`
}
