import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { connect } from '../../shared/redis.ts'
import { segments } from '../../shared/segments.ts'
import { openStore } from '../../shared/series/store.ts'
import { manyRoute } from './many.ts'
import { latestRoute, pointRoutes } from './point.ts'
import { rangeRoutes } from './range.ts'
import { seriesRoutes } from './series.ts'
import type { PointsServices } from './services.ts'

/** The function of the store: series, their points and their metadata. */
export const points: FunctionDefinition<PointsServices> = {
  name: 'points',
  segments: segments.points,
  routes: [...seriesRoutes, ...rangeRoutes, ...pointRoutes, latestRoute, manyRoute],
  async open(config, log) {
    const redis = connect(config.REDIS_URL, log)
    return {
      store: openStore(redis),
      maxBodyBytes: config.MAX_BODY_BYTES,
      maxJsonBytes: config.MAX_JSON_BYTES,
      maxQuerySeries: config.MAX_QUERY_SERIES,
      bases: config,
      async ready() {
        await redis.ping()
      },
      async close() {
        redis.disconnect()
      },
    }
  },
}
