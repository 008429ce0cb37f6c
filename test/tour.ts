import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import type { Called, CallOptions } from './local.ts'

/** Where the functions answer: behind one address all three are the same. */
export interface Bases {
  points: string
  jobs: string
  results: string
}

export type Caller = (base: string, method: string, path: string, options?: CallOptions) => Promise<Called>

const png = Buffer.from('89504e470d0a1a0a', 'hex')
const days = 60
const hours = days * 24
const start = Date.UTC(2024, 0, 1)
const csv = { 'content-type': 'text/csv' }

/**
 * What a user does, from the first point to the chart: the same against one process, against a host for each function,
 * and against the front door. It uses series of its own, and removes them.
 */
export async function tour(t: Test, { points, jobs, results }: Bases, call: Caller): Promise<void> {
  const name = `tour/${randomUUID()}`
  const path = `/series/${encodeURIComponent(name)}`
  const at = (hour: number) => new Date(start + hour * 3_600_000).toISOString()
  const valueAt = (hour: number) => Math.round(1000 * Math.sin(hour / 4)) / 100
  const lines = Array.from({ length: hours }, (_, hour) => `${at(hour)},${valueAt(hour)}`)

  await t.test('points are written, read, changed and deleted', async (t) => {
    const body = new Uint8Array(gzipSync(lines.join('\n')))
    const written = await call(points, 'POST', `${path}/points`, {
      body,
      headers: { ...csv, 'content-encoding': 'gzip' },
    })
    t.match(written.body, { inserted: hours, updated: 0, unchanged: 0, revision: /\.1$/ })
    const again = await call(points, 'POST', `${path}/points`, { body: lines.join('\n'), headers: csv })
    t.match(again.body, { inserted: 0, unchanged: hours, revision: written.body.revision })

    const read = await call(points, 'GET', `${path}/points?from=${at(24)}&to=${at(26)}`)
    t.same(
      read.body.points,
      [24, 25].map((hour) => ({ timestamp: at(hour), value: valueAt(hour) })),
    )
    const table = await call(points, 'GET', `${path}/points.csv`)
    t.same(table.text.trimEnd().split('\n'), ['timestamp,value', ...lines])
    const unchanged = await call(points, 'GET', `${path}/points.csv`, {
      headers: { 'if-none-match': table.headers.get('etag')! },
    })
    t.equal(unchanged.status, 304)

    const one = `${path}/points/${at(7)}`
    t.equal((await call(points, 'PUT', one, { json: { value: 99 } })).status, 200)
    t.equal((await call(points, 'GET', one)).body.value, 99)
    const stale = { 'if-match': written.headers.get('etag') ?? `"${written.body.revision}"` }
    t.equal((await call(points, 'PUT', one, { json: { value: 1 }, headers: stale })).status, 412)
    const onlyNew = { 'if-none-match': '*' }
    t.equal((await call(points, 'PUT', one, { json: { value: 1 }, headers: onlyNew })).status, 412)
    t.match((await call(points, 'DELETE', `${path}/points?from=${at(6)}&to=${at(9)}`)).body, { deleted: 3 })
    t.equal((await call(points, 'GET', one)).status, 404)

    t.equal((await call(points, 'PUT', path, { json: { unit: '°C', labels: { of: name } } })).body.unit, '°C')
    const listed = await call(points, 'GET', `/series?match=${encodeURIComponent(`of="${name}"`)}`)
    t.match(listed.body.series, [{ name, count: hours - 3, first: at(0), last: at(hours - 1) }])
    t.match((await call(points, 'GET', `${path}/latest`)).body, { timestamp: at(hours - 1) })
  })

  await t.test('a job is accepted, runs, and its links lead to the result', async (t) => {
    const json = { kind: 'plot', series: name, params: { width: 640, height: 320 } }
    const accepted = await call(jobs, 'POST', '/jobs', { json })
    t.equal(accepted.status, 202)
    const follow = (link: string, suffix = '') => {
      const { origin, pathname } = new URL(link)
      return call(origin, 'GET', pathname + suffix)
    }
    const ended = await follow(accepted.headers.get('location')!, '?wait=60')
    t.match(ended.body, { id: accepted.body.id, status: 'succeeded', attempt: 1, series: [name] })
    const result = await follow(ended.body.links.result)
    t.match(result.body.provenance.series, [{ name, count: hours - 3 }])
    const picture = await follow(result.body.artifacts.png)
    t.equal(picture.headers.get('content-type'), 'image/png')
    t.ok(picture.bytes.subarray(0, 8).equals(png))
    t.same([picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)], [640, 320])
    const svg = await call(results, 'GET', `/results/${accepted.body.id}.svg`)
    t.match(svg.text, /^<svg /)
    t.match(svg.headers.get('content-security-policy'), 'sandbox')
    const listed = await call(jobs, 'GET', `/jobs?series=${encodeURIComponent(name)}`)
    t.same(
      listed.body.jobs.map(({ id }: { id: string }) => id),
      [accepted.body.id],
    )
  })

  await t.test('a job is joined, followed, and answers whoever asks again', async (t) => {
    const json = { kind: 'plot', series: name, params: { title: 'Followed' } }
    const first = await call(jobs, 'POST', '/jobs', { json })
    const followed = await call(jobs, 'GET', `/jobs/${first.body.id}/events`, {
      headers: { 'accept-encoding': 'gzip' },
    })
    t.match(followed.headers.get('content-type'), /^text\/event-stream/)
    const events = followed.text.split('\n').filter((line) => line.startsWith('data: '))
    t.match(JSON.parse(events.at(-1)!.slice('data: '.length)), { id: first.body.id, status: 'succeeded', progress: 1 })
    const again = await call(jobs, 'POST', '/jobs', { json })
    t.match(again, { status: 200, body: { id: first.body.id } })
    t.equal((await call(jobs, 'DELETE', `/jobs/${first.body.id}`)).status, 409, 'it has ended')
    t.equal((await call(jobs, 'POST', `/jobs/${first.body.id}/retry`)).status, 409)
    t.equal((await call(results, 'DELETE', `/results/${first.body.id}`)).status, 204)
    t.equal((await call(results, 'GET', `/results/${first.body.id}`)).status, 410)
    const { body } = await call(results, 'GET', `/results?series=${encodeURIComponent(name)}`)
    t.equal(body.results.length, 1)
    t.ok(body.results[0].id !== first.body.id)
  })

  await t.test('one call draws', async (t) => {
    const json = { kind: 'plot', series: name, from: at(0), to: at(48) }
    const drawn = await call(jobs, 'POST', '/jobs', { json, headers: { accept: 'image/png' } })
    t.equal(drawn.status, 200)
    t.ok(drawn.bytes.subarray(0, 8).equals(png))
  })

  await t.test('a mistake is answered with a problem that names the place', async (t) => {
    const problem = async (status: number, type: string, called: Promise<Called>) => {
      const { body, headers, status: answered } = await called
      t.equal(answered, status)
      t.equal(headers.get('content-type'), 'application/problem+json; charset=utf-8')
      t.equal(body.type, `urn:kymograph:problem:${type}`)
      return body
    }
    const bad = call(points, 'POST', `${path}/points`, { body: `${at(0)},1\nnever,2\n`, headers: csv })
    t.match((await problem(400, 'invalid-body', bad)).errors, [{ line: 2 }])
    const typo = call(jobs, 'POST', '/jobs', { json: { kind: 'plot', series: name, params: { widht: 5 } } })
    t.match((await problem(400, 'invalid-body', typo)).errors, [{ pointer: '/params/widht', detail: /'width'/ }])
    const unknown = call(jobs, 'POST', '/jobs', { json: { kind: 'plot', series: `${name}?` } })
    await problem(404, 'unknown-series', unknown)
    await problem(404, 'unknown-result', call(results, 'GET', '/results/none'))
    await problem(405, 'method-not-allowed', call(jobs, 'PUT', '/jobs', { json: {} }))
    t.equal((await call(points, 'GET', `${path}/points?limit=1`)).body.points[0].value, valueAt(0), 'nothing changed')
  })

  await t.test('every function says how it is, and what it serves', async (t) => {
    for (const base of new Set([points, jobs, results])) {
      t.equal((await call(base, 'GET', '/healthz')).text, 'ok\n')
      t.equal((await call(base, 'GET', '/readyz')).text, 'ok\n')
      t.match((await call(base, 'GET', '/openapi.json')).body, { openapi: /^3\.1/, paths: {} })
    }
  })

  await t.test('a series is deleted, and its result stays', async (t) => {
    t.equal((await call(points, 'DELETE', path)).status, 204)
    t.equal((await call(points, 'GET', path)).status, 404)
    const { body } = await call(jobs, 'GET', `/jobs?series=${encodeURIComponent(name)}&limit=1`)
    t.equal((await call(results, 'GET', `/results/${body.jobs[0].id}.png`)).status, 200)
  })
}
