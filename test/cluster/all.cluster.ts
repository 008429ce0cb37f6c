import t from 'tap'
import { until } from '../processes.ts'
import { tour } from '../tour.ts'
import { burst } from './burst.ts'
import {
  type Environment,
  evaluate,
  keepLogs,
  kubectl,
  lookForFaults,
  open,
  placeOf,
  podsOf,
  remove,
} from './cluster.ts'
import { faults, longJob } from './faults.ts'
import { kn } from './kn.ts'
import { refusals } from './refusals.ts'
import { settings } from './settings.ts'

const environments: Environment[] = []

async function openOne(name: 'test' | 'prod', ...options: string[]): Promise<Environment> {
  const place = placeOf(name)
  await remove(place) // of a run that broke off
  const environment = await open(name, ...options).catch(async (error) => {
    t.comment(`logs: ${await keepLogs(place)}`)
    throw error
  })
  environments.push(environment)
  return environment
}

const asleep = (environment: Environment) => async () => (await podsOf(environment)).length === 0

/** Deploys both environments to namespaces of their own, has everything tried there, and removes them. */
t.test('both environments on a cluster', async (t) => {
  t.teardown(async () => {
    if (!t.passing()) for (const environment of environments) t.comment(`logs: ${await keepLogs(environment)}`)
    // What a cluster is slow to let go of says nothing of the program; the next run waits for it.
    for (const outcome of await Promise.allSettled(environments.map(remove)))
      if (outcome.status === 'rejected') t.comment(`left behind: ${outcome.reason}`)
  })
  const test = await openOne('test')
  const prod = await openOne('prod', '--no-build')
  let checkLongJob: Awaited<ReturnType<typeof longJob>>

  for (const environment of [prod, test]) {
    const { name, bases, front, call } = environment
    await t.test(`${name}: a user's way, with a host for each function`, (t) => tour(t, bases, call))
    await t.test(`${name}: a user's way, by the front door`, (t) =>
      tour(t, { points: front, jobs: front, results: front }, call),
    )
    if (environment === prod) {
      await t.test('prod asks for a key', async (t) => {
        for (const base of Object.values(bases)) {
          const headers = { authorization: 'Bearer of-somebody-else' }
          t.equal((await call(base, 'GET', '/metrics', { headers })).status, 401)
        }
      })
      checkLongJob = await longJob(prod)
    }
  }

  await t.test('scripts/deploy says what is in its way', (t) => refusals(t))
  await t.test('the environments share nothing', async (t) => {
    const [pod] = await until(async () => {
      const pods = await podsOf(test, 'points')
      if (pods.length > 0) return pods
      await test.call(test.bases.points, 'GET', '/healthz')
      return undefined
    })
    const dial = (host: string, port: number) =>
      evaluate(
        test,
        pod!.metadata.name,
        `const socket = require('node:net').connect({ host: '${host}', port: ${port}, timeout: 3000 })
         const end = (how) => { console.log(how); process.exit() }
         socket.once('connect', () => end('open')).once('error', () => end('closed')).once('timeout', () => end('closed'))`,
      )
    t.equal((await dial('redis', 6379)).trim(), 'open')
    t.equal((await dial(`redis.${prod.namespace}`, 6379)).trim(), 'closed')
    const [worker] = await podsOf(prod, 'worker')
    const address = await kubectl(
      '-n',
      prod.namespace,
      'get',
      'pod',
      worker!.metadata.name,
      '-o',
      'jsonpath={.status.podIP}',
    )
    t.equal((await dial(address, 8080)).trim(), 'closed')
  })

  await t.test('a burst of jobs', (t) => burst(t, test))
  await t.test('changes of the configuration, under load', (t) => settings(t, test))
  await t.test('pods that are killed, and told to stop', (t) => faults(t, test))
  await t.test('docs/deploy.md by kn', (t) => kn(t, test))

  await t.test('a job of five minutes and nobody else about', (t) => checkLongJob(t))

  await t.test('with nothing to do no function runs; a job wakes two, and is drawn', async (t) => {
    for (const environment of [test, prod]) t.ok(await until(asleep(environment), 400_000), environment.name)
    for (const environment of [test, prod]) {
      const said = await lookForFaults(environment)
      t.match(said, /^\d+ keys: /m, `${environment.name} was looked at`)
      t.notMatch(said, /^(damage|leftover) /m, 'nothing is wrong in Redis')
    }
    const { bases, call } = test
    const started = Date.now()
    const json = { kind: 'plot', series: 'burst' }
    const asked = { accept: 'image/png', 'cache-control': 'no-cache' }
    const { status, headers } = await call(bases.jobs, 'POST', '/jobs', { json, headers: asked })
    t.comment(`from no pod to a PNG in ${((Date.now() - started) / 1000).toFixed(2)} s`)
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'image/png')
  })
})
