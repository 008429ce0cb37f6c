import t from 'tap'
import { minTime } from '../time.ts'
import { type LineOptions, LineReader } from './line-protocol.ts'

const usual: LineOptions = { precision: 'ns', now: 1_700_000_000_000, maxSeries: 1000, skipTexts: false, seed: 7 }

/** The points of each series, by its name, and the faults. */
function read(text: string | Buffer, options: Partial<LineOptions> = {}) {
  const reader = new LineReader({ ...usual, ...options })
  reader.push(Buffer.from(text))
  const found = reader.finish().map(({ name, points }) => {
    const rows = [...points.timestamps].map((time, i) => [time, points.values[i]])
    return [name, rows] as const
  })
  return { series: Object.fromEntries(found), faults: reader.faults.errors, count: reader.faults.count }
}

const faultOf = (text: string, options: Partial<LineOptions> = {}) => {
  const { faults } = read(text, options)
  if (faults.length !== 1) throw new Error(`${faults.length} faults: ${JSON.stringify(faults)}`)
  return faults[0]!
}

t.test('a field of a line is a point of the series of its name', async (t) => {
  t.same(
    read('cpu,host=a,core=0 usage=1.5,idle=98i 1700000000123456789\ncpu,core=0,host=a usage=2 1700000001000000000'),
    {
      series: {
        'cpu.usage,core=0,host=a': [
          [1700000000123, 1.5],
          [1700000001000, 2],
        ],
        'cpu.idle,core=0,host=a': [[1700000000123, 98]],
      },
      faults: [],
      count: 0,
    },
  )
})

t.test('names that begin like those of the line before are other names', async (t) => {
  const lines = ['m,a=1 f=1', 'm,a=1 ff=2', 'm,a=1 f=3', 'm,a=10 f=4', 'm,a=1 f=5,ff=6,f=7', 'mm f=8', 'm f=9']
  const { series, faults } = read(lines.map((line, i) => `${line} ${i}`).join('\n'), { precision: 'ms' })
  t.same(faults, [])
  t.same(series, {
    'm.f,a=1': [
      [0, 1],
      [2, 3],
      [4, 7],
    ],
    'm.ff,a=1': [
      [1, 2],
      [4, 6],
    ],
    'm.f,a=10': [[3, 4]],
    'mm.f': [[5, 8]],
    'm.f': [[6, 9]],
  })
})

t.test('tags are sorted by their bytes, and become labels', async (t) => {
  const reader = new LineReader(usual)
  reader.push(Buffer.from('m,\u{1f600}=1,\uffe0=2,b\\ c=3,_d_=4,a=5 f=1 0\n'))
  const [series] = reader.finish()
  t.equal(series?.name, 'm.f,_d_=4,a=5,b\\ c=3,\uffe0=2,\u{1f600}=1')
  t.same(series?.labels, { a: '5', _d_: '4', b_c: '3', '\uffe0': '2', '\u{1f600}': '1' })
})

