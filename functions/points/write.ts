import { randomInt } from 'node:crypto'
import { bodyStream } from '../../shared/http/body.ts'
import { type Answer, type Request, type Route, summarizeErrors } from '../../shared/http/http.ts'
import { Problem } from '../../shared/problems.ts'
import type { LineSeries } from '../../shared/series/line-points.ts'
import { LineReader } from '../../shared/series/line-protocol.ts'
import { type LinePrecision, precisions } from '../../shared/series/line-time.ts'
import type { PointsServices } from './services.ts'
import { writeSeries } from './write-lines.ts'

const seed = randomInt(2 ** 32)

const unkept = (what: string) => ({
  type: 'string',
  description: `${what}: taken, and not kept; everything goes to the same store`,
})

const precisionQuery = (known: readonly LinePrecision[]) => ({
  enum: [...known, ''], // some clients say nothing in this way
  default: 'ns',
  description: 'What the times of the lines count since 1970; finer than a millisecond is floored',
})

const stringsQuery = {
  enum: ['refuse', 'skip'],
  default: 'refuse',
  description: 'What a field whose value is a text does: refuse the body with its line, or it is left out',
}

/** As clients of InfluxDB look for it: `message` and `code` in version 2, `error` in version 1. */
const codes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  405: 'method not allowed',
  413: 'request too large',
  415: 'unsupported media type',
  422: 'unprocessable entity',
  503: 'unavailable',
}

const description = `A field of a line goes to the series \`measurement.field,tag=text,…\`: the tags in the order of their bytes, \`, = space \\\` in all parts with a backslash before them. The tags become labels of the series too. Integers and booleans, as 1 and 0, become doubles. A line without a time has that of the server's clock.

A body with a bad line changes nothing, and every bad line is named, the first 100. Otherwise each series changes in one step; if that breaks off with 503, it is safe to send all of it again.

Beside \`Bearer KEY\` a key may be shown as \`Token KEY\`, or as a password, with any user's name.`

const text = { type: 'string', description: 'Lines: `measurement,tag=text field=1,other=2 time`' }

const shared = {
  method: 'POST',
  scope: 'write',
  description,
  direct: true,
  body: { types: { 'text/plain': text, 'application/octet-stream': text } },
  answers: { 204: { description: 'All points are written' } },
  problemMembers: ({ status, detail }: Problem) => ({
    code: codes[status] ?? 'internal error',
    message: detail,
    error: detail,
  }),
  async handle(request: Request, services: PointsServices): Promise<Answer> {
    await writeSeries(services.store, services.knownLabels, await readLines(request, services))
    return { status: 204 }
  },
} as const

/** InfluxDB line protocol, by the addresses of versions 1 and 2. */
export const writeRoutes: Route<PointsServices>[] = [
  {
    ...shared,
    path: '/write',
    summary: 'Write InfluxDB line protocol, as clients of InfluxDB 1 do',
    query: {
      db: unkept('Database'),
      rp: unkept('Retention policy'),
      consistency: { enum: ['any', 'one', 'quorum', 'all', ''], description: 'Taken, and means nothing here' },
      precision: precisionQuery(precisions),
      strings: stringsQuery,
      u: { type: 'string', description: "User's name; any" },
      p: { type: 'string', description: 'Password: a key' },
    },
  },
  {
    ...shared,
    path: '/api/v2/write',
    summary: 'Write InfluxDB line protocol, as clients of InfluxDB 2 and Telegraf do',
    query: {
      org: unkept('Organization'),
      orgID: unkept('Organization'),
      bucket: unkept('Bucket'),
      precision: precisionQuery(['ns', 'us', 'ms', 's']),
      strings: stringsQuery,
    },
  },
]

/** The points of all lines. Throws Problem that names every bad line, the first 100. */
async function readLines(request: Request, services: PointsServices): Promise<LineSeries[]> {
  const { precision, strings } = request.query as { precision: LinePrecision; strings: string }
  const { maxImportSeries: maxSeries, maxBodyBytes } = services
  const reader = new LineReader({
    precision: precision || 'ns',
    now: Date.now(),
    maxSeries,
    skipTexts: strings === 'skip',
    seed,
  })
  for await (const chunk of bodyStream(request.raw, maxBodyBytes)) {
    reader.push(chunk)
    if (reader.stopped) break
  }
  const series = reader.finish()
  const { errors, count } = reader.faults
  if (count === 0) return series
  const more = count > errors.length ? ` The first ${errors.length} of ${count} are listed.` : ''
  const stopped = reader.stopped ? ' Reading has stopped there.' : ''
  const said = `${summarizeErrors('The body', errors)}${more}${stopped} Nothing was written.`
  throw new Problem('invalid-body', said, { errors })
}
