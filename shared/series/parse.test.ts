import t from 'tap'
import type { InputError } from '../problems.ts'
import type { TimeOptions } from '../time.ts'
import { PointsError, type PointsForm, parsePoints, sniffForm } from './parse.ts'

/** A body that arrives in pieces of so many bytes. */
async function* pieces(text: string | Buffer, bytes: number) {
  const whole = Buffer.from(text)
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes)
}

async function read(text: string | Buffer, form: PointsForm, options: TimeOptions = {}, bytes = 1 << 16) {
  const { timestamps, values } = await parsePoints(pieces(text, bytes), form, options)
  return Array.from(timestamps, (time, i) => [time, values[i]!])
}

async function faults(text: string | Buffer, form: PointsForm, options?: TimeOptions): Promise<PointsError> {
  try {
    await read(text, form, options)
  } catch (error) {
    if (error instanceof PointsError) return error
    throw error
  }
  throw new Error(`this was read: ${text}`)
}

const day = 86_400_000

/** What faults of CSV say besides. */
const right = '; digits were expected, such as -3.1 or 2e6, and a missing value has no line'

t.test('JSON is a list of points, one point, or two columns', async (t) => {
  const points = '[{"timestamp":"1970-01-02","value":1.5},{"value":-2,"timestamp":172800}]'
  t.same(await read(points, 'json'), [
    [day, 1.5],
    [2 * day, -2],
  ])
  t.same(await read('{"timestamp":"1970-01-02","value":1e-3}', 'json'), [[day, 0.001]])
  t.same(await read('\uFEFF{"timestamps":["1970-01-02",0],"values":[1,2]}\n', 'json'), [
    [0, 2],
    [day, 1],
  ])
  t.same(await read('[]', 'json'), [])
  t.same(await read('{"timestamps":[],"values":[]}', 'json'), [])
})

t.test('CSV has a header in any order and case, or none', async (t) => {
  const point = [[day, 1.5]]
  t.same(await read('timestamp,value\n1970-01-02,1.5\n', 'csv'), point)
  t.same(await read('Value,TIMESTAMP\r\n1.5,1970-01-02\r\n', 'csv'), point)
  t.same(await read('1970-01-02,1.5', 'csv'), point)
  t.same(await read('\uFEFF"timestamp" , "value"\n "1970-01-02" ,"1.5" \n\n', 'csv'), point)
  t.same(await read('"1970-01-02 00:00:00,000",1.5\n', 'csv'), point, 'a comma in quotes')
  t.same(await read('86400,+.15e1\n', 'csv', { unit: 's' }), point)
  t.same(await read('timestamp,value\n', 'csv'), [], 'a header alone says that there are none')
  t.ok(Object.is((await read('0,-0\n', 'csv'))[0]![1], -0))
})

t.test('NDJSON is a point a line, blank lines and a mark of the byte order aside', async (t) => {
  const body = '\uFEFF{"timestamp":"1970-01-02","value":1}\r\n\n{"timestamp":0,"value":2}'
  t.same(await read(body, 'ndjson'), [
    [0, 2],
    [day, 1],
  ])
})

t.test('times are read as the options say', async (t) => {
  t.same(await read('1970-01-02,1', 'csv', { tz: 'Asia/Kathmandu' }), [[day - 5.5 * 3_600_000, 1]])
  t.same(await read('[{"timestamp":86400000,"value":1}]', 'json', { unit: 'ms' }), [[day, 1]])
  t.same(await read('1700000000999999999,1', 'csv'), [[1700000000999, 1]], 'nanoseconds are floored')
})

t.test('points come in time order, whatever the order of the body; the last of one time counts', async (t) => {
  const rows = Array.from({ length: 5000 }, (_, i) => [((i * 7919) % 5000) * 1000, i] as const)
  const body = rows.map(([time, value]) => `${time},${value}`).join('\n')
  t.same(
    await read(body, 'csv', { unit: 'ms' }),
    rows.toSorted(([a], [b]) => a - b),
  )
  t.same(await read('5,1\n3,2\n5,3\n3,4\n5,5', 'csv'), [
    [3000, 4],
    [5000, 5],
  ])
  t.same(await read('1.0001,1\n1.0009,2', 'csv'), [[1000, 2]], 'one millisecond is one time')
})

