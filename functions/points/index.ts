import { randomUUID } from 'node:crypto'
import type { Route } from '../../shared/http/http.ts'
import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobs } from '../../shared/jobs/jobs.ts'
import { removeJobsOfSeries } from '../../shared/jobs/of-series.ts'
import { connect, type Redis } from '../../shared/redis.ts'
import { segments } from '../../shared/segments.ts'
import { openImports } from '../../shared/series/imports.ts'
import { sweepByTheClock } from '../../shared/series/retention.ts'
import { openStaging } from '../../shared/series/staging.ts'
import { openStore } from '../../shared/series/store.ts'
import { importRoute } from './import.ts'
import { influxRoutes } from './influx.ts'
import { KnownLabels } from './known-labels.ts'
import { manyRoute } from './many.ts'
import { latestRoute, pointRoutes } from './point.ts'
import { rangeRoutes } from './range.ts'
import { replaceRoute } from './replace.ts'
import { seriesRoutes } from './series.ts'
import type { PointsServices } from './services.ts'
import { writeRoutes } from './write.ts'

const routes = [
  ...seriesRoutes,
  ...rangeRoutes,
  replaceRoute,
  ...pointRoutes,
  latestRoute,
  manyRoute,
  importRoute,
  ...writeRoutes,
  ...influxRoutes,
]

/** A route that also looks for imports whose process has died. */
const sweeping = (route: Route<PointsServices>): Route<PointsServices> => ({
  ...route,
  handle(request, services) {
    void services.imports.sweep()
    return route.handle(request, services)
  },
})

/** The function of the store: series, their points and their metadata. */
export const points: FunctionDefinition<PointsServices> = {
  name: 'points',
  segments: segments.points,
  routes: routes.map(sweeping),
  async open(config, log) {
    const redis = connect(config.REDIS_URL, log)
    const store = openStore(redis)
    const { IMPORT_LEASE_MS: leaseMs, SWEEP_MS: everyMs } = config
    // The Redis of the jobs may be another one; it is connected when it is first needed.
    let other: Redis | undefined
    const jobsRedis = () => {
      if (config.QUEUE_REDIS_URL === config.REDIS_URL) return redis
      other ??= connect(config.QUEUE_REDIS_URL, log)
      return other
    }
    const sweep = sweepByTheClock(redis, store.get, { everyMs: config.RETENTION_SWEEP_MS, log })
    return {
      store,
      onces: openOnces(redis, config),
      imports: openImports(redis, store, { leaseMs, everyMs, log }),
      stage: () => openStaging(redis, randomUUID(), config.IMPORT_TTL_MS),
      removeResults: (name) => removeJobsOfSeries(jobsRedis(), openJobs(jobsRedis(), config), name),
      knownLabels: new KnownLabels(),
      maxImportBytes: config.MAX_IMPORT_BYTES,
      maxImportSeries: config.MAX_IMPORT_SERIES,
      maxBodyBytes: config.MAX_BODY_BYTES,
      maxJsonBytes: config.MAX_JSON_BYTES,
      maxQuerySeries: config.MAX_QUERY_SERIES,
      bases: config,
      async ready() {
        await redis.ping()
      },
      async close() {
        sweep.stop()
        redis.disconnect()
        other?.disconnect()
      },
    }
  },
}
