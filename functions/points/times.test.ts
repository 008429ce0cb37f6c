import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server
const csv = { 'content-type': 'text/csv' }
let made = 0

/** Writes one time, and gives what is read back and what was noted. */
async function roundTrip(text: string, query = '') {
  const series = `time-${made++}`
  const written = await call(url, 'POST', `/series/${series}/points?${query}`, { body: `${text},1`, headers: csv })
  if (written.status !== 200) throw new Error(written.text)
  const read = await call(url, 'GET', `/series/${series}/points.csv`)
  const epoch = await call(url, 'GET', `/series/${series}/points?timestamps=epoch_ms&shape=columns`)
  const time = read.text.split('\n')[1]!.split(',')[0]!
  t.equal(epoch.body.timestamps[0], Date.parse(time), 'the same as an integer')
  return { time, notes: written.body.notes as { line: number; detail: string }[] | undefined }
}

t.test('every form of a time is read back', async (t) => {
  const forms: [text: string, query: string, time: string][] = [
    ['2024-06-01T12:00:00Z', '', '2024-06-01T12:00:00.000Z'],
    ['2024-06-01T12:00:00.1239+02:00', '', '2024-06-01T10:00:00.123Z'],
    ['2024-06-01', '', '2024-06-01T00:00:00.000Z'],
    ['2024-06-01', 'tz=Asia/Kathmandu', '2024-05-31T18:15:00.000Z'],
    ['2024-06-01 12:00:00', 'tz=Europe/Berlin', '2024-06-01T10:00:00.000Z'],
    ['2024-12-01T12:00', 'tz=Australia/Lord_Howe', '2024-12-01T01:00:00.000Z'],
    ['1717243200', '', '2024-06-01T12:00:00.000Z'],
    ['1717243200123', '', '2024-06-01T12:00:00.123Z'],
    ['1717243200123999', '', '2024-06-01T12:00:00.123Z'],
    ['1717243200123999999', '', '2024-06-01T12:00:00.123Z'],
    ['86400', 'unit=s', '1970-01-02T00:00:00.000Z'],
    ['86400', 'unit=ms', '1970-01-01T00:01:26.400Z'],
    ['86400999', 'unit=us', '1970-01-01T00:01:26.400Z'],
    ['86400999999', 'unit=ns', '1970-01-01T00:01:26.400Z'],
    ['-1', 'unit=ns', '1969-12-31T23:59:59.999Z'],
    ['1717243200', 'timestamps=epoch_ms', '1970-01-20T21:00:43.200Z'],
  ]
  for (const [text, query, time] of forms) {
    const read = await roundTrip(text, query)
    t.equal(read.time, time, `${text} ${query}`)
    t.equal(read.notes, undefined)
  }
})

t.test('relative times count from now, in bodies and paths too', async (t) => {
  const before = Date.now()
  const now = Date.parse((await roundTrip('now')).time)
  const day = Date.parse((await roundTrip('-24h')).time)
  t.ok(now >= before && now <= Date.now())
  t.ok(day >= before - 86_400_000 && day <= Date.now() - 86_400_000)
  t.equal((await call(url, 'PUT', '/series/relative/points/now', { json: { value: 3 } })).status, 201)
  const { points } = (await call(url, 'GET', '/series/relative/points?from=-10m&to=%2B1s')).body
  t.equal(points.length, 1)
})