t.test('every kind of number, and booleans as 1 and 0', async (t) => {
  const values: [text: string, value: number][] = [
    ...['1', '1.', '1.0', '1e0', '+1', '1i', '1u', '0001', 't', 'T', 'true', 'True', 'TRUE'].map(
      (text) => [text, 1] as [string, number],
    ),
    ...['0', '0i', '-0i', '0u', 'f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as [string, number]),
    ['-.5', -0.5],
    ['-0', -0],
    ['-0.0', -0],
    ['1e5', 1e5],
    ['1E+5', 1e5],
    ['-2.5e-3', -0.0025],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['0.1234567890123456', 0.1234567890123456],
    ['9223372036854775807i', 2 ** 63],
    ['-9223372036854775808i', -(2 ** 63)],
    ['18446744073709551615u', 2 ** 64],
    ['9007199254740993i', 9007199254740992],
  ]
  for (const [text, value] of values) {
    const [[, got] = []] = read(`m f=${text} 0`).series['m.f'] ?? []
    t.ok(Object.is(got, value), `${text} is ${value}, not ${got}`)
  }
})

t.test('other values are refused with their field and text', async (t) => {
  for (const text of ['1.5i', '1e3i', '-1u', '1,', 'x', 'truE', '--1', '.', 'i', '1_000', '0x10', '1i2', "'a'"]) {
    const fault = faultOf(`m a=1 0\nm b=1,g=${text} 0`)
    t.equal(fault.line, 2, text)
    t.type(fault.detail, 'string')
  }
  t.match(faultOf('m f= 1'), { column: 'f', detail: /has no value/ })
  for (const text of ['NaN', 'nan', 'Inf', '-inf', '+Infinity'])
    t.match(faultOf(`m f=${text} 0`), {
      column: 'f',
      text,
      detail: /finite number: a field without a value is left out/,
    })
  t.match(faultOf('m f=1e309'), { detail: /larger than a double/ })
  t.match(faultOf('m f=9223372036854775808i'), { detail: /64 bits/ })
  t.match(faultOf(`m f=${'9'.repeat(10_000)}u`), { detail: /64 bits/ })
})

t.test('a text is refused with the line it begins in, or left out', async (t) => {
  const lines = 'm a=1,s="one, \\"two\\" = \\\\\nthree",b=2 1000000\nm s="x" 2000000\nm a=3 3000000\n'
  t.match(read(lines).faults, [
    { line: 1, column: 's', detail: /leave the field out, or let strings=skip/ },
    { line: 3, column: 's', text: '"x"' },
  ])
  t.same(read(lines, { skipTexts: true }), {
    series: {
      'm.a': [
        [1, 1],
        [3, 3],
      ],
      'm.b': [[1, 2]],
    },
    faults: [],
    count: 0,
  })
  t.match(faultOf('m a=1\nm s="open 1\nm a=2\n'), { line: 2, column: 's', detail: /no quote ends/ })
  t.match(faultOf('m s="a"b 1', { skipTexts: true }), { line: 1, text: 'b' })
})

t.test('escapes: a comma, an equals sign and a space in names; any other backslash is itself', async (t) => {
  t.same(Object.keys(read('a\\ b\\,c\\=d,t\\,\\ \\==v\\,\\ \\=\\w f\\,\\ \\=\\=1=2 0').series), [
    'a\\ b\\,c\\=d.f\\,\\ \\=\\=1,t\\,\\ \\==v\\,\\ \\=\\\\w',
  ])
  t.same(Object.keys(read('m\\\\,x=y f=1').series), ['m\\\\\\,x\\=y.f'], 'the last backslash escapes the comma')
  t.same(Object.keys(read('m"q" f"=1').series), ['m"q".f"'], 'quotes mean nothing in names')
})

t.test('comments, empty lines, white space and line ends of any kind', async (t) => {
  const lines = '\ufeff# "comment\r\n\r\n\n  \t m,a=1   f=1,g=2    5000000  \r\n#\n m,a=1 f=2 6000000\r\n\r'
  t.same(read(lines), {
    series: {
      'm.f,a=1': [
        [5, 1],
        [6, 2],
      ],
      'm.g,a=1': [[5, 2]],
    },
    faults: [],
    count: 0,
  })
  t.same(read(''), { series: {}, faults: [], count: 0 })
  t.match(read('# one\n\nm f=x\n').faults, [{ line: 3 }])
})

t.test('times by precision, floored on the digits; without one it is now', async (t) => {
  const timeOf = (text: string, precision: LineOptions['precision']) =>
    read(`m f=1 ${text}`, { precision }).series['m.f']?.[0]?.[0]
  for (const precision of ['n', 'ns'] as const) {
    t.equal(timeOf('1700000000999999999', precision), 1700000000999)
    t.equal(timeOf('-1', precision), -1)
    t.equal(timeOf('-1000000', precision), -1)
    t.equal(timeOf('-1000001', precision), -2)
    t.equal(timeOf('9223372036854775807', precision), 9223372036854)
    t.equal(timeOf('-9223372036854775808', precision), -9223372036855)
  }
  for (const precision of ['u', 'us', 'µ'] as const) t.equal(timeOf('1700000000999999', precision), 1700000000999)
  t.equal(timeOf('1700000000999', 'ms'), 1700000000999)
  t.equal(timeOf('1700000000', 's'), 1700000000000)
  t.equal(timeOf('28333333', 'm'), 1699999980000)
  t.equal(timeOf('-1', 'h'), -3600000)
  t.equal(timeOf('0', 'ns'), 0)
  t.ok(Object.is(timeOf('-0', 's'), 0), 'no negative zero')
  t.equal(timeOf('', 's'), usual.now)
  for (const text of ['1.5', '1e3', '2024-01-01', '-', '+1', '1i', '"x"', '1_0'])
    t.match(faultOf(`m f=1 ${text}`), { line: 1, text, detail: /nanoseconds since 1970/ }, text)
  t.match(faultOf(`m f=1 1${'0'.repeat(400)}`), { detail: /outside the years 1 to 9999.*precision=/ })
  t.match(faultOf('m f=1 -62135596800001', { precision: 'ms' }), { detail: /outside the years/ })
  t.equal(timeOf(String(minTime), 'ms'), minTime)
})

t.test('what is no line is refused with its place', async (t) => {
  const cases: [text: string, fault: object][] = [
    ['m', { text: 'm', detail: /^a field was expected/ }],
    ['m ', { detail: /^a field was expected/ }],
    ['m,a=b', { text: 'm,a=b', detail: /^a field was expected/ }],
    [',a=b f=1', { detail: /^the measurement is missing/ }],
    ['m, f=1', { detail: /^a tag is missing/ }],
    ['m,=b f=1', { detail: /^a tag is missing/ }],
    ['m,a f=1', { detail: /^the tag "a" has no value/ }],
    ['m,a= f=1', { detail: /^the tag "a" has no value/ }],
    ['m,a=b=c f=1', { detail: /second '='.*\\=/ }],
    ['m,a=1,b=2,a=3 f=1', { detail: /^the tag "a" stands there twice/ }],
    ['m f', { column: 'f', detail: /^the field "f" has no value/ }],
    ['m f=1,g', { column: 'g' }],
    ['m f=1,', { detail: /^a field was expected/ }],
    ['m =1', { detail: /^a field was expected/ }],
    ['m f=1 1m f=2 2', { text: '1m', detail: /curl's -d.*--data-binary/ }],
    ['m f=1 1 m f=2 2', { text: 'm f=2 2', detail: /goes on behind its time.*--data-binary/ }],
    [`m,a=${'x'.repeat(520)} f=1`, { detail: /512 are the most/ }],
    ['m f\u0001=1', { detail: /control character/ }],
  ]
  for (const [text, fault] of cases) t.match(faultOf(`ok f=1\n${text}\nok f=2`), { line: 2, ...fault }, text)
  t.match(read(Buffer.from('m\xff f=1\nm f\xff=1\n', 'latin1')).faults, [
    { line: 1, detail: /UTF-8/ },
    { line: 2, detail: /UTF-8/ },
  ])
})

t.test('every bad line is counted, the first hundred are named', async (t) => {
  const lines = Array.from({ length: 250 }, (_, i) => (i % 2 === 0 ? 'm f=1' : 'm f=x,g=y,h=z oops'))
  const { faults, count } = read(lines.join('\n'))
  t.equal(count, 125)
  t.same(
    faults.map(({ line }) => line),
    Array.from({ length: 100 }, (_, i) => 2 * i + 2),
  )
})

t.test('after ten thousand bad lines no more are looked at', async (t) => {
  const reader = new LineReader(usual)
  for (let i = 0; i < 100; i++) reader.push(Buffer.from('m f=x\n'.repeat(10_000)))
  reader.finish()
  t.equal(reader.stopped, true)
  t.equal(reader.faults.count, 10_000)
  t.equal(reader.line, 10_000)
})

t.test('more series than are allowed, and a line without an end, stop the reading', async (t) => {
  const many = Array.from({ length: 12 }, (_, i) => `m,a=${i} f=1,g=2`).join('\n')
  t.match(faultOf(many, { maxSeries: 10 }), { line: 6, detail: /more than 10 series/ })
  t.equal(Object.keys(read(many, { maxSeries: 24 }).series).length, 24)
  const reader = new LineReader(usual)
  reader.push(Buffer.from('m f=1\n'))
  for (let i = 0; i < 40; i++) reader.push(Buffer.alloc(65_536, 'x'))
  t.equal(reader.stopped, true)
  t.match(reader.faults.errors, [{ line: 2, detail: /no end within 1048576 bytes/ }])
})

t.test('any number of spellings of few series is read in bounded memory', async (t) => {
  const tags = ['a', 'b', 'c', 'd', 'e'].map((tag, i) => `${tag}=${i}`)
  const orders = tags.flatMap((_, i) =>
    tags.map((_, j) => [...tags.slice(i), ...tags.slice(0, i)].toSpliced(j, 0, `z${j}=1`)),
  )
  const lines = [...orders, ...orders].map((order, i) => `m,${order.join()} f=${i},g=1 ${i}`)
  const { series, faults } = read(lines.join('\n'), { maxSeries: 10, precision: 'ms' })
  t.same(faults, [])
  t.equal(Object.keys(series).length, 10)
  for (const rows of Object.values(series)) t.equal(rows.length, 10)
})

t.test('a body of many megabytes is read in portions', async (t) => {
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `cpu,host=h${(from + i) % 7} a=${from + i}.5,s="x\ny",b=${i % 2 === 0}`)
      .map((text, i) => `${text} ${from + i}\n`)
      .join('')
  const reader = new LineReader({ ...usual, precision: 'ms', skipTexts: true })
  const count = 60_000
  const bytes = Buffer.from(lines(0, count))
  t.ok(bytes.length > 2_500_000)
  for (let at = 0; at < bytes.length; at += 60_001) reader.push(bytes.subarray(at, at + 60_001))
  const series = reader.finish()
  t.same(reader.faults.errors, [])
  t.equal(reader.line, 2 * count)
  t.equal(series.length, 14)
  const sum = series.reduce((all, { points }) => all + points.timestamps.length, 0)
  t.equal(sum, 2 * count)
  const { points } = series.find(({ name }) => name === 'cpu.a,host=h3')!
  t.ok(points.timestamps.every((time, i) => time === 7 * i + 3 && points.values[i] === time + 0.5))
})
