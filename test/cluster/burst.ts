import type { Test } from 'tap'
import { until } from '../processes.ts'
import { type Environment, logOf, podsOf } from './cluster.ts'

const count = 200
/** As knative/base/worker.yaml says. */
const mostWorkers = 5

/** Many jobs at once: the worker scales out to its bound, and each job is run once. */
export async function burst(t: Test, environment: Environment): Promise<void> {
  const { bases, call } = environment
  const body = Array.from({ length: 1000 }, (_, i) => `${1_577_836_800 + i * 3600},${Math.sin(i / 9)}`).join('\n')
  await call(bases.points, 'POST', '/series/burst/points', { body, headers: { 'content-type': 'text/csv' } })
  const started = Date.now()
  const submitted = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      call(bases.jobs, 'POST', '/jobs', { json: { kind: 'plot', series: 'burst', params: { width: 400 + i } } }),
    ),
  )
  const acceptedMs = Date.now() - started
  const ids = submitted.map(({ body }) => body.id as string)
  t.equal(new Set(ids).size, count, 'every job was accepted')
  let most = 0
  await until(async () => {
    most = Math.max(most, (await podsOf(environment, 'worker')).length)
    const { body } = await call(bases.jobs, 'GET', '/jobs?series=burst&status=succeeded&limit=1000')
    return body.jobs.length === count
  }, 300_000)
  t.comment(`${count} jobs accepted within ${acceptedMs} ms and run within ${Date.now() - started} ms`)
  t.equal(most, mostWorkers, 'the worker scaled out to its bound, and no further')
  const log = await logOf(environment, 'worker')
  const outcomes = log.filter(({ job, outcome }) => outcome !== undefined && ids.includes(job!))
  t.equal(outcomes.length, count, 'each was run once')
  t.ok(outcomes.every(({ outcome }) => outcome === 'succeeded'))
  const jobs = (await call(bases.jobs, 'GET', '/jobs?series=burst&limit=1000')).body.jobs as { attempt: number }[]
  t.ok(jobs.every(({ attempt }) => attempt === 1))
  const results = await Promise.all(ids.map((id) => call(bases.results, 'GET', `/results/${id}`)))
  t.ok(results.every(({ status }, i) => status === 200 && submitted[i]!.body.params.width === 400 + i))
}