t.test(
  'clock changes: of an ambiguous time the first counts, a skipped one moves forward, and both are told',
  async (t) => {
    const changes: [tz: string, local: string, time: string, told: string][] = [
      ['Europe/Berlin', '2025-10-26T02:30:00', '2025-10-26T00:30:00.000Z', 'comes twice in Europe/Berlin: the first'],
      [
        'Europe/Berlin',
        '2025-03-30T02:30:00',
        '2025-03-30T01:30:00.000Z',
        'was skipped in Europe/Berlin: moved forward',
      ],
      [
        'America/New_York',
        '2025-11-02T01:15:00',
        '2025-11-02T05:15:00.000Z',
        'comes twice in America/New_York: the first',
      ],
      [
        'America/New_York',
        '2025-03-09T02:15:00',
        '2025-03-09T07:15:00.000Z',
        'was skipped in America/New_York: moved forward',
      ],
      [
        'Australia/Lord_Howe',
        '2025-04-06T01:45:00',
        '2025-04-05T14:45:00.000Z',
        'comes twice in Australia/Lord_Howe: the first',
      ],
      [
        'Australia/Lord_Howe',
        '2025-10-05T02:10:00',
        '2025-10-04T15:40:00.000Z',
        'was skipped in Australia/Lord_Howe: moved forward',
      ],
      [
        'Asia/Kathmandu',
        '1986-01-01T00:05:00',
        '1985-12-31T18:35:00.000Z',
        'was skipped in Asia/Kathmandu: moved forward',
      ],
    ]
    for (const [tz, local, time, told] of changes) {
      const read = await roundTrip(local, `tz=${tz}`)
      t.equal(read.time, time, `${local} ${tz}`)
      t.same(read.notes, [{ line: 1, detail: `'${local}' ${told}, ${time} was taken` }])
    }
    const plain: [tz: string, local: string][] = [
      ['Europe/Berlin', '2025-10-26T01:59:59'],
      ['Europe/Berlin', '2025-10-26T03:00:00'],
      ['Europe/Berlin', '2025-03-30T03:00:00'],
      ['Australia/Lord_Howe', '2025-04-06T01:29:59'],
      ['Australia/Lord_Howe', '2025-04-06T02:00:00'],
      ['Australia/Lord_Howe', '2025-10-05T02:30:00'],
      ['Asia/Kathmandu', '1986-01-01T00:15:00'],
    ]
    for (const [tz, local] of plain) t.equal((await roundTrip(local, `tz=${tz}`)).notes, undefined, `${local} ${tz}`)
  },
)

t.test('notes name their places, the first hundred', async (t) => {
  const minutes = Array.from(
    { length: 150 },
    (_, i) => `2025-10-26T02:${String(i % 60).padStart(2, '0')}:${String(Math.floor(i / 60)).padStart(2, '0')}`,
  )
  const body = ['2025-10-26T01:00:00', ...minutes].map((time) => `${time},1`).join('\n')
  const many = (await call(url, 'POST', '/series/noted/points?tz=Europe/Berlin', { body, headers: csv })).body
  t.equal(many.inserted, 151)
  t.equal(many.notes.length, 101)
  t.match([many.notes[0], many.notes[99], many.notes[100]], [{ line: 2 }, { line: 101 }, { detail: 'and 50 more' }])
  const list = [
    { timestamp: '2025-10-26T01:00:00', value: 1 },
    { timestamp: '2025-10-26T02:00:00', value: 1 },
  ]
  const json = (await call(url, 'POST', '/series/noted/points?tz=Europe/Berlin', { json: list })).body
  t.match(json.notes, [{ pointer: '/1/timestamp', detail: /comes twice/ }])
})

