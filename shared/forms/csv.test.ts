import t from 'tap'
import { printTable, tableOf } from './csv.ts'

const csvOf = (data: unknown) => printTable(tableOf(data))

t.test('points of series are rows', async (t) => {
  const series = [
    {
      name: 'a,b',
      count: 2,
      points: [
        { timestamp: 't1', value: 1 },
        { timestamp: 't2', value: null },
      ],
    },
    { name: 'c', count: 0, points: [] },
    { name: '"d"', count: 1, points: [{ timestamp: 't1', value: 2, upper: 3 }] },
  ]
  t.equal(csvOf({ from: 'x', series }), 'series,timestamp,value,upper\n"a,b",t1,1,\n"a,b",t2,,\n"""d""",t1,2,3\n')
})

t.test('without points each series is a row, and members of members are columns', async (t) => {
  const series = [
    { name: 'a', max: { timestamp: 't1', value: 1 }, bins: [1, 2] },
    { name: 'b', max: null, mean: true },
  ]
  t.equal(csvOf({ series }), 'series,max.timestamp,max.value,max,mean\na,t1,1,,\nb,,,,true\n')
})

t.test('without series it is one row', async (t) => {
  t.equal(csvOf({ slope: 1.5, text: 'two\nlines', at: { value: 2 } }), 'slope,text,at.value\n1.5,"two\nlines",2\n')
  t.equal(csvOf(null), '\n\n')
})
