import t from 'tap'
import { Problem } from '../problems.ts'
import type { Route } from './http.ts'
import { makeRouter } from './router.ts'

const formats = { json: 'application/json', csv: 'text/csv', 'vl.json': 'application/vnd.vegalite+json' }
const route = (method: Route<unknown>['method'], path: string, more: Partial<Route<unknown>> = {}): Route<unknown> => ({
  method,
  path,
  scope: 'open',
  summary: '',
  answers: {},
  handle: async () => ({}),
  ...more,
})

const find = makeRouter([
  route('GET', '/'),
  route('GET', '/series'),
  route('GET', '/series/{series}'),
  route('DELETE', '/series/{series}'),
  route('GET', '/series/{series}/points', { formats, suffix: true }),
  route('POST', '/series/{series}/points'),
  route('GET', '/series/{series}/points/{timestamp}', { formats }),
  route('GET', '/series/{series}/points/first'),
  route('GET', '/results/{id}', { formats, suffix: true }),
  route('GET', '/plots/{series}', { formats: { png: 'image/png', svg: 'image/svg+xml' }, suffix: true }),
])

/** Which route, its parameters and its suffix; or the problem. */
function found(method: string, path: string) {
  try {
    const { route, params, suffix } = find(method, path)
    return [`${route.method} ${route.path}`, params, ...(suffix === undefined ? [] : [suffix])]
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.code, error.headers.allow ?? error.detail]
  }
}

t.test('a path is found by its segments, a literal before a placeholder', async (t) => {
  t.same(found('GET', '/'), ['GET /', {}])
  t.same(found('GET', '/series'), ['GET /series', {}])
  t.same(found('GET', '/series/a'), ['GET /series/{series}', { series: 'a' }])
  t.same(found('HEAD', '/series/a'), ['GET /series/{series}', { series: 'a' }])
  t.same(found('GET', '/series/a/points/first'), ['GET /series/{series}/points/first', { series: 'a' }])
  t.same(found('GET', '/series/a/points/1'), [
    'GET /series/{series}/points/{timestamp}',
    { series: 'a', timestamp: '1' },
  ])
  t.same(found('GET', '/series/points/points'), ['GET /series/{series}/points', { series: 'points' }])
})

t.test('a suffix counts on a fixed last segment and where a route says so, never after a name', async (t) => {
  t.same(found('GET', '/series/a/points.csv'), ['GET /series/{series}/points', { series: 'a' }, 'csv'])
  t.same(found('GET', '/series/a.csv/points'), ['GET /series/{series}/points', { series: 'a.csv' }])
  t.same(found('GET', '/series/a.csv'), ['GET /series/{series}', { series: 'a.csv' }])
  t.same(found('GET', '/series/a/points/1.csv'), [
    'GET /series/{series}/points/{timestamp}',
    { series: 'a', timestamp: '1.csv' },
  ])
  t.same(found('GET', '/results/x.vl.json'), ['GET /results/{id}', { id: 'x' }, 'vl.json'])
  t.same(found('GET', '/results/x.gif'), ['GET /results/{id}', { id: 'x.gif' }], 'no format, no suffix')
  for (const path of [
    '/series/a/points.',
    '/series/a/points.xml',
    '/series/a/points.CSV',
    '/series/a/.csv',
    '/series.csv',
  ])
    t.same(found('GET', path), ['not-found', `There is nothing at ${path}.`])
  t.same(found('GET', '/series/a/points.toString')[0], 'not-found')
  t.same(found('POST', '/series/a/points.csv'), ['method-not-allowed', 'GET, HEAD, OPTIONS'])
})

t.test('where a suffix follows a name, what stands behind the last dot counts', async (t) => {
  const plot = (path: string) => found('GET', `/plots/${path}`).slice(1)
  t.same(plot('lake.png'), [{ series: 'lake' }, 'png'])
  t.same(plot('lake.svg'), [{ series: 'lake' }, 'svg'])
  t.same(plot('lake.v1.2.svg'), [{ series: 'lake.v1.2' }, 'svg'])
  t.same(plot('lake.png.svg'), [{ series: 'lake.png' }, 'svg'])
  t.same(plot('lake.png.png'), [{ series: 'lake.png' }, 'png'])
  t.same(plot('a%2Fb%2Epng.svg'), [{ series: 'a/b.png' }, 'svg'])
  t.same(plot('..png'), [{ series: '.' }, 'png'])
  t.same(plot('lake%2Epng'), [{ series: 'lake.png' }], 'an escaped dot is part of the name')
  t.same(plot('lake.gif'), [{ series: 'lake.gif' }])
  t.same(plot('.png'), [{ series: '.png' }], 'a name is not empty')
})

t.test('a placeholder is percent-decoded once, and after the path was split', async (t) => {
  t.same(found('GET', '/series/a%2Fb'), ['GET /series/{series}', { series: 'a/b' }])
  t.same(found('GET', '/series/%252F'), ['GET /series/{series}', { series: '%2F' }])
  t.same(found('GET', '/series/%C2%B0C+x'), ['GET /series/{series}', { series: '°C+x' }])
  t.same(found('GET', '/series/__proto__')[1], JSON.parse('{"series":"__proto__"}'))
  for (const bad of ['%', '%2', '%C2', '%FF'])
    t.same(found('GET', `/series/${bad}`), ['invalid-path', `'${bad}' is not percent-encoded UTF-8.`])
  t.same(found('GET', '/%73eries')[0], 'not-found', 'a literal is not decoded')
})

t.test('a method that an address does not take is told from an address that is not there', async (t) => {
  t.same(found('PUT', '/series/a'), ['method-not-allowed', 'GET, HEAD, DELETE, OPTIONS'])
  t.same(found('get', '/series'), ['method-not-allowed', 'GET, HEAD, OPTIONS'])
  for (const path of ['/series/', '/series//points', '/series/a/', '/nothing', '//', ''])
    t.same(found('GET', path)[0], path === '' ? 'GET /' : 'not-found', path)
})
