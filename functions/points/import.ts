import { bodyStream } from '../../shared/http/body.ts'
import { type Answer, contentType, type Request, type Route } from '../../shared/http/http.ts'
import { Notes } from '../../shared/http/notes.ts'
import { tzQuery, unitQuery } from '../../shared/http/range.ts'
import { ImportFault, quoted } from '../../shared/import/faults.ts'
import { toParameters } from '../../shared/import/mapping.ts'
import type { SeriesSpec } from '../../shared/import/names.ts'
import type { Said } from '../../shared/import/said.ts'
import type { Table, TableForm } from '../../shared/import/table.ts'
import { type InputError, Problem, sentence } from '../../shared/problems.ts'
import { importedSchema } from '../../shared/schemas/import.ts'
import type { StagedColumn } from '../../shared/series/staging.ts'
import { metadataOf, type Opened, openDataSet, readRows, sayRejects, type Tally } from './importing.ts'
import { type PointsServices, timeOptions, timeOut, timestampsQuery } from './services.ts'

/** What a type says of the form; others are told by their first bytes. */
const forms: Record<string, TableForm | undefined> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/json': 'json',
  'application/geo+json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/plain': undefined,
  'application/vnd.ms-excel': undefined,
  'application/gzip': undefined,
  'application/x-gzip': undefined,
  'application/octet-stream': undefined,
  // What curl says where nobody does.
  'application/x-www-form-urlencoded': undefined,
}

const text = (description: string, example?: string) => ({
  type: 'string',
  description,
  ...(example === undefined ? {} : { example }),
})

const query = {
  time: text('Columns that hold the time, joined by a space where there are several: `date,time`, `year,month,day`'),
  time_format: text(
    'Form of the times: `iso`, `epoch`, `decimal-year`, or a pattern of YYYY, MM, DD, HH, mm, ss …',
    'DD/MM/YYYY HH:mm',
  ),
  unit: unitQuery,
  tz: { ...tzQuery, description: 'IANA zone of times that say no offset; default UTC' },
  values: text('Columns that hold values, each a series; a comma within a name is `\\,`', 'temperature,humidity'),
  labels: text('Columns that tell series apart: they become labels and part of the name; empty for none', 'station'),
  name: text('Column whose texts name the series; empty for none'),
  prefix: text('Stands before the name of every series', 'airport/'),
  decimal: { enum: ['.', ','], description: 'Decimal sign' },
  null: text('Texts that mean a missing value, beside the usual ones', '-999,*'),
  delimiter: text('Between the fields of CSV: a character, or `tab`, `comma`, `semicolon`, `pipe`, `space`'),
  header: { type: 'integer', minimum: 0, description: 'Line of CSV that names the columns; 0 for none' },
  records: text('Where a JSON document has its list of records; empty for the document itself', 'result.records'),
  dry_run: {
    type: 'boolean',
    default: false,
    description: 'Write nothing; answer the mapping, first rows and rejects',
  },
  on_error: {
    enum: ['abort', 'skip'],
    default: 'abort',
    description: 'What rows that can not be read do: refuse the whole data set, or are left out and counted',
  },
  timestamps: timestampsQuery,
}

/** Rejects after which an import that will be refused reads no further. */
const hopeless = 10_000
const previewed = 10
const listedNames = 100

export const importRoute: Route<PointsServices> = {
  method: 'POST',
  path: '/import',
  scope: 'write',
  summary: 'Import a data set of many series: CSV, JSON records or NDJSON, plain or as gzip',
  description:
    'Whatever the query does not say is inferred from the data set, and answered back. Rows that can not be read refuse it, and nothing is written, unless `on_error=skip`.',
  direct: true,
  query,
  body: { types: Object.fromEntries(Object.keys(forms).map((type) => [type, { type: 'string' }])) },
  answers: { 200: { description: 'What was read and written', schema: importedSchema } },
  async handle(request, services): Promise<Answer> {
    const { dry_run: dry, on_error: onError, timestamps, ...given } = request.query
    const { unit } = timeOptions(request)
    const said: Said = { ...given, ...(unit ? { unit } : {}) }
    const form = forms[contentType(request.raw) ?? '']
    const body = bodyStream(request.raw, services.maxImportBytes)
    let table: Table | undefined
    try {
      const source = { form, said, maxBytes: services.maxImportBytes }
      const opened = await openDataSet(body, source, (found) => {
        table = found
      })
      table = opened.table
      const parameters = toParameters(opened.table, opened.mapping, said)
      const told = { mapping: parameters, query: new URLSearchParams(parameters).toString() }
      const skip = onError === 'skip'
      return {
        body: dry ? await tryRows(request, services, opened, told) : await writeRows(services, opened, told, skip),
      }
    } catch (error) {
      if (!(error instanceof ImportFault)) throw error
      if (dry && table && error.mends.every(({ parameter }) => parameter !== undefined)) {
        return { body: askFor(error, table) }
      }
      throw toProblem(error)
    } finally {
      // What was not asked for is let go, so that it can be passed over.
      await body[Symbol.asyncIterator]().return?.()
    }
  },
}

interface Told {
  mapping: Record<string, string>
  query: string
}

