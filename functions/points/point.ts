import { entityTag } from '../../shared/http/answer.ts'
import { type Answer, type Request, type Route, readJson } from '../../shared/http/http.ts'
import { Notes } from '../../shared/http/notes.ts'
import { tzQuery, unitQuery } from '../../shared/http/range.ts'
import { Problem } from '../../shared/problems.ts'
import { deletedSchema, pointSchema, valueSchema, writtenSchema } from '../../shared/schemas/points.ts'
import { unknownSeries } from '../../shared/series/store.ts'
import { formatTime, parseTime } from '../../shared/time.ts'
import { type PointsServices, seriesName, timeOptions, timeOut, timestampsQuery, writeOptions } from './services.ts'

const path = '/series/{series}/points/{timestamp}'
const query = { tz: tzQuery, unit: unitQuery, timestamps: timestampsQuery }

function readTimestamp(request: Request, notes: Notes): number {
  const note = (detail: string) => notes.add({ parameter: 'timestamp', detail })
  try {
    return parseTime(request.params.timestamp!, { ...timeOptions(request), note })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const errors = [{ parameter: 'timestamp', detail: error.message }]
    throw new Problem('invalid-path', `The timestamp in the path can't be read: ${error.message}.`, { errors })
  }
}

function unknownPoint(name: string, timestamp: number): Problem {
  return new Problem('unknown-point', `The series '${name}' has no point at ${formatTime(timestamp)}.`)
}

/** One point, by its time. */
export const pointRoutes: Route<PointsServices>[] = [
  {
    method: 'GET',
    path,
    scope: 'read',
    summary: 'Read one point',
    direct: true,
    query,
    answers: { 200: { description: 'The point', schema: pointSchema } },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const notes = new Notes()
      const timestamp = readTimestamp(request, notes)
      const reading = await store.read(name, { from: timestamp, to: timestamp + 1 })
      if (!reading) throw unknownSeries(name)
      const [run] = reading.runs()
      if (!run) throw unknownPoint(name, timestamp)
      return {
        etag: entityTag(reading.info.revision, timestamp, request.query.timestamps),
        headers: { 'cache-control': 'private, no-cache', ...notes.header() },
        body: { timestamp: timeOut(timestamp, request), value: run.values[0]! },
      }
    },
  },
  {
    method: 'PUT',
    path,
    scope: 'write',
    conditional: true,
    summary: 'Insert or overwrite one point',
    query,
    body: { types: { 'application/json': valueSchema } },
    answers: {
      200: { description: 'The point was there', schema: writtenSchema },
      201: { description: 'The point is new', schema: writtenSchema },
    },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const notes = new Notes()
      const timestamp = readTimestamp(request, notes)
      const { value } = readJson<{ value: number }>(request, valueSchema)
      const points = { timestamps: Float64Array.of(timestamp), values: Float64Array.of(value) }
      const written = await store.upsert(name, points, writeOptions(request, timestamp))
      return { status: written.inserted > 0 ? 201 : 200, body: { ...written, ...notes.member() } }
    },
  },
  {
    method: 'DELETE',
    path,
    scope: 'write',
    conditional: true,
    summary: 'Delete one point',
    direct: true,
    query,
    answers: { 200: { description: 'The point is gone', schema: deletedSchema } },
    async handle(request, { store }): Promise<Answer> {
      const name = seriesName(request)
      const notes = new Notes()
      const timestamp = readTimestamp(request, notes)
      const range = { from: timestamp, to: timestamp + 1 }
      const deleted = await store.deleteRange(name, range, writeOptions(request, timestamp))
      if (deleted.deleted === 0) throw unknownPoint(name, timestamp)
      return { body: { ...deleted, ...notes.member() } }
    },
  },
]

export const latestRoute: Route<PointsServices> = {
  method: 'GET',
  path: '/series/{series}/latest',
  scope: 'read',
  summary: 'Read the newest point',
  direct: true,
  query: { timestamps: timestampsQuery },
  answers: { 200: { description: 'The point', schema: pointSchema } },
  async handle(request, { store }): Promise<Answer> {
    const name = seriesName(request)
    const reading = await store.read(name, { order: 'desc', limit: 1 })
    if (!reading) throw unknownSeries(name)
    const [run] = reading.runs()
    if (!run) throw new Problem('unknown-point', `The series '${name}' has no points.`)
    return {
      etag: entityTag(reading.info.revision, 'latest', request.query.timestamps),
      headers: { 'cache-control': 'private, no-cache' },
      body: { timestamp: timeOut(run.timestamps.at(-1)!, request), value: run.values.at(-1)! },
    }
  },
}
