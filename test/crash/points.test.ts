import type { Test } from 'tap'
import { importKeys, labelKey, namesKey } from '../../shared/keys.ts'
import { faultsIn } from '../fsck/look.ts'
import { type CallOptions, call } from '../local.ts'
import { until } from '../processes.ts'
import { pointsOf } from './points.ts'
import { runs } from './relay.ts'
import { runTests, type Scene } from './scene.ts'

const headers = { 'content-type': 'text/csv' }
const written = { body: '2024-01-01,1\n2024-01-02,2', headers }
const stations = 12
const dataSet = (name: string, rows: number, of = stations) =>
  `time,station,${name}\n${Array.from({ length: rows }, (_, i) => `${1704067200 + Math.floor(i / of)},s${i % of},${i}\n`).join('')}`

/** Kills a `points` when it says something to Redis, with a request under way. */
async function killAt(
  t: Test,
  { doomed, relay }: Scene,
  [texts, side, nth]: [texts: string[], side: 'before' | 'after', nth?: number],
  [method, path, options]: [method: string, path: string, options?: CallOptions],
): Promise<void> {
  const points = await doomed('points')
  const trap = relay.trap(texts, side, nth)
  const answer = call(points.url, method, path, options).then(
    () => 'answered',
    () => 'no answer',
  )
  await trap.reached
  t.equal(await points.kill(), 'SIGKILL')
  t.equal(await answer, 'no answer')
  trap.cut()
}

/** What is left is found, and mended. */
async function mends(t: Test, { stage }: Scene, left: [code: string, key: string][]) {
  const told = await faultsIn(stage.redis.url, { repair: true })
  t.same(
    told.map(({ code, key }) => [code, key]),
    left,
  )
}

/** Requests come, and an import is finished by one of them. */
async function finishes(t: Test, { stage, redis }: Scene, name: string, rows: number) {
  await until(async () => {
    await call(stage.points.url, 'GET', '/series')
    return (await redis.zcard(importKeys.open)) === 0
  })
  const { series } = (await call(stage.points.url, 'GET', `/series?prefix=${name}&limit=1000`)).body
  t.equal(series.length, stations)
  for (const { count, labels } of series)
    t.match({ count, labels }, { count: rows / stations, labels: { station: /^s/ } })
}

const imports = async (
  t: Test,
  scene: Scene,
  at: [string[], 'before' | 'after', number?],
  name: string,
  rows = 2400,
) => {
  await killAt(t, scene, at, ['POST', '/import', { body: dataSet(name, rows), headers }])
  await finishes(t, scene, name, rows)
}

const nothingOf = async (t: Test, { stage }: Scene, name: string) =>
  t.same((await call(stage.points.url, 'GET', `/series?prefix=${name}`)).body.series, [])

runTests(pointsOf('points '), {
  async 'points before changeSeries'(t, scene) {
    const path = '/series/first/points'
    await killAt(t, scene, [runs('changeSeries'), 'before'], ['POST', path, written])
    await nothingOf(t, scene, 'first')
    await mends(t, scene, [['name-orphan', namesKey]])
    t.equal((await call(scene.stage.points.url, 'POST', path, written)).body.inserted, 2)
  },

  async 'points after changeSeries'(t, scene) {
    const path = '/series/second/points'
    await killAt(t, scene, [runs('changeSeries'), 'after'], ['POST', path, written])
    t.match((await call(scene.stage.points.url, 'POST', path, written)).body, { inserted: 0, unchanged: 2 })
  },

  async 'points before appendPoints'(t, scene) {
    const path = '/series/newer/points'
    await call(scene.stage.points.url, 'POST', path, written)
    const newer = { body: '2024-01-03,3', headers }
    await killAt(t, scene, [runs('appendPoints'), 'before'], ['POST', path, newer])
    t.match((await call(scene.stage.points.url, 'GET', '/series/newer')).body, { count: 2 })
    t.match((await call(scene.stage.points.url, 'POST', path, newer)).body, { inserted: 1 })
  },

  async 'points after appendPoints'(t, scene) {
    const path = '/series/newest/points'
    await call(scene.stage.points.url, 'POST', path, written)
    const newer = { body: '2024-01-03,3\n2024-01-04,4', headers }
    await killAt(t, scene, [runs('appendPoints'), 'after'], ['POST', path, newer])
    t.match((await call(scene.stage.points.url, 'GET', '/series/newest')).body, { count: 4, max: 4 })
    t.match((await call(scene.stage.points.url, 'POST', path, newer)).body, { inserted: 0, unchanged: 2 })
  },

  async 'points after dropSeries'(t, scene) {
    const { url } = scene.stage.points
    await call(url, 'POST', '/series/third/points', written)
    await call(url, 'PUT', '/series/third', { json: { labels: { place: 'here' } } })
    await killAt(t, scene, [runs('dropSeries'), 'after'], ['DELETE', '/series/third'])
    await nothingOf(t, scene, 'third')
    t.same((await call(url, 'GET', `/series?match=${encodeURIComponent('place="here"')}`)).body.series, [])
    await mends(
      t,
      scene,
      [namesKey, labelKey('place', 'here')].map((key) => ['name-orphan', key]),
    )
  },

  async 'points while an import is staged'(t, scene) {
    // One series, long enough to be sent in two portions; killed when the first is there, with its expiry, and the second not.
    const body = dataSet('staged', 110_000, 1)
    await killAt(t, scene, [[':staged:'], 'before', 3], ['POST', '/import', { body, headers }])
    await nothingOf(t, scene, 'staged')
    const left = await scene.redis.keys('*:staged:*')
    t.ok(left.length > 0)
    for (const key of left) t.ok((await scene.redis.pttl(key)) > 0, `${key} expires`)
  },

  async 'points before the journal of an import'(t, scene) {
    const body = dataSet('before', 2400)
    await killAt(t, scene, [[importKeys.journal('')], 'before'], ['POST', '/import', { body, headers }])
    await nothingOf(t, scene, 'before')
  },

  async 'points after the journal of an import'(t, scene) {
    await imports(t, scene, [[`zadd\r\n$${importKeys.open.length}\r\n${importKeys.open}`], 'after'], 'journalled')
  },

  async 'points before commitStaged'(t, scene) {
    await imports(t, scene, [runs('commitStaged'), 'before', 5], 'half')
  },

  async 'points after commitStaged'(t, scene) {
    await imports(t, scene, [runs('commitStaged'), 'after', 5], 'once')
  },
})
