import { escapePointer } from '../validate.ts'

/** How deep the objects within a record are opened: their members become columns, 'location.city'. */
const deepest = 4

/** The members of a record as columns and texts; null and missing are ''. Lists within a record are no columns. */
export function* flatten(record: unknown, prefix = '', depth = 0): Generator<[column: string, text: string]> {
  if (Array.isArray(record)) {
    if (depth > 0) return
    for (const [i, value] of record.entries()) yield* flattenMember(`column ${i + 1}`, value, depth)
    return
  }
  for (const [key, value] of Object.entries(record as object)) yield* flattenMember(prefix + key, value, depth)
}

function* flattenMember(column: string, value: unknown, depth: number): Generator<[string, string]> {
  if (typeof value === 'string') yield [column, value.trim()]
  else if (value === null || value === undefined) yield [column, '']
  else if (typeof value !== 'object') yield [column, String(value)]
  else if (!Array.isArray(value) && depth < deepest) yield* flatten(value, `${column}.`, depth + 1)
}

/** The columns of records, in the order in which they first come. */
export class Columns {
  readonly #places = new Map<string, number>()

  /** Learns a record's columns. */
  learn(record: unknown): void {
    for (const [column] of flatten(record)) if (!this.#places.has(column)) this.#places.set(column, this.#places.size)
  }

  get names(): string[] {
    return [...this.#places.keys()]
  }

  /** A record as a row; members that no learned record had are left out. */
  cells(record: unknown): string[] {
    const cells: string[] = new Array(this.#places.size).fill('')
    for (const [column, text] of flatten(record)) {
      const place = this.#places.get(column)
      if (place !== undefined) cells[place] = text
    }
    return cells
  }
}

/** The pointer of a list's item, the list named as in `records=`: 'result.records'. */
export function itemPointer(path: string, index: number): string {
  const parts = path === '' ? [] : path.split('.')
  return [...parts, String(index)].map((part) => `/${escapePointer(part)}`).join('')
}
