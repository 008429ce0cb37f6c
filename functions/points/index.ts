import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { connect } from '../../shared/redis.ts'
import { segments } from '../../shared/segments.ts'
import { sweepByTheClock } from '../../shared/series/retention.ts'
import { openStore } from '../../shared/series/store.ts'
import { manyRoute } from './many.ts'
import { latestRoute, pointRoutes } from './point.ts'
import { rangeRoutes } from './range.ts'
import { replaceRoute } from './replace.ts'
import { seriesRoutes } from './series.ts'
import type { PointsServices } from './services.ts'

/** The function of the store: series, their points and their metadata. */
export const points: FunctionDefinition<PointsServices> = {
  name: 'points',
  segments: segments.points,
  routes: [...seriesRoutes, ...rangeRoutes, replaceRoute, ...pointRoutes, latestRoute, manyRoute],
  async open(config, log) {
    const redis = connect(config.REDIS_URL, log)
    const store = openStore(redis)
    const sweep = sweepByTheClock(redis, store.get, { everyMs: config.RETENTION_SWEEP_MS, log })
    return {
      store,
      onces: openOnces(redis, config),
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
      },
    }
  },
}
