import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

const server = await startLocal()
t.teardown(() => server.stop())
const { url } = server

const hours = Array.from({ length: 24 * 60 }, (_, i) => {
  return `${new Date(Date.UTC(2024, 0, 1) + i * 3_600_000).toISOString()},${Math.sin(i / 24) * 10 + (i % 24)}`
})
for (const name of ['a', 'b']) {
  const headers = { 'content-type': 'text/csv' }
  await call(url, 'POST', `/series/${name}/points`, { body: hours.join('\n'), headers })
}
await call(url, 'PUT', '/series/a', { json: { unit: '°C', description: 'Temperature' } })
await call(url, 'PUT', '/series/b', { json: { unit: 'kW' } })

const ask = (params: object, series: string | string[], headers: Record<string, string> = {}) =>
  call(url, 'POST', '/jobs', { json: { kind: 'plot', series, params }, headers })

t.test('a fault between members never becomes a job, and has its pointer', async (t) => {
  for (const [params, series, pointer, detail] of [
    [{ by: 'month' }, 'a', '/params/by', /heatmap or box/],
    [{ mark: 'heatmap' }, ['a', 'b'], '/params/mark', /one series/],
    [{ right: ['c'] }, ['a', 'b'], '/params/right/0', /'c'/],
    [{ right: 'left' }, ['a', 'b'], '/params/right', /"unit", "none"/],
    [{ references: [{ time: 'soon' }] }, 'a', '/params/references/0/time', /'soon' is not a time/],
    [{ references: [{ valeu: 1 }] }, 'a', '/params/references/0/valeu', /did you mean 'value'/],
    [{ mark: 'histgram' }, 'a', '/params/mark', /"histogram"/],
    [{ overlay: '1y', panles: 'free' }, 'a', '/params/panles', /did you mean 'panels'/],
  ] as const) {
    const answer = await ask(params, series as string | string[])
    t.equal(answer.status, 400, JSON.stringify(params))
    t.equal(answer.body.errors[0].pointer, pointer)
    t.match(answer.body.errors[0].detail, detail)
  }
  t.same((await call(url, 'GET', '/jobs')).body.jobs, [])
})

t.test('times that count from now are those of the acceptance', async (t) => {
  const before = Date.now()
  const { body } = await ask({ references: [{ time: '-1h' }] }, 'a')
  const { time } = body.params.references[0]
  t.ok(time >= before - 3_600_000 && time <= Date.now() - 3_600_000, `${time}`)
})

t.test('a local time that comes twice is taken as the first, which is told', async (t) => {
  const answer = await ask({ tz: 'Europe/Berlin', references: [{ time: '2024-10-27T02:30:00' }] }, 'a')
  t.match(answer.headers.get('kymograph-notes'), /params\/references\/0\/time: .*comes twice/)
})

t.test('every mark comes in every form', async (t) => {
  const charts: [object, string | string[], RegExp, string][] = [
    [{ mark: 'histogram' }, 'a', / to .* │█/, 'series,from,to,count,share'],
    [{ mark: 'heatmap', tz: 'Europe/Berlin' }, 'a', /\nMon {2}/, 'series,weekday,hour,mean,count'],
    [{ mark: 'heatmap', by: 'calendar' }, 'a', /· no points/, 'series,date,mean,count'],
    [
      { mark: 'box', by: 'hour' },
      ['a', 'b'],
      /┃/,
      'series,hour,count,min,q1,median,q3,max,mean,lowerWhisker,upperWhisker,outliers',
    ],
    [{ mark: 'candlestick', every: '1d' }, 'a', /░ rise/, 'series,timestamp,open,high,low,close,count'],
    [{ panels: 'free' }, ['a', 'b'], /┤/, 'series,timestamp,value'],
    [{ overlay: '1w' }, 'a', /Mon +Tue/, 'series,timestamp,value,period'],
    [{ references: [{ value: 5, label: 'limit' }] }, ['a', 'b'], /╌ limit: 5/, 'series,timestamp,value'],
  ]
  for (const [params, series, text, header] of charts) {
    const name = JSON.stringify(params)
    const drawn = await ask(params, series, { accept: 'text/plain' })
    t.equal(drawn.status, 200, name)
    t.match(drawn.text, text, name)
    const id = drawn.headers.get('location')!.split('/').at(-1)!
    t.equal((await call(url, 'GET', `/results/${id}.csv`)).text.split('\n')[0], header)
    const { body } = await call(url, 'GET', `/results/${id}`)
    t.ok(body.alt.length > 60 && body.data.series.length > 0)
    const page = (await call(url, 'GET', `/results/${id}.html`)).text
    t.equal(page.match(/<svg/g)!.length, 1)
    t.match(page, '<button id="theme">')
    t.match((await call(url, 'GET', `/results/${id}.png`)).headers.get('content-type'), 'image/png')
  }
})

t.test('what the points don’t allow fails at once, with the reason', async (t) => {
  const { body } = await ask({ overlay: '1d', tz: 'UTC' }, 'a', { prefer: 'wait=30' })
  t.equal(body.status, 'succeeded')
  const tight = await ask({ mark: 'candlestick', every: '1h' }, 'a', { prefer: 'wait=30' })
  t.match(tight.body, { status: 'failed', attempt: 1, error: { code: 'too-many-candles' } })
})
