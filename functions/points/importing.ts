import { randomInt } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { bounded } from '../../shared/http/body.ts'
import { readText } from '../../shared/import/bytes.ts'
import { inferMapping, type Mapping } from '../../shared/import/mapping.ts'
import type { SeriesSpec } from '../../shared/import/names.ts'
import { openTable } from '../../shared/import/open.ts'
import { type Reject, type RowNote, RowReader } from '../../shared/import/rows.ts'
import type { Said } from '../../shared/import/said.ts'
import type { SourceRow, Table, TableForm } from '../../shared/import/table.ts'
import { maxInputErrors, sentence } from '../../shared/problems.ts'

/** A data set that has been opened, and how its rows are read. */
export interface Opened {
  table: Table
  mapping: Mapping
}

/** Opens a data set and finds its mapping. Throws ImportFault; `seen` hears of the table as soon as there is one. */
export async function openDataSet(
  body: AsyncIterable<Buffer>,
  { form, said, maxBytes }: { form: TableForm | undefined; said: Said; maxBytes: number },
  seen: (table: Table) => void,
): Promise<Opened> {
  const text = await readText(body, (inflated) => bounded(inflated, maxBytes, 'send it in parts'))
  const table = await openTable(text, form, said)
  seen(table)
  const mapping = inferMapping(table, said)
  // The sample is large, and was looked at.
  return { table: { ...table, sample: table.sample.slice(0, 3) }, mapping }
}

/** What reading all rows came to. */
export interface Tally {
  rows: number
  points: number
  missing: number
  rejected: number
  /** The first of them. */
  rejects: Reject[]
  /** How many rejects each column has. */
  columns: Map<string, number>
  /** Reading ended early: so many rows were rejected that no more are looked at. */
  stopped: boolean
}

const seed = randomInt(2 ** 32)

/** Rows between the turns of other requests. */
const slice = 5000

/**
 * Reads every row; `take` finds those that can be read in the reader, as long as it is wanted. After `maxRejects` it
 * reads no further. Throws ImportFault where the file itself is broken.
 */
export async function readRows(
  { table, mapping }: Opened,
  { maxSeries, maxRejects, note }: { maxSeries: number; maxRejects: number; note: (note: RowNote) => void },
  take: (row: RowReader, source: SourceRow, tally: Tally) => Promise<void> | undefined,
): Promise<Tally> {
  const reader = new RowReader(table, mapping, maxSeries, seed, note)
  const tally: Tally = { rows: 0, points: 0, missing: 0, rejected: 0, rejects: [], columns: new Map(), stopped: false }
  for await (const batch of table.rows()) {
    for (let source = batch.next(); source; source = batch.next()) {
      if (++tally.rows % slice === 0) await turn()
      const reject = reader.read(source)
      if (reject) {
        addReject(tally, reject)
        if (tally.rejected >= maxRejects) return { ...tally, stopped: true }
        continue
      }
      tally.points += reader.values.length - reader.missing
      tally.missing += reader.missing
      const waiting = take(reader, source, tally)
      if (waiting) await waiting
    }
  }
  return tally
}

function addReject(tally: Tally, reject: Reject): void {
  tally.rejected++
  if (tally.rejects.length < maxInputErrors) tally.rejects.push(reject)
  const column = reject.column ?? ''
  tally.columns.set(column, (tally.columns.get(column) ?? 0) + 1)
}

/** Says in a sentence or two what is wrong with how many rows. */
export function sayRejects({ rows, rejected, rejects, columns, stopped }: Tally): string {
  const [first] = rejects
  const at = [
    ...(first!.line === undefined ? [first!.pointer!] : [`line ${first!.line}`]),
    ...(first!.column === undefined ? [] : [`column '${first!.column}'`]),
  ].join(', ')
  const count = `${rejected} of ${stopped ? 'the first ' : ''}${rows} ${rows === 1 ? 'row' : 'rows'} can't`
  const [[column, most]] = [...columns].sort((a, b) => b[1] - a[1]) as [[string, number]]
  const mostly =
    rejected > 10 && most >= rejected * 0.9 && column !== ''
      ? ` ${most === rejected ? 'All' : `${most} of them`} are rejected for the column '${column}'.`
      : ''
  return `${count} be read: ${at}: ${sentence(first!.detail)}${mostly}${stopped ? ' Reading has stopped there.' : ''}`
}

/** The metadata of each series that rows went to. */
export function metadataOf(
  series: Iterable<SeriesSpec>,
): Map<string, { labels: Record<string, string>; unit?: string }> {
  return new Map([...series].map(({ name, ...rest }) => [name, rest]))
}