t.test('a piece may end anywhere: in a line, before its end, in a character', async (t) => {
  const csv = '\uFEFF"timestamp","value"\r\n1970-01-02,1.25\r\n1970-01-03,-2.5\r\n'
  const ndjson = '{"timestamp":"1970-01-02","value":1.25}\r\n{"timestamp":"1970-01-03","value":-2.5}'
  const points = [
    [day, 1.25],
    [2 * day, -2.5],
  ]
  for (const bytes of [1, 2, 3, 7, 23]) {
    t.same(await read(csv, 'csv', {}, bytes), points)
    t.same(await read(ndjson, 'ndjson', {}, bytes), points)
    t.same(await read(`[${ndjson.replace('\r\n', ',')}]`, 'json', {}, bytes), points)
    const bad = await parsePoints(pieces('0,1\n1,2 °C\n', bytes), 'csv', {}).catch((error) => error.errors)
    t.same(bad, [{ line: 2, column: 'value', text: '2 °C', detail: `"2 °C" is not a finite number${right}` }])
  }
})

t.test('every fault is named with its line or its pointer', async (t) => {
  const point = '{"timestamp":0,"value":1}'
  const cases: [form: PointsForm, body: string, errors: InputError[]][] = [
    ['json', '', [{ line: 1, detail: 'the body is empty' }]],
    ['csv', ' \r\n\n', [{ line: 1, detail: 'the body is empty' }]],
    ['ndjson', '\n', [{ line: 1, detail: 'the body is empty' }]],
    ['json', `[${point},\n{"timestamp":1,\n"value":NaN}\n]\n`, [{ line: 3, detail: "not JSON: Unexpected token 'N'" }]],
    ['json', `[${point},\n]\n\n`, [{ line: 2, detail: "not JSON: Unexpected token ']'" }]],
    ['json', `[${point}\n\n`, [{ line: 1, detail: "not JSON: Expected ',' or ']' after array element" }]],
    ['json', `${point}\n${point}\n`, [{ line: 2, detail: 'not JSON: Unexpected non-whitespace character' }]],
    ['json', '[{"timestamp":0,"value":null}]', [{ pointer: '/0/value', detail: 'null is not a finite number' }]],
    [
      'json',
      `[${point},{"timestamp":0,"value":1e999}]`,
      [{ pointer: '/1/value', detail: 'Infinity is not a finite number' }],
    ],
    ['json', '{"timestamp":0,"value":"1"}', [{ pointer: '/value', detail: '"1" is not a finite number' }]],
    ['json', '[{"timestamp":0}]', [{ pointer: '/0', detail: "'value' is missing" }]],
    [
      'json',
      '{"timestamp":null,"value":1}',
      [{ pointer: '/timestamp', detail: 'null is not a timestamp: a text or a number was expected' }],
    ],
    [
      'json',
      '{"timestamp":1e300,"value":1}',
      [{ pointer: '/timestamp', detail: "'1e+300' is outside the years 1 to 9999" }],
    ],
    [
      'json',
      '{"timestamp":0,"valeu":1}',
      [
        { pointer: '/valeu', detail: "'valeu' is not known here; did you mean 'value'?" },
        { pointer: '', detail: "'value' is missing" },
      ],
    ],
    [
      'json',
      '[{"timestamp":0,"value":1,"a/b~":2}]',
      [{ pointer: '/0/a~1b~0', detail: "'a/b~' is not known here; known are 'timestamp', 'value'" }],
    ],
    ['json', '[1]', [{ pointer: '/0', detail: '1 is not a point; expected {"timestamp": …, "value": …}' }]],
    ['json', '"now"', [{ pointer: '', detail: '"now" is not a point; expected {"timestamp": …, "value": …}' }]],
    [
      'json',
      '{"timestamps":[0,1],"values":[1]}',
      [{ pointer: '', detail: 'there are 2 timestamps and 1 values; one of each makes a point' }],
    ],
    [
      'json',
      '{"timestamps":[0]}',
      [{ pointer: '', detail: "columns need both 'timestamps' and 'values', each a list" }],
    ],
    [
      'json',
      '{"timestamps":[0],"values":[1],"value":2}',
      [{ pointer: '/value', detail: "'value' is not known here; did you mean 'values'?" }],
    ],
    [
      'json',
      '{"timestamps":[0,"soon"],"values":[null,1]}',
      [
        { pointer: '/values/0', detail: 'null is not a finite number' },
        { pointer: '/timestamps/1', detail: "'soon' is not a time" },
      ],
    ],
    [
      'ndjson',
      `${point}\n\n{"timestamp":0,\n{"timestamp":0}\n[]`,
      [
        { line: 3, detail: 'not JSON: Expected double-quoted property name' },
        { line: 4, detail: "'value' is missing" },
        { line: 5, detail: 'a list is not a point; expected {"timestamp": …, "value": …}' },
      ],
    ],
    [
      'csv',
      'timestamp,value\n0,NaN\n1,\n2,1e999\n3,0x10\n4,1',
      [
        { line: 2, column: 'value', text: 'NaN', detail: `"NaN" is not a finite number${right}` },
        { line: 3, column: 'value', text: '', detail: `"" is not a finite number${right}` },
        { line: 4, column: 'value', text: '1e999', detail: `"1e999" is not a finite number${right}` },
        { line: 5, column: 'value', text: '0x10', detail: `"0x10" is not a finite number${right}` },
      ],
    ],
    [
      'csv',
      '0,1\n1\n2,3,4\n',
      [
        { line: 2, column: 'value', text: '1', detail: '"1" has 1 field; 2 were expected: timestamp,value' },
        {
          line: 3,
          column: 'column 3',
          text: '2,3,4',
          detail: '"2,3,4" has 3 fields; 2 were expected: timestamp,value',
        },
      ],
    ],
    [
      'csv',
      'Value,Timestamp\n1,2024-02-30\n2\n"1,5",2024-02-01\n',
      [
        { line: 2, column: 'Timestamp', text: '2024-02-30', detail: "'2024-02-30' is not a time of the calendar" },
        { line: 3, column: 'Timestamp', text: '2', detail: '"2" has 1 field; 2 were expected: Value,Timestamp' },
        { line: 4, column: 'Value', text: '1,5', detail: `"1,5" is not a finite number${right}` },
      ],
    ],
    [
      'csv',
      'timestamp,value,flag\n0,1,x\n',
      [
        {
          line: 1,
          column: 'flag',
          text: 'timestamp,value,flag',
          detail: "the columns \"flag\" are not known here; points have 'timestamp' and 'value'",
        },
      ],
    ],
    [
      'csv',
      'time,value\n0,1\n',
      [
        {
          line: 1,
          column: 'timestamp',
          text: 'time,value',
          detail: 'the header must name \'timestamp\' and \'value\'; it names "time", "value"',
        },
      ],
    ],
  ]
  for (const [form, body, errors] of cases) {
    const found = await faults(body, form)
    t.match(found.errors, errors, JSON.stringify(body))
    t.equal(found.errors.length, errors.length)
    t.equal(found.total, errors.length)
  }
})

