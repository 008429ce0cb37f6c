import t from 'tap'
import { importKeys } from '../../shared/keys.ts'
import { day, startImports } from '../../test/importing.ts'
import { call } from '../../test/local.ts'

const { url, redis, post, rows, describe } = await startImports(t)

t.test('units and labels become metadata; what a user said of a series stays', async (t) => {
  await call(url, 'PUT', '/series/m%3AHumidity,station=x', { json: { unit: 'parts', labels: { owner: 'me' } } })
  const { body } = await post(
    'prefix=m:',
    'date,station,Temp (°C),Humidity [%]\n2024-01-01,x,1,50\n2024-01-01,y,2,60\n',
  )
  t.equal(body.series, 4)

  t.match(await describe('m:Temp,station=x'), { unit: '°C', labels: { station: 'x' } })
  t.match(await describe('m:Humidity,station=y'), { unit: '%', labels: { station: 'y' } })
  t.match(await describe('m:Humidity,station=x'), { unit: 'parts', labels: { station: 'x', owner: 'me' } })
  const listed = await call(url, 'GET', `/series?match=${encodeURIComponent('station="x"')}&prefix=m:`)
  t.equal(listed.body.series.length, 2, 'the index knows the labels')
})

t.test('lists side by side: units beside them, a note of others, and the mapping sent back', async (t) => {
  const hourly = { time: [1719792000, 1719795600], temp: [17.5, 17] }
  const daily = { time: [1719792000], max: [25] }
  const document = JSON.stringify({ data: { units: { temp: '°C' }, hourly, daily } })
  const { body } = await post('prefix=o:', document)
  t.match(body, { inserted: 2, mapping: { records: 'data.hourly', unit: 's' } })
  t.match(body.notes, [/'data\.hourly' are read, the longest; there are others at 'data\.daily', which records= names/])
  t.match(await describe('o:temp'), { unit: '°C', count: 2 })
  const again = await post(body.query, document)
  t.match(again.body, { unchanged: 2, mapping: body.mapping })
})

t.test('points that are there are updated, those beside them stay', async (t) => {
  const line = (i: number, v: number) => `${1704067200 + i * 60},${v}\n`
  const many = (from: number, to: number, v: (i: number) => number) =>
    Array.from({ length: to - from }, (_, i) => line(from + i, v(from + i))).join('')
  const first = await post('prefix=u:', `time,v\n${many(0, 20_000, (i) => i)}`)
  t.match(first.body, { inserted: 20_000, updated: 0, unchanged: 0 })
  const second = await post(
    'prefix=u:',
    `time,v\n${many(2500, 2600, () => -1)}${many(2600, 2700, (i) => i)}${line(90_000, 1)}`,
  )
  t.match(second.body, { inserted: 1, updated: 100, unchanged: 100 })
  const all = (await rows('u:v'))!
  t.equal(all.length, 20_001)
  t.same(
    all.slice(2498, 2502).map(([, v]) => v),
    [2498, 2499, -1, -1],
  )
  t.same(
    all.slice(2599, 2601).map(([, v]) => v),
    [-1, 2600],
  )
  const info = (await call(url, 'GET', '/series/u%3Av')).body
  t.match(info, {
    count: 20_001,
    min: -1,
    max: 19_999,
    last: new Date((1704067200 + 90_000 * 60) * 1000).toISOString(),
  })
  const third = await post('prefix=u:', `time,v\n${line(90_000, 1)}`)
  t.match(third.body, { inserted: 0, unchanged: 1 })
  t.equal(
    (await call(url, 'GET', '/series/u%3Av')).body.revision,
    info.revision,
    'an unchanged import leaves the revision alone',
  )
})

t.test('series that are there: a dry run names them, an import tells what it overwrote', async (t) => {
  const body = 'date,a,b\n2024-01-01,1,1\n2024-01-02,2,2\n'
  t.notMatch((await post('prefix=w:&dry_run=true', body)).body.notes.join(), /already/)
  t.notMatch((await post('prefix=w:&values=a', body)).body.notes.join(), /prefix=/)
  const { body: dry } = await post('prefix=w:&dry_run=true', body)
  t.match(dry.notes.at(-1), /series of these names already: 'w:a'; .*prefix= keeps data sets apart/)
  const { body: done } = await post('prefix=w:', 'date,a\n2024-01-01,5\n2024-01-02,2\n')
  t.match(done, { updated: 1, unchanged: 1 })
  t.match(done.notes.at(-1), /^A point that was there got another value/)
  t.notMatch((await post('prefix=w:', 'date,a\n2024-01-01,5\n')).body.notes.join(), /another value/)
})

t.test('epoch numbers count milliseconds where timestamps=epoch_ms says so', async (t) => {
  const { body } = await post('prefix=e:&timestamps=epoch_ms&dry_run=true', 'time,v\n1500000000,1\n1500060000,2\n')
  t.match(body, { mapping: { unit: 'ms' }, preview: [{ points: [{ timestamp: 1500000000 }] }, {}] })
  const iso = await post('prefix=e:&timestamps=epoch_ms&dry_run=true', 'time,v\n2024-01-01,1\n')
  t.match(iso.body.preview, [{ points: [{ timestamp: 1704067200000 }] }])
})

