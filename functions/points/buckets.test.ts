import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const get = (path: string, headers = {}) => call(server.url, 'GET', path, { headers })
const post = (series: string, body: string) =>
  call(server.url, 'POST', `/series/${series}/points`, { body, headers: { 'content-type': 'text/csv' } })

const minute = 60_000
const start = Date.parse('2024-03-30T00:00:00Z')

t.before(async () => {
  // Ten minutes apart for two days, without the hours from 06:00 to 12:00 of the first.
  const times = Array.from({ length: 288 }, (_, i) => start + i * 10 * minute)
  const kept = times.filter((time) => time < start + 360 * minute || time >= start + 720 * minute)
  t.equal((await post('lake', kept.map((time, i) => `${time},${(i * 37) % 11}`).join('\n'))).status, 200)
  t.equal((await post('few', '2024-01-01T00:10:00Z,1\n2024-01-01T03:20:00Z,4\n2024-01-01T03:40:00Z,8\n')).status, 200)
})

t.test('buckets in every form', async (t) => {
  const query = 'every=1h&aggregate=count,mean,stddev'
  const rows = [
    { timestamp: '2024-01-01T00:00:00.000Z', count: 1, mean: 1, stddev: null },
    { timestamp: '2024-01-01T03:00:00.000Z', count: 2, mean: 6, stddev: Math.sqrt(8) },
  ]
  t.same((await get(`/series/few/points?${query}`)).body, { series: 'few', points: rows, next: null })
  t.same((await get(`/series/few/points?${query}&shape=columns&timestamps=epoch_ms`)).body, {
    series: 'few',
    timestamps: rows.map(({ timestamp }) => Date.parse(timestamp)),
    count: [1, 2],
    mean: [1, 6],
    stddev: [null, Math.sqrt(8)],
    next: null,
  })
  t.equal(
    (await get(`/series/few/points.csv?${query}`)).text,
    `timestamp,count,mean,stddev\n${rows[0]!.timestamp},1,1,\n${rows[1]!.timestamp},2,6,${Math.sqrt(8)}\n`,
  )
  const lines = (await get(`/series/few/points?${query}&format=ndjson&order=desc`)).text.trimEnd().split('\n')
  t.same(
    lines.map((line) => JSON.parse(line)),
    rows.toReversed(),
  )
  t.same((await get('/series/few/points?every=1h&limit=1')).body.points, [{ timestamp: rows[0]!.timestamp, mean: 1 }])
})

t.test('a range that cuts buckets counts what is inside', async (t) => {
  const at = async (query: string) =>
    (await get(`/series/few/points?every=1h&timestamps=epoch_ms&${query}`)).body.points
  const three = Date.parse('2024-01-01T03:00:00Z')
  t.same(await at('from=2024-01-01T03:30:00Z&aggregate=count,mean'), [{ timestamp: three, count: 1, mean: 8 }])
  t.same(await at('to=2024-01-01T03:30:00Z&from=2024-01-01T03:00:00Z'), [{ timestamp: three, mean: 4 }])
  // From 03:00 to 03:50 it was 1 for 20 minutes (since before), 4 for 20 and 8 for 10.
  const range = 'from=2024-01-01T03:00:00Z&to=2024-01-01T03:50:00Z'
  t.same(await at(`${range}&aggregate=twmean`), [{ timestamp: three, twmean: (1 * 20 + 4 * 20 + 8 * 10) / 50 }])
  t.same(await at(`${range}&aggregate=delta,rate`), [{ timestamp: three, delta: 4, rate: 4 / 1200 }])
})