async function tryRows(request: Request, services: PointsServices, opened: Opened, told: Told): Promise<object> {
  const names = new Set<string>()
  const preview: object[] = []
  const notes = new Notes()
  const limits = { maxSeries: services.maxImportSeries, maxRejects: Infinity, note: notes.add }
  const tally = await readRows(opened, limits, ({ series, values, timestamp: time }, { line, pointer }) => {
    const filled = (_: unknown, i: number) => !Number.isNaN(values[i])
    for (const { name } of series.filter(filled)) names.add(name)
    if (preview.length < previewed) {
      const timestamp = timeOut(time, request)
      const points = series.map(({ name }, i) => ({ series: name, timestamp, value: values[i] })).filter(filled)
      preview.push({ ...(line === undefined ? { pointer } : { line }), points })
    }
    return undefined
  })
  const counted = summary(tally, [...names], opened, notes)
  const all = [...counted.notes, ...(await sayExisting(services, counted.names))]
  return { ...told, columns: opened.table.columns, preview, ...counted, notes: all }
}

async function writeRows(services: PointsServices, opened: Opened, told: Told, skip: boolean): Promise<object> {
  const staging = services.stage()
  const specs = new Set<SeriesSpec>()
  const columns: (StagedColumn | undefined)[][] = []
  const notes = new Notes()
  const limits = { maxSeries: services.maxImportSeries, maxRejects: skip ? Infinity : hopeless, note: notes.add }
  let tally: Tally
  try {
    tally = await readRows(opened, limits, (row, _, { rejected }) => {
      if (rejected > 0 && !skip) return undefined // nothing of it will be written
      const { group, values, timestamp } = row
      columns[group] ??= new Array(values.length).fill(undefined)
      const staged = columns[group]
      for (let i = 0; i < values.length; i++) {
        const value = values[i]!
        if (Number.isNaN(value)) continue
        let column = staged[i]
        if (!column) {
          const spec = row.series[i]!
          specs.add(spec)
          column = staging.column(spec.name)
          staged[i] = column
        }
        column.add(timestamp, value)
      }
      return staging.sendIfFull()
    })
    if (tally.rejected > 0 && !skip) {
      const detail = `${sayRejects(tally)} Nothing was written; on_error=skip leaves such rows out.`
      throw new Problem('invalid-body', detail, { errors: tally.rejects })
    }
    await staging.finish()
  } catch (error) {
    await staging.drop().catch(() => {}) // it expires
    throw error
  }
  const { expired, ...committed } = await services.imports.commit(staging, metadataOf(specs))
  const repeated = committed.repeated + staging.repeated()
  const counted = summary(tally, staging.names(), opened, notes)
  const all = [...counted.notes, ...sayUpdated(committed.updated)]
  return { ...told, ...counted, ...committed, repeated, ...(expired > 0 ? { expired } : {}), notes: all }
}

/** Which of the series that a dry run names are there already: another data set is not to be overwritten unnoticed. */
async function sayExisting({ store }: PointsServices, names: string[]): Promise<string[]> {
  const infos = await Promise.all(names.map((name) => store.get(name)))
  const there = infos.filter((info) => info !== undefined).map(({ name }) => name)
  return there.length === 0 ? [] : [`There are series of these names already: ${quoted(there)}; ${apart}.`]
}

function sayUpdated(updated: number): string[] {
  if (updated === 0) return []
  return [`${updated === 1 ? 'A point that was' : `${updated} points that were`} there got another value; ${apart}.`]
}

const apart = 'points of the same time are overwritten, and prefix= keeps data sets apart'

function summary(tally: Tally, names: string[], { mapping }: Opened, times: Notes) {
  const { rows, points, missing, rejected, rejects } = tally
  const first = names.slice(0, listedNames)
  const notes = [...mapping.notes, ...(times.member().notes ?? []).map(sayNote)]
  return { rows, points, series: names.length, names: first, missing, rejected, rejects, notes }
}

/** A note on the time of a row as a sentence, like those of what was inferred. */
function sayNote({ line, pointer, detail }: InputError): string {
  const place = line === undefined ? pointer : `Line ${line}`
  return `${place === undefined ? detail : `${place}: ${detail}`}.`
}

function askFor({ mends }: ImportFault, { columns, sample }: Table): object {
  const nothing = { rows: 0, points: 0, series: 0, names: [], missing: 0, rejected: 0, rejects: [], notes: [] }
  const asks = mends.map(({ parameter, detail }) => ({ parameter, detail: sentence(detail) }))
  const seen = sample.slice(0, 3).map(({ cells }) => cells.join(' | '))
  return { mapping: null, query: '', asks, columns, preview: [], ...nothing, notes: seen.map((row) => `Row: ${row}`) }
}

function toProblem({ mends }: ImportFault): Problem {
  const [{ parameter, line, detail }] = mends as [ImportFault['mends'][0]]
  const code = parameter === undefined ? 'invalid-body' : 'unclear-mapping'
  const place = line === undefined ? '' : `line ${line}: `
  return new Problem(code, `The data set can't be read: ${place}${sentence(detail)} Nothing was written.`, {
    errors: mends,
  })
}
