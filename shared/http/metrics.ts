import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export interface Metrics {
  /** Counts a request; call what it returns with the status when the request has ended. */
  request(name: string, method: string): (status: number) => void
  /** Everything in Prometheus' text format. */
  text(): Promise<string>
}

export function makeMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const labelNames = ['function', 'method', 'status']
  const count = new Counter({
    name: 'kymograph_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'kymograph_request_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['function'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60],
    registers: [registry],
  })
  return {
    request(name, method) {
      const end = seconds.startTimer({ function: name })
      return (status) => {
        end()
        count.inc({ function: name, method, status })
      }
    },
    text: () => registry.metrics(),
  }
}
