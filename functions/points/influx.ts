import type { Route } from '../../shared/http/http.ts'
import { healthSchema } from '../../shared/schemas/health.ts'
import { version } from '../../shared/version.ts'
import type { PointsServices } from './services.ts'

/** The version of InfluxDB whose addresses for writing these are: it has those of its version 2 too. */
const spoken = '1.8'

/** What clients of InfluxDB may ask before they write. */
export const influxRoutes: Route<PointsServices>[] = [
  {
    method: 'GET',
    path: '/ping',
    scope: 'open',
    summary: 'Whether the server is there, for clients of InfluxDB',
    direct: true,
    query: { wait_for_leader: { type: 'string', description: 'Taken, and means nothing here' } },
    answers: { 204: { description: 'It is; `X-Influxdb-Version` says whose way of writing it takes' } },
    handle: async () => ({
      status: 204,
      headers: { 'x-influxdb-version': spoken, 'x-influxdb-build': `kymograph-${version}` },
    }),
  },
  {
    method: 'GET',
    path: '/health',
    scope: 'open',
    summary: 'Whether Redis answers, for clients of InfluxDB',
    direct: true,
    answers: { 200: { description: 'It does', schema: healthSchema } },
    async handle(_request, { ready }) {
      await ready()
      return { body: { name: 'kymograph', message: 'ready for writes', status: 'pass', checks: [], version } }
    },
  },
]
