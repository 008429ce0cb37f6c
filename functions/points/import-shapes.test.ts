import { gzipSync } from 'node:zlib'
import t from 'tap'
import { day, startImports } from '../../test/importing.ts'

const { post, rows } = await startImports(t)

// A body, the query beside the prefix, and the series that must come of it.
const shapes: Record<string, { body: string | Buffer; query?: string; series: Record<string, [string, number][]> }> = {
  'semicolons, decimal commas, European dates': {
    body: 'Datum;Pegel [cm];Abfluss\n31.12.2023;12,5;1.234,5\n01.01.2024;13,0;1.300\n',
    series: {
      Pegel: [
        [day('2023-12-31'), 12.5],
        [day('2024-01-01'), 13],
      ],
      Abfluss: [
        [day('2023-12-31'), 1234.5],
        [day('2024-01-01'), 1300],
      ],
    },
  },
  'American dates with a clock': {
    body: 'when,v\n12/31/2023 11:30 PM,1\n1/1/2024 12:15 AM,2\n',
    series: {
      v: [
        ['2023-12-31T23:30:00.000Z', 1],
        ['2024-01-01T00:15:00.000Z', 2],
      ],
    },
  },
  'date and time in two columns, tabs, a zone': {
    body: 'date\ttime\tlevel\n2024-07-01\t01:30\t1\n2024-07-01\t02:30\t2\n',
    query: 'tz=Europe/Berlin',
    series: {
      level: [
        ['2024-06-30T23:30:00.000Z', 1],
        ['2024-07-01T00:30:00.000Z', 2],
      ],
    },
  },
  'year, month and day apart': {
    body: 'year,month,day,rain\n2024,1,31,1.5\n2024,2,1,2.5\n',
    series: {
      rain: [
        [day('2024-01-31'), 1.5],
        [day('2024-02-01'), 2.5],
      ],
    },
  },
  'years, with a title and comments above': {
    body: '# made by hand\nMean of the year\n\nyear,mean\n1880,-0.17\n1881,-0.09\n',
    series: {
      mean: [
        [day('1880-01-01'), -0.17],
        [day('1881-01-01'), -0.09],
      ],
    },
  },
  'epoch milliseconds without a header': {
    body: '1704067200000,1\n1704067260000,2\n',
    series: {
      'column 2': [
        ['2024-01-01T00:00:00.000Z', 1],
        ['2024-01-01T00:01:00.000Z', 2],
      ],
    },
  },
  'quotes, newlines within them, a byte order mark, CRLF': {
    body: '\uFEFFdate,note,"value, raw"\r\n2024-01-01,"two\nlines, ""quoted""",1\r\n2024-01-02,x,2\r\n',
    series: {
      'value, raw': [
        [day('2024-01-01'), 1],
        [day('2024-01-02'), 2],
      ],
    },
  },
  'missing values in many forms': {
    body: 'date,a,b\n2024-01-01,NA,-9999\n2024-01-02,,2\n2024-01-03,-,3\n2024-01-04,4,n/a\n2024-01-05,5,*\n',
    series: {
      a: [
        [day('2024-01-04'), 4],
        [day('2024-01-05'), 5],
      ],
      b: [
        [day('2024-01-02'), 2],
        [day('2024-01-03'), 3],
      ],
    },
  },
  'a text of the caller that means missing': {
    body: 'date,a\n2024-01-01,trace\n2024-01-02,2\n',
    query: 'null=trace&values=a',
    series: { a: [[day('2024-01-02'), 2]] },
  },
  'a long table with a name column': {
    body: 'date,parameter,station,value\n2024-01-01,ozone,a b,1\n2024-01-01,dust,a b,2\n2024-01-01,ozone,c,3\n2024-01-02,ozone,c,4\n2024-01-02,dust,c,5\n',
    series: {
      'ozone,station=a\\ b': [[day('2024-01-01'), 1]],
      'dust,station=a\\ b': [[day('2024-01-01'), 2]],
      'ozone,station=c': [
        [day('2024-01-01'), 3],
        [day('2024-01-02'), 4],
      ],
      'dust,station=c': [[day('2024-01-02'), 5]],
    },
  },
  'numbers as texts, a member missing, nested': {
    body: '[{"date":"2024-01-01T00:00:00.000","site":{"name":"x"},"count":"13.0"},{"date":"2024-01-02T00:00:00.000","site":{"name":"x"}},{"date":"2024-01-03T00:00:00.000","site":{"name":"x"},"count":"15"}]',
    series: {
      'count,site.name=x': [
        [day('2024-01-01'), 13],
        [day('2024-01-03'), 15],
      ],
    },
  },
  'records deep within a document': {
    body: '{"help":"h","result":{"total":2,"records":[{"_id":1,"month":"2024-01","n":1},{"_id":2,"month":"2024-02","n":2}]}}\n',
    series: {
      n: [
        [day('2024-01-01'), 1],
        [day('2024-02-01'), 2],
      ],
    },
  },
  'rows as lists, the columns beside': {
    body: '{"meta":{"view":{"columns":[{"name":"Day","fieldName":"day"},{"name":"N","fieldName":"n"}]}},"data":[["2024-01-01","1"],["2024-01-02","2"]]}',
    series: {
      n: [
        [day('2024-01-01'), 1],
        [day('2024-01-02'), 2],
      ],
    },
  },
  'lists side by side': {
    body: '{"time":["2024-01-01","2024-01-02","2024-01-03"],"temp":[1.5,null,"3"],"bbox":[1]}',
    series: {
      temp: [
        [day('2024-01-01'), 1.5],
        [day('2024-01-03'), 3],
      ],
    },
  },
  'lists side by side within a document that says their zone': {
    body: '{"latitude":52.5,"timezone":"Europe/Berlin","hourly_units":{"time":"iso8601","t_2m":"°C"},"hourly":{"time":["2024-07-01T00:00","2024-07-01T01:00"],"t_2m":[17.5,17]},"daily":{"time":["2024-07-01"],"t_max":[25]}}',
    series: {
      t_2m: [
        ['2024-06-30T22:00:00.000Z', 17.5],
        ['2024-06-30T23:00:00.000Z', 17],
      ],
    },
  },
  'others of several lists, by their place': {
    body: '{"hourly":{"time":["2024-07-01T00:00","2024-07-01T01:00"],"t":[17.5,17]},"daily":{"time":["2024-07-01"],"t_max":[25]}}',
    query: 'records=daily',
    series: { t_max: [[day('2024-07-01'), 25]] },
  },
  NDJSON: {
    body: '{"ts":1704067200,"v":1}\n{"ts":1704067201,"v":null}\n{"ts":1704067202,"v":2.5}',
    series: {
      v: [
        ['2024-01-01T00:00:00.000Z', 1],
        ['2024-01-01T00:00:02.000Z', 2.5],
      ],
    },
  },
  'gzip as it lies on disk': {
    body: gzipSync('date,v\n2024-01-01,1\n'),
    series: { v: [[day('2024-01-01'), 1]] },
  },
  'UTF-16 of a spreadsheet, and Windows-1252': {
    body: Buffer.from('\uFEFFdate\tGröße\n2024-01-01\t1\n', 'utf16le'),
    series: { Größe: [[day('2024-01-01'), 1]] },
  },
  'Windows-1252': {
    body: Buffer.from('date;Größe\n2024-01-01;1\n', 'latin1'),
    series: { Größe: [[day('2024-01-01'), 1]] },
  },
  'of two rows of one time the last counts': {
    body: 'date,v\n2024-01-02,1\n2024-01-01,5\n2024-01-02,2\n',
    series: {
      v: [
        [day('2024-01-01'), 5],
        [day('2024-01-02'), 2],
      ],
    },
  },
}

t.test('data sets as people find them', async (t) => {
  for (const [i, [what, { body, query = '', series }]] of Object.entries(shapes).entries()) {
    const { status, body: answer } = await post(`prefix=s${i}:&${query}`, body)
    t.equal(status, 200, `${what}: ${answer.detail ?? ''}`)
    t.same(
      [...answer.names].sort(),
      Object.keys(series)
        .map((name) => `s${i}:${name}`)
        .sort(),
      what,
    )
    for (const [name, points] of Object.entries(series)) t.same(await rows(`s${i}:${name}`), points, `${what}: ${name}`)
  }
})
