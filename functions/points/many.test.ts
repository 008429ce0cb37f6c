import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal({ MAX_QUERY_SERIES: '20' })
t.teardown(() => server.stop())
const get = (path: string, headers = {}) => call(server.url, 'GET', path, { headers })

const cities = ['austin', 'berlin', 'austin', 'berlin', '']

t.before(async () => {
  for (const [i, city] of cities.entries()) {
    const name = i === 4 ? 'm,4"\\' : `m${i}`
    const path = `/series/${encodeURIComponent(name)}`
    const labels = { set: 'm', n: String(i % 2), ...(city ? { city } : {}) }
    await call(server.url, 'PUT', path, { json: { labels } })
    // Two points in each of the hours 0, 1 and, but for the first, 3.
    const hours = i === 0 ? [0, 1] : [0, 1, 3]
    const json = hours.flatMap((hour) => [
      { timestamp: `2024-01-01T0${hour}:10:00Z`, value: 10 * i + hour },
      { timestamp: `2024-01-01T0${hour}:40:00Z`, value: 10 * i + hour + 2 },
    ])
    t.equal((await call(server.url, 'POST', `${path}/points`, { json })).status, 200)
  }
})

const at = (hour: number) => `2024-01-01T0${hour}:00:00.000Z`

t.test('several series, by match or by name', async (t) => {
  const { body } = await get(`/points?match=${encodeURIComponent('city="austin"')}&every=1h&aggregate=mean,max`)
  t.same(body, {
    series: [
      {
        series: 'm0',
        points: [
          { timestamp: at(0), mean: 1, max: 2 },
          { timestamp: at(1), mean: 2, max: 3 },
        ],
      },
      {
        series: 'm2',
        points: [
          { timestamp: at(0), mean: 21, max: 22 },
          { timestamp: at(1), mean: 22, max: 23 },
          { timestamp: at(3), mean: 24, max: 25 },
        ],
      },
    ],
    next: null,
  })
  const names = async (query: string) =>
    (await get(`/points?${query}&every=1d`)).body.series.map(({ series }: { series: string }) => series)
  t.same(await names('series=m2,m0'), ['m2', 'm0'], 'in the order they are named')
  t.same(await names('series=m2&series=m0,m2'), ['m2', 'm0'])
  t.same(await names(`series=${encodeURIComponent('m\\,4"\\\\')},m1`), ['m,4"\\', 'm1'], 'a comma within a name')
  t.same(await names(`match=${encodeURIComponent('city="rome"')}`), [])
})

t.test('points as they are, in every form', async (t) => {
  const query = 'series=m0&to=2024-01-01T01:00:00Z'
  t.same((await get(`/points?${query}&shape=columns&timestamps=epoch_ms&order=desc`)).body, {
    series: [{ series: 'm0', timestamps: [1704069600000, 1704067800000], values: [2, 0] }],
    next: null,
  })
  const quoted = encodeURIComponent('m\\,4"\\\\')
  const csv = await get(`/points.csv?series=m0,${quoted}&to=2024-01-01T00:30:00Z`)
  t.equal(csv.text, `series,timestamp,value\nm0,2024-01-01T00:10:00.000Z,0\n"m,4""\\",2024-01-01T00:10:00.000Z,40\n`)
  t.match(csv.headers.get('content-type'), 'text/csv')
  t.equal(
    (await get(`/points?${query}&format=ndjson&every=1h&aggregate=count`)).text,
    `{"series":"m0","timestamp":"${at(0)}","count":2}\n`,
  )
})

t.test('series are grouped by labels and reduced bucket by bucket', async (t) => {
  const match = `match=${encodeURIComponent('set="m"')}`
  const grouped = (await get(`/points?${match}&every=1h&aggregate=mean,count&group=city&reduce=sum`)).body
  t.same(grouped, {
    series: [
      // The last hour is that of m2 alone.
      {
        labels: { city: '' },
        points: [at(0), at(1), at(3)].map((timestamp, i) => ({ timestamp, mean: [41, 42, 44][i], count: 2 })),
      },
      {
        labels: { city: 'austin' },
        points: [
          { timestamp: at(0), mean: 22, count: 4 },
          { timestamp: at(1), mean: 24, count: 4 },
          { timestamp: at(3), mean: 24, count: 2 },
        ],
      },
      {
        labels: { city: 'berlin' },
        points: [at(0), at(1), at(3)].map((timestamp, i) => ({ timestamp, mean: [42, 44, 48][i], count: 4 })),
      },
    ],
    next: null,
  })
  const expected = { sum: 105, mean: 21, min: 1, max: 41, count: 5, median: 21 }
  for (const [reduce, value] of Object.entries(expected)) {
    const { series } = (await get(`/points?${match}&every=1h&reduce=${reduce}&to=2024-01-01T01:00:00Z`)).body
    t.same(series, [{ labels: {}, points: [{ timestamp: at(0), mean: value }] }], reduce)
  }
  const text = (await get(`/points.csv?${match}&every=1d&group=city,n&reduce=max&aggregate=max`)).text
  t.equal(text, `city,n,timestamp,max\n,0,${at(0)},45\naustin,0,${at(0)},25\nberlin,1,${at(0)},35\n`)
})

t.test('empty buckets are filled before series are reduced, and after', async (t) => {
  const query = 'series=m0,m2&every=1h&reduce=sum&shape=columns'
  const filled = async (fill: string) => (await get(`/points?${query}&fill=${fill}`)).body.series[0].mean
  t.same(await filled('null'), [22, 24, null, 24])
  t.same(await filled('0'), [22, 24, 0, 24])
  // m0 has ended, so nothing is carried on of it but in the range that is asked for.
  t.same(await filled('previous'), [22, 24, 22, 24])
  const range = 'from=2024-01-01T00:00:00Z&to=2024-01-01T05:00:00Z'
  t.same((await get(`/points?${query}&fill=previous&${range}`)).body.series[0].mean, [22, 24, 24, 26, 26])
  const backwards = (await get(`/points?${query}&fill=previous&${range}&order=desc`)).body.series[0].mean
  t.same(backwards, [26, 26, 24, 24, 22])
})