t.test('bounds and paths are told of as well: in the answer of a write, in a header of a read', async (t) => {
  const query = 'from=2025-10-26T02:00:00&to=2025-10-26T03:00:00&tz=Europe/Berlin'
  await call(url, 'POST', '/series/b/points', { body: '2025-10-26T00:30:00Z,1\n2025-10-26T01:30:00Z,2', headers: csv })
  const read = await call(url, 'GET', `/series/b/points?${query}`)
  t.equal(read.body.points.length, 2, 'from the first of the two')
  t.equal(
    read.headers.get('kymograph-notes'),
    "from: '2025-10-26T02:00:00' comes twice in Europe/Berlin: the first, 2025-10-26T00:00:00.000Z was taken",
  )
  t.equal((await call(url, 'GET', '/series/b/points?from=2025-10-26')).headers.get('kymograph-notes'), null)
  const one = '/series/b/points/2025-10-26T02:30:00?tz=Europe/Berlin'
  t.match((await call(url, 'GET', one)).headers.get('kymograph-notes'), /^timestamp: '2025-10-26T02:30:00' comes twice/)
  const put = await call(url, 'PUT', one, { json: { value: 5 } })
  t.match(put.body, { updated: 1, notes: [{ parameter: 'timestamp', detail: /comes twice/ }] })
  const replaced = await call(url, 'PUT', `/series/b/points?${query}`, { body: '2025-10-26T02:45:00,9', headers: csv })
  t.match(replaced.body, { deleted: 2, notes: [{ parameter: 'from' }, { line: 1 }] })
  t.match((await call(url, 'DELETE', `/series/b/points?${query}`)).body, { deleted: 1, notes: [{ parameter: 'from' }] })
  await call(url, 'POST', '/series/b/points', { body: '2025-10-26T00:30:00Z,1', headers: csv })
  const job = await call(url, 'POST', '/jobs', {
    json: { kind: 'plot', series: 'b', from: '2025-03-30T02:30:00', params: { tz: 'Europe/Berlin' } },
  })
  t.equal(job.body.from, '2025-03-30T01:30:00.000Z')
  t.match(job.headers.get('kymograph-notes'), /^from: '2025-03-30T02:30:00' was skipped in Europe\/Berlin/)
})

t.test('a plus in an address, which a query takes for a space, is the sign that it was', async (t) => {
  const body = '2024-06-01T09:00:00Z,1\n2024-06-01T10:00:00Z,2\n2024-06-01T11:00:00Z,3'
  await call(url, 'POST', '/series/plus/points', { body, headers: csv })
  const values = async (query: string) => {
    const { status, body } = await call(url, 'GET', `/series/plus/points?shape=columns&${query}`)
    t.equal(status, 200, query)
    return body.values
  }
  t.same(await values('from=2024-06-01T12:00:00+02:00'), [2, 3])
  t.same(await values('from=2024-06-01T12:00:00%2B02:00'), [2, 3])
  t.same(await values('from=2024-06-01T14:00:00.5+0400&to=2024-06-01+15:30+04:30'), [])
  t.same(await values('from=2024-06-01T14:00:00.0+0400&to=2024-06-01+15:30:00.1+04:30'), [2, 3])
  t.same(await values('to=2024-06-01+10:00'), [1], 'a space between day and time stays one')
  t.same(await values('to=+1h'), [1, 2, 3])
  const body2 = { kind: 'plot', series: 'plus', from: '2024-06-01T12:00:00 02:00' }
  t.equal((await call(url, 'POST', '/jobs', { json: body2 })).status, 400, 'in a body a space is a space')
})

t.test('what a clock change did to a bound is noted with every read', async (t) => {
  await call(url, 'POST', '/series/noted/points', { body: '2024-01-01,1', headers: csv })
  for (const path of ['/series/noted/points?', '/series/noted/points?every=1d&', '/points?series=noted&']) {
    const { headers } = await call(url, 'GET', `${path}from=2024-03-31T02:30&tz=Europe/Berlin`)
    t.match(headers.get('kymograph-notes'), /^from: '2024-03-31T02:30' was skipped in Europe\/Berlin/, path)
  }
})

t.test('faults of the path and of bounds name the parameter', async (t) => {
  const cases: [method: string, path: string, parameters: string[]][] = [
    ['GET', '/series/x/points/soon', ['timestamp']],
    ['GET', '/series/%00/points', ['series']],
    ['GET', '/series/x/points?from=soon&to=never', ['from', 'to']],
    ['DELETE', '/series/x/points', ['from', 'to']],
    ['DELETE', '/series/x/points?from=2024-01-01', ['to']],
    ['DELETE', '/series/x/points?all=true&from=2024-01-01', ['all']],
  ]
  for (const [method, path, parameters] of cases) {
    const { status, body } = await call(url, method, path)
    t.equal(status, 400, path)
    t.same(
      body.errors.map(({ parameter }: { parameter: string }) => parameter),
      parameters,
      path,
    )
  }
  const { body } = await call(url, 'PUT', '/series/x/points/2024-01-01', {
    body: '',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(body.detail, 'The body has an error: line 1: the body is empty.')
})
