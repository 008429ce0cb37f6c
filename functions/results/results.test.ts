import t from 'tap'
import { call, drawn, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server

t.test('a result has its numbers, its chart, and where it comes from', async (t) => {
  const id = await drawn(url)
  const { body, headers } = await call(url, 'GET', `/results/${id}`)
  t.match(headers.get('cache-control'), /immutable/)
  t.match(body.chart.$schema, /vega-lite/)
  t.match(body.alt, /2020/)
  t.equal(body.data.series[0].count, 2)
  const suffixes = ['json', 'png', 'svg', 'html', 'csv', 'txt', 'vl.json']
  t.same(body.artifacts, Object.fromEntries(suffixes.map((suffix) => [suffix, `${url}/results/${id}.${suffix}`])))
  const series = (await call(url, 'GET', '/series/s')).body
  t.match(body.provenance, {
    kind: 'plot',
    attempt: 1,
    series: [{ name: 's', revision: series.revision, count: 2, from: null }],
  })
  t.match(body.provenance.versions, { kymograph: /^\d/, vega: /^\d/, 'vega-lite': /^\d/, canvas: /^\d/ })
})

t.test('what is said of a series is part of where its result comes from', async (t) => {
  const told = { unit: 'm', description: 'Depth', source: 'Lake office', licence: 'CC BY 4.0' }
  await call(url, 'PUT', '/series/s', { json: { ...told, labels: { place: 'Annecy' } } })
  const id = await drawn(url)
  await call(url, 'PUT', '/series/s', { json: { licence: null } })
  const { body } = await call(url, 'GET', `/results/${id}`)
  t.match(body.provenance.series, [{ name: 's', ...told }], 'as it was when it was read')
  const svg = (await call(url, 'GET', `/results/${id}.svg`)).text
  for (const shown of ['Depth', 'Source: Lake office (CC BY 4.0)']) t.ok(svg.includes(shown), shown)
  t.match(svg, />m<\/text>/, 'the unit stands above the axis')
})

t.test('its forms come by suffix, by format and by Accept, and can be kept', async (t) => {
  const id = await drawn(url)
  const png = await call(url, 'GET', `/results/${id}.png`)
  t.equal(png.bytes.subarray(1, 4).toString(), 'PNG')
  t.same((await call(url, 'GET', `/results/${id}?format=png`)).bytes, png.bytes)
  t.same((await call(url, 'GET', `/results/${id}`, { headers: { accept: 'image/png' } })).bytes, png.bytes)
  const svg = await call(url, 'GET', `/results/${id}.svg`)
  t.match(svg.text, /<title>|aria-label/)
  t.match(svg.headers.get('content-security-policy'), /sandbox/)
  t.equal(svg.headers.get('x-content-type-options'), 'nosniff')
  const etag = png.headers.get('etag')!
  t.equal((await call(url, 'GET', `/results/${id}.png`, { headers: { 'if-none-match': etag } })).status, 304)
  const head = await call(url, 'HEAD', `/results/${id}.png`)
  t.equal(head.headers.get('content-length'), String(png.bytes.length))
  t.equal(head.bytes.length, 0)
  t.equal((await call(url, 'GET', `/results/${id}.gif`)).status, 404)
})

t.test('what is not there says why', async (t) => {
  t.equal((await call(url, 'GET', '/results/nothing')).status, 404)
  t.equal((await call(url, 'GET', '/results/nothing.png')).status, 404)
})