t.test('a dry run tells how it would be read, and writes nothing', async (t) => {
  const body = 'day,Temp (°C),who\n2024-01-01,1.5,a\n2024-01-02,x,b\n2024-01-03,2.5,c\n'
  const { body: dry } = await post('prefix=dry:&dry_run=true', body)
  t.match(dry, {
    mapping: {
      time: 'day',
      time_format: 'iso',
      tz: 'UTC',
      values: 'Temp (°C)',
      labels: '',
      decimal: '.',
      delimiter: ',',
      header: '1',
    },
    preview: [
      { line: 2, points: [{ series: 'dry:Temp', timestamp: '2024-01-01T00:00:00.000Z', value: 1.5 }] },
      { line: 4, points: [{ series: 'dry:Temp', timestamp: '2024-01-03T00:00:00.000Z', value: 2.5 }] },
    ],
    rejected: 1,
    rejects: [{ line: 3, column: 'Temp (°C)', text: 'x', detail: /not a number.*add null=x/ }],
    columns: ['day', 'Temp (°C)', 'who'],
  })
  t.equal(await rows('dry:Temp'), undefined)
  const { body: asked } = await post('dry_run=true', 'd,v\n01/02/2024,1\n03/04/2024,2\n')
  t.match(asked, {
    mapping: null,
    asks: [{ parameter: 'time_format', detail: /add time_format=DD\/MM\/YYYY or time_format=MM\/DD\/YYYY/ }],
  })
  const { body: told } = await post('prefix=dry:&time_format=MM/DD/YYYY', 'd,v\n01/02/2024,1\n03/04/2024,2\n')
  t.equal(told.inserted, 2)
  t.same((await rows('dry:v'))![0], [day('2024-01-02'), 1])
})

t.test('rejects: abort writes nothing, skip leaves them out', async (t) => {
  const lines = Array.from({ length: 400 }, (_, i) => `${1704067200 + i},${i},s${i % 4}`)
  lines[150] = '1704067350,oops,s2'
  lines[151] = 'never,3,s3'
  const body = `time,v,station\n${lines.join('\n')}\n`
  const bad = await post('prefix=r:&labels=station', body)
  t.equal(bad.status, 400)
  t.match(
    bad.body.detail,
    /2 of 400 rows can't be read: line 152, column 'v': 'oops' is not a number.*Nothing was written/,
  )
  t.match(bad.body.errors, [
    { line: 152, column: 'v', text: 'oops' },
    { line: 153, column: 'time', text: 'never' },
  ])
  t.equal(await rows('r:v,station=s0'), undefined)
  t.same(await redis.keys('*staged*'), [], 'nothing is left of it')
  const { body: skipped } = await post('prefix=r:&labels=station&on_error=skip', body)
  t.match(skipped, { rows: 400, inserted: 398, series: 4, rejected: 2, rejects: [{ line: 152 }, { line: 153 }] })
  t.equal((await rows('r:v,station=s0'))!.length, 100)
  t.same(await redis.keys('*staged*'), [])
  t.same(await redis.keys(`${importKeys.journal('')}*`), [], 'the journal is closed')
})

t.test('local times that a clock change skips or doubles are told of, row by row', async (t) => {
  const body = 'time,v\n2024-03-31 01:59,1\n2024-03-31 02:30,2\n2024-10-27 02:30,3\n2024-10-27 02:45,4\n'
  const told = [
    "Line 3: '2024-03-31 02:30' was skipped in Europe/Berlin: moved forward, 2024-03-31T01:30:00.000Z was taken.",
    "Line 4: '2024-10-27 02:30' comes twice in Europe/Berlin: the first, 2024-10-27T00:30:00.000Z was taken.",
    "Line 5: '2024-10-27 02:45' comes twice in Europe/Berlin: the first, 2024-10-27T00:45:00.000Z was taken.",
  ]
  const { body: dry } = await post('prefix=clock:&tz=Europe/Berlin&dry_run=true', body)
  t.same(dry.notes, told)
  const { body: written } = await post('prefix=clock:&tz=Europe/Berlin', body)
  t.same(written.notes, told)
  t.equal(written.inserted, 4)
})

t.test('an import with an Idempotency-Key is done once', async (t) => {
  const send = (body: string) =>
    call(url, 'POST', '/import?prefix=once:', {
      body,
      headers: { 'content-type': 'text/csv', 'idempotency-key': 'import-1' },
    })
  const first = await send('date,v\n2024-01-01,1\n2024-01-02,2\n')
  t.match([first.status, first.body], [200, { inserted: 2 }])
  await call(url, 'DELETE', '/series/once%3Av/points?all=true')
  const again = await send('date,v\n2024-01-01,1\n2024-01-02,2\n')
  t.same([again.status, again.body], [200, first.body])
  t.equal(again.headers.get('idempotency-replayed'), 'true')
  t.equal((await call(url, 'GET', '/series/once%3Av')).body.count, 0, 'nothing was written again')
  const other = await send('date,v\n2024-01-01,9\n')
  t.ok(other.status >= 400 && other.status < 500, `another data set under the key: ${other.status}`)
})

t.test(
  'a large import over points that are there: what meets them is merged, the rest stays as it was sent',
  async (t) => {
    const line = (i: number, v: number) => `${1704067200 + i * 60},${v}\n`
    const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => line(from + i, i)).join('')
    await post('prefix=l:', `time,v\n${line(5000, -1)}${line(20_000, -1)}${line(20_000.5, -1)}`)
    const { body } = await post('prefix=l:', `time,v\n${many(0, 150_000)}`)
    t.match(body, { inserted: 149_998, updated: 2, unchanged: 0, repeated: 0 })
    const { body: info } = await call(url, 'GET', '/series/l%3Av')
    t.match(info, { count: 150_001, min: -1, max: 149_999 })
    const { body: all } = await call(url, 'GET', '/series/l%3Av/points?shape=columns&limit=200000')
    const values: number[] = all.values
    t.equal(values.length, 150_001)
    t.ok(values.every((value, i) => value === (i <= 20_000 ? i : i === 20_001 ? -1 : i - 1)))
  },
)
