import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { startImports } from '../../test/importing.ts'

const { redis, post, url } = await startImports(t, { MAX_IMPORT_SERIES: '500' })

// A body, the query, and what the answer must say.
const faults: Record<string, [body: string | Buffer, query: string, detail: RegExp]> = {
  'an empty file': ['', '', /the file is empty/],
  'a header alone': ['date,value\n', '', /line 1: the file names its columns \('date', 'value'\), and no row follows/],
  'a header alone below a title': ['A title,\ndate,value\n', 'header=2', /line 2: .* and no row follows/],
  'no time column': ['a,b\nx,1\ny,2\n', '', /no column holds times; there are 'a' \(x\), 'b' \(1\)\. Add time=/],
  'two candidates': [
    'start_time,end_time,v\n2024-01-01,2024-01-02,1\n',
    '',
    /'start_time', 'end_time' both hold times; add time=start_time or time=end_time/,
  ],
  'one column': ['value\n1\n2\n', '', /one column only/],
  'no values': ['date,name\n2024-01-01,x\n2024-01-02,y\n', '', /no column beside the time holds numbers/],
  'mixed zones': [
    'time,v\n2024-01-01T00:00:00Z,1\n2024-01-01T01:00:00,2\n',
    '',
    /some times say their offset.*add tz=/,
  ],
  'years as columns': [
    'Country,2019,2020,2021\nA,1,2,3\nB,1,2,3\n',
    '',
    /times are the names of columns.*turn the table/,
  ],
  'a binary file': [Buffer.from([1, 2, 0, 4, 5]), '', /the file is binary \(byte 3/],
  'a workbook': [Buffer.from('PK\x03\x04rest', 'latin1'), '', /Excel workbook.*save the sheet as CSV/],
  'a web page': ['<!DOCTYPE html><html></html>', '', /HTML page/],
  'gzip that is cut off': [gzipSync('date,v\n2024-01-01,1\n').subarray(0, 20), '', /damaged or cut off/],
  'a quote that is not closed': [
    'date,v\n2024-01-01,1\n2024-01-02,"2\n3,3\n',
    '',
    /line 3: .*a quote is opened and not closed/,
  ],
  'JSON without records': ['{"a":{"b":1}}', '', /no list of records/],
  'lists of different lengths': [
    '{"time":["2024-01-01","2024-01-02"],"v":[1]}',
    '',
    /the list 'v' has 1 items, and 'time' 2; .*null where a value is missing/,
  ],
  'a value in a list that is none': [
    '{"hourly":{"time":["2024-01-01","2024-01-02","2024-01-03"],"v":[1,"dry",3]}}',
    '',
    /1 of 3 rows can't be read: \/hourly\/v\/1, column 'v': 'dry' is not a number/,
  ],
  'a place without lists': ['{"a":{"time":["2024-01-01"],"v":[1]}}', 'records=b', /no records at 'b'/],
  'JSON that is cut off': ['[{"date":"2024-01-01","v":1},{"date"', '', /line 1: .*not valid JSON/],
  'JSON with a fault': ['[{"date":"2024-01-01","v":1},\n{"date":]', '', /line 2: .*not valid JSON: Unexpected token/],
  'an unknown column': [
    'date,value\n2024-01-01,1\n',
    'values=valeu',
    /'valeu' is not known here; did you mean 'value'\? Nothing/,
  ],
  'a column of two parts': ['date,v\n2024-01-01,1\n', 'values=v&labels=v', /both values= and labels=/],
  'a format that is none': ['date,v\n2024-01-01,1\n', 'time_format=foo', /'foo' is no format of times/],
  'a format that does not fit': [
    'date,v\n2024-01-01,1\n',
    'time_format=DD.MM.YYYY',
    /'2024-01-01' is not a time of the form DD\.MM\.YYYY/,
  ],
  'too many fields': [
    'date,v\n2024-01-01,1\n2024-01-02,1,5\n2024-01-03,1\n',
    '',
    /line 3, column 'column 3': the row has 3 fields, and the table 2 columns/,
  ],
  'a row without a time': ['date,v\n2024-01-01,1\n,5\n', '', /line 3, column 'date': the row has no time/],
  'a day that is none': [
    'date,v\n2024-01-01,1\n2024-01-02,1\n2024-01-03,1\n2024-01-04,1\n2024-02-30,5\n',
    '',
    /'2024-02-30' is not a time of the calendar/,
  ],
  'too many series': [
    `date,id,v\n${Array.from({ length: 600 }, (_, i) => `2024-01-01,k${i},1`).join('\n')}`,
    'labels=id',
    /more than 500 series/,
  ],
}

t.test('what can not be read is refused by a sentence that helps', async (t) => {
  const stored = async () => (await redis.keys('*')).filter((key) => /:(meta|staged)/.test(key)).length
  const before = await stored()
  for (const [what, [body, query, detail]] of Object.entries(faults)) {
    const answer = await post(`prefix=f:&${query}`, body)
    t.equal(answer.status, 400, `${what}: ${answer.text.slice(0, 300)}`)
    t.match(answer.body.detail, detail, what)
  }
  t.equal(await stored(), before, 'nothing was written')
  t.match((await post('valeus=x', 'date,v\n2024-01-01,1\n')).body.detail, /did you mean 'values'/)
  t.equal((await post('', 'x', 'image/png')).status, 415)
  const bare = await post('dry_run=true', 'date,v\n2024-01-01,1\n', 'application/x-www-form-urlencoded')
  t.equal(bare.status, 200, 'curl --data-binary says this type where nobody says one')
})

t.test('rejects without end: reading stops, and the answer says why', async (t) => {
  const good = Array.from({ length: 60_000 }, (_, i) => `2024-01-01,${i % 7},some text to fill the beginning\n`)
  const bad = Array.from({ length: 30_000 }, () => 'soon,1,x\n')
  const { status, body } = await post('prefix=e:&labels=', `date,v,note\n${good.join('')}${bad.join('')}`)
  t.equal(status, 400)
  t.match(
    body.detail,
    /10000 of the first 70000 rows can't be read.*All are rejected for the column 'date'\. Reading has stopped there/,
  )
  t.equal(body.errors.length, 100)
})

t.test('a million rejects are counted, and a hundred listed', async (t) => {
  const good = '2024-01-01,1,some text to fill the beginning\n'.repeat(30_000)
  const bad = '2024-01-02,dry,x\n'.repeat(1_000_000)
  for (const way of ['on_error=skip', 'dry_run=true']) {
    const { status, body } = await post(`prefix=m:&labels=&values=v&${way}`, `date,v,note\n${good}${bad}`)
    t.match({ status, ...body }, { status: 200, rows: 1_030_000, rejected: 1_000_000 }, way)
    t.equal(body.rejects.length, 100)
    t.match(body.rejects[99], { line: 30_101, column: 'v', text: 'dry', detail: /a number was expected/ })
  }
})

t.test('an answer that needs the beginning only: who sends all before reading gets it too', async (t) => {
  const body = Buffer.from(`when,level\n${'01/02/2024,3.1\n'.repeat(2_000_000)}`)
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.teardown(() => socket.destroy())
  const head = `POST /import?dry_run=true HTTP/1.1\r\nhost: x\r\ncontent-type: text/csv\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.write(Buffer.concat([Buffer.from(head), body]), () => resolve())
  })
  const answer = await text(socket)
  t.match(answer, /^HTTP\/1\.1 200 .*"asks":\[\{"parameter":"time_format"/s)
})
