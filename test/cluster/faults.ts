import type { Test } from 'tap'
import { until } from '../processes.ts'
import { deploy, type Environment, evaluate, isReady, kubectl, logOf, podsOf, withSettings } from './cluster.ts'
import { underLoad } from './load.ts'

/** Stops or continues the process that draws, which is the child of the container's first process. */
const signalDrawing = (environment: Environment, pod: string, signal: 'SIGSTOP' | 'SIGCONT') =>
  evaluate(
    environment,
    pod,
    `const { readFileSync } = require('node:fs')
     const [pid] = readFileSync('/proc/1/task/1/children', 'utf8').split(' ')
     process.kill(Number(pid), '${signal}')`,
  )

export interface Held {
  id: string
  pod: string
  /** When the job had started and its drawing stood still. */
  since: number
  goOn(): Promise<string>
}

/** Always a run of its own, whatever was asked before. */
const submit = async ({ bases, call }: Environment, series: string, headers: Record<string, string> = {}) =>
  (
    await call(bases.jobs, 'POST', '/jobs', {
      json: { kind: 'plot', series },
      headers: { 'cache-control': 'no-cache', ...headers },
    })
  ).body

/** A job in the middle of its run: its drawing stands still until told to go on. */
export async function hold(environment: Environment, series: string): Promise<Held> {
  const { bases, call } = environment
  await call(bases.points, 'POST', `/series/${series}/points`, {
    body: '2020-01-01,1\n2020-01-02,2',
    headers: { 'content-type': 'text/csv' },
  })
  for (let attempt = 1; attempt <= 5; attempt++) {
    const held = await tryToHold(environment, series)
    if (held) return held
  }
  throw new Error('five jobs went past the stopped workers')
}

const elsewhere = ''

/** Says nothing where a pod that came meanwhile has run the job. */
async function tryToHold(environment: Environment, series: string): Promise<Held | undefined> {
  const { bases, call, namespace } = environment
  // A worker that is awake, so that its drawing can be stopped before the job comes.
  await submit(environment, series, { prefer: 'wait=60' })
  const pods = await until(async () => {
    const ready = (await podsOf(environment, 'worker')).filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp)
    return ready.length > 0 && ready.map(({ metadata }) => metadata.name)
  })
  const stopped: string[] = []
  // A pod may be scaled away before it is stopped.
  for (const pod of pods) {
    await signalDrawing(environment, pod, 'SIGSTOP').then(
      () => stopped.push(pod),
      () => {},
    )
  }
  const goOn = (pod: string) => signalDrawing(environment, pod, 'SIGCONT')
  const { id } = await submit(environment, series)
  const pod = await until(async () => {
    const { body: job } = await call(bases.jobs, 'GET', `/jobs/${id}`)
    if (job.status === 'queued') return undefined
    if (job.status !== 'running' || job.attempt > 1) return elsewhere
    for (const pod of stopped) {
      const log = await kubectl('-n', namespace, 'logs', pod, '-c', 'function').catch(() => '')
      if (log.includes(id)) return pod
    }
    return undefined
  }, 60_000)
  for (const other of stopped) if (other !== pod) await goOn(other).catch(() => {})
  return pod === elsewhere ? undefined : { id, pod, since: Date.now(), goOn: () => goOn(pod) }
}

const endOf = ({ bases, call }: Environment, id: string) =>
  until(async () => {
    const { status, body } = await call(bases.jobs, 'GET', `/jobs/${id}`)
    return status === 200 && body.status !== 'queued' && body.status !== 'running' && body
  }, 120_000)