t.test('empty buckets are filled from bound to bound', async (t) => {
  const filled = async (query: string) =>
    (await get(`/series/few/points?every=1h&shape=columns&aggregate=mean,count,twmean&${query}`)).body
  const open = await filled('fill=linear')
  t.same(open.mean, [1, 2.6666666666666665, 4.333333333333333, 6], 'an open range: from the first point to the last')
  t.same(open.count, [1, 0, 0, 2])
  t.same(open.twmean, [1, 1, 1, (1 * 20 + 4 * 20 + 8 * 20) / 60])
  const range = 'from=2023-12-31T23:00:00Z&to=2024-01-01T05:00:00Z'
  t.same((await filled(`${range}&fill=null`)).mean, [null, 1, null, null, 6, null])
  t.same((await filled(`${range}&fill=previous`)).mean, [null, 1, 1, 1, 6, 6])
  t.same((await filled(`${range}&fill=-1&order=desc`)).mean, [-1, 6, -1, -1, 1, -1])
  t.same((await filled('from=2025-01-01T00:00:00Z&to=2025-01-01T02:00:00Z&fill=0')).mean, [0, 0], 'without a point')
  t.same((await filled('from=2025-01-01T00:00:00Z&to=2025-01-01T02:00:00Z&fill=0')).twmean, [8, 8], 'what was last')
  t.same((await filled('from=2024-01-01&to=2024-01-01&fill=0')).mean, [], 'an empty range has no bucket')
})

t.test('page by page it is what it is at once', async (t) => {
  const queries = [
    'every=1h&aggregate=mean,count',
    'every=1h&aggregate=twmean,mean&fill=linear',
    'every=25m&aggregate=max,twmean&fill=previous&from=2024-03-29T20:00:00Z&to=2024-04-01',
    'every=5m&aggregate=first&fill=null&from=2024-03-30T05:00:00Z&to=2024-03-30T13:00:00Z',
    'every=1d&tz=Europe/Berlin&aggregate=sum,delta',
    'downsample=m4:9',
    'downsample=lttb:20&from=2024-03-30T03:00:00Z',
  ]
  for (const query of queries) {
    for (const order of ['asc', 'desc']) {
      const whole = (await get(`/series/lake/points?${query}&order=${order}`)).body.points
      const backwards = (await get(`/series/lake/points?${query}&order=${order === 'asc' ? 'desc' : 'asc'}`)).body
        .points
      t.same(whole, backwards.toReversed(), `${query}: ${order} is the other way round`)
      for (const limit of [3, 11]) {
        const seen: object[] = []
        let next: string | null = null
        do {
          const cursor: string = next === null ? '' : `&cursor=${next}`
          const { body } = await get(`/series/lake/points?${query}&order=${order}&limit=${limit}${cursor}`)
          t.ok(body.points.length <= limit && (body.next === null || body.points.length === limit))
          seen.push(...body.points)
          next = body.next
        } while (next !== null)
        t.same(seen, whole, `${query}, ${order}, ${limit} a page`)
      }
    }
  }
})

t.test('a page of wide gaps is found by reading on', async (t) => {
  const far = ['2001-01-01,1', '2009-06-01,2', '2024-01-01,3'].join('\n')
  t.equal((await post('far', far)).status, 200)
  for (const order of ['asc', 'desc']) {
    const { body } = await get(`/series/far/points?every=1h&limit=2&shape=columns&order=${order}`)
    t.same(body.mean, order === 'asc' ? [1, 2] : [3, 2])
    t.type(body.next, 'string')
    const rest = (await get(`/series/far/points?every=1h&limit=2&shape=columns&order=${order}&cursor=${body.next}`))
      .body
    t.same(rest.mean, [order === 'asc' ? 3 : 1])
    t.equal(rest.next, null)
  }
  const { body } = await get('/series/far/points?every=1ms&limit=3&fill=linear&shape=columns')
  t.equal(body.mean[0], 1)
  t.ok(body.mean[1] > 1 && body.mean[2] > body.mean[1] && body.mean[2] < 1.001, 'towards a point years away')
})