t.test('one bad number among thousands is found on its line, and nothing else is faulted', async (t) => {
  const rows = Array.from({ length: 10_000 }, (_, i) => `${i},${i}`)
  rows[4710] = '4710,12.5.1'
  const { errors, total, message } = await faults(rows.join('\n'), 'csv')
  t.same(errors, [{ line: 4711, column: 'value', text: '12.5.1', detail: `"12.5.1" is not a finite number${right}` }])
  t.equal(total, 1)
  t.equal(message, `"12.5.1" is not a finite number${right}`)
})

t.test('of more than a hundred faults the first hundred are kept, and all are counted', async (t) => {
  const rows = Array.from({ length: 250 }, (_, i) => `${i},x${i}`)
  const { errors, total } = await faults(`timestamp,value\n${rows.join('\n')}`, 'csv')
  t.equal(total, 250)
  t.equal(errors.length, 100)
  t.same(errors.at(-1), { line: 101, column: 'value', text: 'x99', detail: `"x99" is not a finite number${right}` })
})

t.test('of a header of many columns some are named', async (t) => {
  const { errors } = await faults(
    Buffer.from(`timestamp,value,${Array.from({ length: 500 }, (_, i) => `c${i}`)}\n`),
    'csv',
  )
  const [{ detail }] = errors as [{ detail: string }]
  t.match(detail, /^the columns "c0", "c1", .*"c9" and 490 more are not known here/)
  t.ok(detail.length < 200)
})

t.test('a long line without an end is read in a time that grows with its length', async (t) => {
  const { errors } = await faults(Buffer.alloc(1 << 25, '1'), 'csv')
  t.match(errors, [{ line: 1, detail: /^the line has more than 1048576 bytes/ }])
})

t.test('the form of a body without a type shows in its first bytes', async (t) => {
  const forms: [start: string, form: PointsForm][] = [
    ['', 'csv'],
    ['timestamp,value\n', 'csv'],
    ['2026-01-31,1', 'csv'],
    ['[{"timestamp"', 'json'],
    ['\uFEFF \n{"timestamp":0,"value":1}\n', 'json'],
    ['{\n  "timestamps": [', 'json'],
    ['{"timestamp":0,"value":1}\n{"timestamp":1', 'ndjson'],
    ['\uFEFF{"timestamp":0,"value":1}\r\n\r\n{', 'ndjson'],
  ]
  for (const [start, form] of forms) t.equal(sniffForm(Buffer.from(start)), form, JSON.stringify(start))
})
