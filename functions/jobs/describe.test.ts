import t from 'tap'
import { call, startLocal } from '../../test/local.ts'

// Long leases: every job here is to end at its first attempt, however slow the machine is.
const server = await startLocal({ JOB_LEASE_MS: '20000', JOB_BEAT_MS: '500' })
t.teardown(() => server.stop())
const { url } = server

t.before(async () => {
  for (const [name, factor] of [
    ['one', 1],
    ['two', 10],
  ] as const) {
    const body = Array.from({ length: 100 }, (_, i) => `${1577836800 + i * 3600},${factor * (i % 24)}`).join('\n')
    await call(url, 'POST', `/series/${name}/points`, { body, headers: { 'content-type': 'text/csv' } })
  }
})

const submit = (json: object, headers: Record<string, string>) =>
  call(url, 'POST', '/jobs', { json: { kind: 'describe', ...json }, headers })

t.test('a description comes in every form', async (t) => {
  const job = await submit({ series: ['one', 'two'] }, { prefer: 'wait=60' })
  t.match(job.body, { status: 'succeeded', params: { quantiles: [1, 5, 25, 75, 95, 99], width: 800 } })
  const form = (suffix: string) => call(url, 'GET', `/results/${job.body.id}.${suffix}`)
  const { data, alt } = (await form('json')).body
  t.match(data.series, [
    { name: 'one', count: 100, mean: 11.1, step: { every: '1h' } },
    { name: 'two', count: 100, mean: 111 },
  ])
  const [header, first] = (await form('csv')).text.split('\n')
  t.match(header, /^series,unit,description,count,first\.timestamp,.*quantiles\.p95.*trend\.slope/)
  t.match(first, /^one,/)
  t.match((await form('txt')).text, /^one\n─+$/m)
  const svg = (await form('svg')).text
  t.match(svg, `aria-label="${alt}"`)
  t.match((await form('html')).text, '<tr><td>mean</td><td class="number">11.1</td><td class="number">111</td></tr>')
  t.equal((await form('png')).bytes.toString('latin1', 1, 4), 'PNG')
})

t.test('one series has a page that looks closer, and a text with chart, histogram and figures', async (t) => {
  const page = await submit({ series: 'one' }, { accept: 'text/html' })
  t.equal(page.status, 200)
  t.match(page.text, 'plot_area_marks')
  t.equal(page.text.match(/role-axis-label x-labels"/g)?.length, 1, 'the time axis, not that of the histogram')
  const text = await submit({ series: 'one' }, { accept: 'text/plain' })
  t.match(text.text, /[⠁-⣿]/)
  t.match(text.text, /│█+/)
  t.match(text.text, /^mean +11\.1 /m)
})

t.test('a range without a point fails at once, and says why', async (t) => {
  const job = await submit({ series: 'one', from: '2030-01-01' }, { prefer: 'wait=60' })
  t.match(job.body, { status: 'failed', attempt: 1, error: { code: 'no-points' } })
})

t.test('parameters are checked', async (t) => {
  for (const [params, pointer] of [
    [{ quantiles: [5, 101] }, '/params/quantiles/1'],
    [{ per: 'decade' }, '/params/per'],
    [{ bins: 0 }, '/params/bins'],
    [{ qantiles: [5] }, '/params/qantiles'],
    [{ tz: 'Nowhere' }, '/params/tz'],
  ] as const) {
    const answer = await submit({ series: 'one', params }, {})
    t.equal(answer.status, 400, pointer)
    t.equal(answer.body.errors[0].pointer, pointer)
  }
})
