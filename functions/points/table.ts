import { setImmediate as turn } from 'node:timers/promises'
import type { Points } from '../../shared/series/points.ts'
import { concatRows, type Rows, sliceRows } from '../../shared/series/rows.ts'

/** Rows that are made of a series, of one revision. */
export interface Table {
  revision: string
  /** The names of the columns behind `timestamp`. */
  names: string[]
  /** The rows in the asked order, in parts; each call makes them anew. */
  rows(): AsyncIterable<Rows>
}

/** Runs between which others have their turn: some milliseconds of work. */
const runsOfTurn = 32

/** The runs of a reading; others have their turn in between. */
export async function* inTurns<T>(runs: Iterable<T>): AsyncGenerator<T> {
  let count = 0
  for (const run of runs) {
    yield run
    if (++count % runsOfTurn === 0) await turn()
  }
}

/** The first `limit` rows; `lastKey`, the time of the last of them, only when more follow. */
export async function takeRows(table: Table, limit: number): Promise<{ rows: Rows; lastKey?: number }> {
  const parts: Rows[] = []
  let count = 0
  for await (const part of table.rows()) {
    parts.push(part)
    count += part.timestamps.length
    if (count > limit) break
  }
  const rows = concatRows(parts, table.names.length)
  if (count <= limit) return { rows }
  return { rows: sliceRows(rows, 0, limit), lastKey: rows.timestamps[limit - 1]! }
}

/** A table of rows that are there already. */
export function tableOf(revision: string, names: string[], rows: Rows): Table {
  return {
    revision,
    names,
    async *rows() {
      yield rows
    },
  }
}

/** The plain points of runs that come in the asked order, as rows. */
export async function* pointRows(runs: Iterable<Points>, order: 'asc' | 'desc'): AsyncGenerator<Rows> {
  for await (const { timestamps, values } of inTurns(runs)) {
    if (order === 'asc') yield { timestamps, columns: [values] }
    else yield { timestamps: timestamps.toReversed(), columns: [values.toReversed()] }
  }
}