const remove = ({ namespace }: Environment, pod: string, ...how: string[]) =>
  kubectl('-n', namespace, 'delete', 'pod', pod, '--wait=false', ...how)

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** What the design promises of pods that are killed and told to stop, with the times that it took. */
export async function faults(t: Test, environment: Environment): Promise<void> {
  const { namespace, bases, call } = environment

  await t.test('a busy worker is killed while somebody looks', async (t) => {
    const held = await hold(environment, 'fault')
    await remove(environment, held.pod, '--grace-period=0', '--force')
    const killed = Date.now()
    t.match(await endOf(environment, held.id), { status: 'succeeded', attempt: 2 })
    t.comment(`run again and done ${seconds(Date.now() - killed)} after the kill`)
  })

  await t.test('a busy worker is killed and nobody looks', async (t) => {
    const held = await hold(environment, 'fault')
    await remove(environment, held.pod, '--grace-period=0', '--force')
    const killed = Date.now()
    const done = await until(
      async () => (await logOf(environment, 'worker')).find(({ job, outcome }) => job === held.id && outcome),
      150_000,
    )
    t.equal(done.outcome, 'succeeded')
    t.comment(`run again and done ${seconds(Date.parse(done.time) - killed)} after the kill`)
    t.equal((await endOf(environment, held.id)).attempt, 2)
  })

  await t.test('a busy worker is told to stop: it ends its job', async (t) => {
    const held = await hold(environment, 'fault')
    await remove(environment, held.pod)
    // Knative tells it only when its request has ended, or after half a minute.
    const isTold = async () => (await kubectl('-n', namespace, 'logs', held.pod, '-c', 'function')).includes('stopping')
    await until(isTold, 60_000)
    await held.goOn()
    t.match(await endOf(environment, held.id), { status: 'succeeded', attempt: 1 })
  })

  await t.test('a rollout while a job runs: the worker of the old revision ends it', async (t) => {
    const held = await hold(environment, 'fault')
    await withSettings(environment, { LOG_LEVEL: 'debug' }, (overlay) => deploy(overlay, namespace, '--no-build'))
    await held.goOn()
    t.match(await endOf(environment, held.id), { status: 'succeeded', attempt: 1 })
  })

  for (const how of [[], ['--grace-period=0', '--force']]) {
    await t.test(`the pod of Redis is deleted ${how.join(' ')}`, async (t) => {
      await call(bases.points, 'POST', '/series/kept/points', { json: { timestamp: '2019-12-31', value: 0 } })
      const held = await hold(environment, 'fault')
      const load = await underLoad(environment, 'kept', async () => {
        const before = await kubectl('-n', namespace, 'get', 'pod', 'redis-0', '-o', 'jsonpath={.metadata.uid}')
        await remove(environment, 'redis-0', ...how)
        const deleted = Date.now()
        await until(async () => {
          const get = ['get', 'pod', 'redis-0', '-o', 'jsonpath={.metadata.uid}']
          return (await kubectl('-n', namespace, ...get).catch(() => before)) !== before
        })
        const answers = async () => (await call(bases.points, 'GET', '/series/kept/latest')).status === 200
        await until(answers, 120_000)
        t.comment(`answered again ${seconds(Date.now() - deleted)} after the delete`)
        await held.goOn()
        t.match(await endOf(environment, held.id), { status: 'succeeded' })
      })
      const { 200: ok = 0, 202: accepted = 0, 503: away = 0, ...other } = load.statuses
      t.comment(`${ok} requests answered with 200, ${accepted} with 202, ${away} with 503`)
      t.same(other, {}, 'nothing else was answered')
      const { body } = await call(bases.points, 'GET', '/series/kept/points?shape=columns&timestamps=epoch_ms')
      const there = new Set(body.timestamps)
      t.ok(load.acknowledged.length > 0)
      t.same(
        load.acknowledged.filter((time) => !there.has(time)),
        [],
        'no acknowledged point is missing',
      )
      await until(async () => {
        const queued = await call(bases.jobs, 'GET', '/jobs?status=queued&limit=1')
        const running = await call(bases.jobs, 'GET', '/jobs?status=running&limit=1')
        return queued.body?.jobs?.length === 0 && running.body?.jobs?.length === 0
      }, 180_000)
      const { body: failed } = await call(bases.jobs, 'GET', '/jobs?status=failed&series=kept')
      t.same(failed.jobs, [], 'every accepted job has a result')
    })
  }
}

const fiveMinutesMs = 300_000

/**
 * A job of five minutes and nobody else about. Resolves with a function that checks how it went, so that other things can
 * be tested meanwhile, elsewhere.
 */
export async function longJob(environment: Environment): Promise<(t: Test) => Promise<void>> {
  const held = await hold(environment, 'long')
  const done = (async () => {
    await until(() => Date.now() - held.since >= fiveMinutesMs, fiveMinutesMs + 10_000)
    const others = (await podsOf(environment)).filter(
      ({ metadata }) => metadata.labels['serving.knative.dev/service'] !== 'worker',
    )
    await held.goOn()
    return others.map(({ metadata }) => metadata.name)
  })()
  done.catch(() => {}) // it is awaited below
  return async (t) => {
    t.same(await done, [], 'no other function was awake at its end')
    const job = await endOf(environment, held.id)
    t.match(job, { status: 'succeeded', attempt: 1 })
    t.ok(Date.parse(job.finished) - Date.parse(job.started) >= fiveMinutesMs)
  }
}