t.test('entity tags go by what was asked', async (t) => {
  const path = '/series/few/points?every=1h&aggregate=mean'
  const first = await get(path)
  const etag = first.headers.get('etag')!
  t.equal((await get(path, { 'if-none-match': etag })).status, 304)
  t.equal(first.headers.get('cache-control'), 'private, no-cache')
  for (const other of [
    '&tz=Asia/Tokyo',
    '&fill=0',
    '&order=desc',
    '&limit=2',
    '&shape=columns',
    '&timestamps=epoch_ms',
  ]) {
    t.not((await get(path + other)).headers.get('etag'), etag, other)
  }
  t.not((await get('/series/few/points?every=1h&aggregate=max')).headers.get('etag'), etag)
  const paged = await get('/series/few/points?every=1h&limit=1')
  t.match(paged.headers.get('link'), /every=1h&limit=1&cursor=[\w-]+>; rel="next"/)
  t.equal((await get(`/series/few/points?every=2h&limit=1&cursor=${paged.body.next}`)).status, 400, 'another query')
})

t.test('downsampling keeps points of the series', async (t) => {
  const all = (await get('/series/lake/points')).body.points as { timestamp: string; value: number }[]
  const known = new Map(all.map(({ timestamp, value }) => [timestamp, value]))
  const shape = (await get('/series/lake/points?downsample=lttb:50')).body.points as typeof all
  t.equal(shape.length, 50)
  t.same([shape[0], shape.at(-1)], [all[0], all.at(-1)])
  t.ok(shape.every(({ timestamp, value }) => known.get(timestamp) === value))
  const m4 = (await get('/series/lake/points.csv?downsample=m4:1')).text.trimEnd().split('\n')
  t.equal(m4[0], 'timestamp,value')
  t.ok(m4.length <= 5)
  t.same((await get('/series/lake/points?downsample=m4:1000&shape=columns')).body.values.length, all.length)
})

t.test('what can not be meant is refused by name', async (t) => {
  const cases: [string, string, string][] = [
    ['every=1x', 'every', 'not a width of buckets'],
    ['every=0h', 'every', 'not a width of buckets'],
    ['every=1h&aggregate=maen', 'aggregate', "did you mean 'mean'"],
    ['every=1h&aggregate=p101', 'aggregate', 'p0 to p100'],
    ['every=1h&aggregate=mean,mean', 'aggregate', 'more than once'],
    ['every=1h&fill=zero', 'fill', 'expected none, null'],
    ['aggregate=mean', 'aggregate', "needs 'every'"],
    ['fill=0', 'fill', "needs 'every'"],
    ['every=1h&downsample=m4:100', 'downsample', "together with 'every'"],
    ['downsample=m5:100', 'downsample', 'expected m4:N or lttb:N'],
    ['downsample=lttb:1', 'downsample', 'lttb takes 2 to 100000'],
    ['downsample=m4:0', 'downsample', 'm4 takes 1 to 100000'],
    ['every=1ms&fill=0', 'every', 'more than 1000000 to fill'],
    ['every=1d&tz=Mars/Base', 'tz', 'not an IANA time zone'],
    ['evry=1h', 'evry', "did you mean 'every'"],
  ]
  for (const [query, parameter, detail] of cases) {
    const answer = await get(`/series/lake/points?${query}`)
    t.equal(answer.status, 400, query)
    t.match(answer.body.errors, [{ parameter }], query)
    t.match(answer.body.errors[0].detail, detail, query)
  }
  t.equal((await get('/series/nowhere/points?every=1h')).status, 404)
  t.equal((await get('/series/nowhere/points?downsample=m4:3&limit=2')).status, 404)
})

t.test('a series without points has no buckets', async (t) => {
  await call(server.url, 'PUT', '/series/hollow', { json: { unit: 'm' } })
  for (const query of [
    'every=1h&aggregate=mean,twmean',
    'every=1h&fill=0&limit=3',
    'downsample=m4:5',
    'downsample=lttb:5',
  ]) {
    t.same((await get(`/series/hollow/points?${query}`)).body.points, [], query)
  }
})
