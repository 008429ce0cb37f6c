import { openOnces } from '../../shared/http/once.ts'
import type { FunctionDefinition } from '../../shared/http/serve.ts'
import { openJobServices } from '../../shared/jobs/open.ts'
import { segments } from '../../shared/segments.ts'
import { cancelRoutes } from './cancel.ts'
import { eventRoutes } from './events.ts'
import { kindRoutes } from './kinds.ts'
import { lookRoutes } from './looking.ts'
import type { JobsServices } from './services.ts'
import { submitRoutes } from './submitting.ts'

/** The function that takes jobs and tells of them. */
export const jobs: FunctionDefinition<JobsServices> = {
  name: 'jobs',
  segments: segments.jobs,
  routes: [...submitRoutes, ...lookRoutes, ...cancelRoutes, ...eventRoutes, ...kindRoutes],
  async open(config, log) {
    const services = openJobServices(config, log)
    // Who wakes this function is likely to bring a job: a worker that sleeps wakes meanwhile.
    services.poker?.wake().catch(() => {})
    const stopping = new AbortController()
    return {
      ...services,
      bases: config,
      stopping: stopping.signal,
      onces: openOnces(services.redis, config),
      stop() {
        stopping.abort()
        services.stop()
      },
    }
  },
}