t.test('page by page, by series and by groups', async (t) => {
  for (const query of ['match=&every=1d', 'series=m3,m1,m0&every=1d', 'match=&every=1d&group=city&reduce=mean']) {
    const whole = (await get(`/points?${query}`)).body.series
    const seen: object[] = []
    let next: string | null = null
    do {
      const answer = await get(`/points?${query}&limit=2${next === null ? '' : `&cursor=${next}`}`)
      seen.push(...answer.body.series)
      next = answer.body.next
      t.equal(answer.headers.get('link') !== null, next !== null)
    } while (next !== null)
    t.same(seen, whole, query)
  }
})

t.test('an entity tag changes with any of the series', async (t) => {
  const path = '/points?series=m1,m3&every=1d&aggregate=max'
  const etag = (await get(path)).headers.get('etag')!
  t.equal((await get(path, { 'if-none-match': etag })).status, 304)
  await call(server.url, 'PUT', '/series/m3/points/2024-01-02', { json: { value: 99 } })
  const changed = await get(path, { 'if-none-match': etag })
  t.equal(changed.status, 200)
  t.equal(changed.body.series[1].points[1].max, 99)
  await call(server.url, 'DELETE', '/series/m3/points/2024-01-02')
})

t.test('what can not be meant is refused by name', async (t) => {
  const cases: [string, string, string][] = [
    ['every=1h', 'series', "either by 'series' or by 'match'"],
    ['series=m0&match=&every=1h', 'series', "either by 'series' or by 'match'"],
    ['series=m0&every=1h&group=city', 'group', "needs 'reduce'"],
    ['series=m0&every=1h&group=city,city&reduce=sum', 'group', 'more than once'],
    ['series=m0&every=1h&group=&reduce=sum', 'group', 'empty label'],
    ['series=m0&reduce=sum', 'reduce', "needs 'every'"],
    ['series=m0&every=1h&reduce=total', 'reduce', 'must be one of'],
    ['series=m0,,m1', 'series', 'empty'],
    ['match=city', 'match', 'expected one of =, !='],
    ['series=m0&every=1ms&fill=0', 'every', 'to fill'],
    ['series=m0&every=1ms&fill=0&reduce=sum', 'every', 'more buckets than can be reduced'],
    ['series=m0&limit=0', 'limit', '>= 1'],
    ['series=m0&downsample=m4:3', 'downsample', 'not known'],
  ]
  for (const [query, parameter, detail] of cases) {
    const answer = await get(`/points?${query}`)
    t.equal(answer.status, 400, query)
    t.match(answer.body.errors, [{ parameter }], query)
    t.match(answer.body.errors[0].detail, detail, query)
  }
  const unknown = await get('/points?series=m0,nowhere')
  t.equal(unknown.status, 404)
  const split = await get('/points?series=Level,station=x')
  t.match(split.body.detail, /no series 'Level'; a comma within a name is written '\\,'/)
  t.match(unknown.body.detail, "'nowhere'")
})

t.test('more series than one read may have', async (t) => {
  for (let i = 0; i < 21; i++) {
    await call(server.url, 'PUT', `/series/x${i}`, { json: { labels: { many: 'yes' } } })
  }
  const match = encodeURIComponent('many="yes"')
  for (const query of [
    `match=${match}`,
    `match=${match}&every=1h&reduce=sum`,
    `match=${match}&every=1h&reduce=sum&limit=3`,
  ]) {
    const answer = await get(`/points?${query}`)
    t.equal(answer.status, 400, query)
    t.match(answer.body, { type: /too-many-series/, detail: /more than 20 series/ })
  }
  const page = await get(`/points?match=${match}&limit=20`)
  t.equal(page.body.series.length, 20)
  t.equal((await get(`/points?match=${match}&limit=20&cursor=${page.body.next}`)).body.series.length, 1)
  const names = Array.from({ length: 21 }, (_, i) => `x${i}`).join()
  t.match((await get(`/points?series=${names}`)).body, { type: /too-many-series/ })
})

t.test('a long answer in columns is of one revision, whatever changes while it is sent', async (t) => {
  const count = 600_000
  const lines = (first: number, value: number) =>
    Array.from({ length: count / 2 }, (_, i) => `${1.6e9 + first + i},${value}`).join('\n')
  const csv = { 'content-type': 'text/csv' }
  for (const [first, value] of [
    [0, 1],
    [count / 2, 2],
  ] as const)
    await call(server.url, 'POST', '/series/long/points', { body: lines(first, value), headers: csv })
  const answer = await fetch(`${server.url}/points?series=long&shape=columns&timestamps=epoch_ms`)
  const reader = answer.body!.getReader()
  const chunks = [(await reader.read()).value!]
  // Nothing is read meanwhile, so that the answer is still being made.
  const deleted = await call(server.url, 'DELETE', `/series/long/points?from=${1.6e9}&to=${1.6e9 + count / 2}`)
  t.equal(deleted.body.deleted, count / 2)
  for (let part = await reader.read(); !part.done; part = await reader.read()) chunks.push(part.value)
  const [series] = JSON.parse(Buffer.concat(chunks).toString()).series
  t.equal(series.timestamps.length, count)
  t.equal(series.values.length, count)
  t.same([series.values[0], series.values.at(-1)], [1, 2])
})
