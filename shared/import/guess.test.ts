import t from 'tap'
import { guessFormat } from './guess.ts'
import { findHeader, splitUnit } from './header.ts'
import { inferDecimal, inferSentinels, readNumber } from './numbers.ts'
import { findColumns, readList, writeList } from './said.ts'
import { epochUnit, timeFormat } from './times.ts'

// Texts of one column, the format that they must be told to have, and the first of them in UTC.
const columns: [texts: string[], format: string, first: string][] = [
  [['2024-01-31', '2024-02-01'], 'iso', '2024-01-31T00:00'],
  [['2024-01-31T10:00:00+01', '2024-01-31 12:00:00 UTC'], 'iso', '2024-01-31T09:00'],
  [['Jan 1 2000', 'Feb 1 2000'], 'MMM D YYYY', '2000-01-01T00:00'],
  [['2001/01/01 06:55', '2001/01/31 08:47'], 'YYYY/MM/DD HH:mm', '2001-01-01T06:55'],
  [['1.2.2024', '31.12.2024'], 'DD.MM.YYYY', '2024-02-01T00:00'],
  [['01/02/2024', '31/12/2024'], 'DD/MM/YYYY', '2024-02-01T00:00'],
  [['01/02/2024', '12/31/2024'], 'MM/DD/YYYY', '2024-01-02T00:00'],
  [['12/31/2020 11:59 PM', '1/1/2021 12:01 AM'], 'MM/DD/YYYY h:mm A', '2020-12-31T23:59'],
  [['31.12.2020 24:00', '01.01.2021 01:00'], 'DD.MM.YYYY HH:mm', '2021-01-01T00:00'],
  [['1. Januar 2020', '3. März 2020'], 'D. MMM YYYY', '2020-01-01T00:00'],
  [['12-JAN-71', '12-FEB-21'], 'D-MMM-YY', '1971-01-12T00:00'],
  [['1958-03', '1958-04'], 'YYYY-MM', '1958-03-01T00:00'],
  [['2020M01', '2020M02'], 'YYYY[M]MM', '2020-01-01T00:00'],
  [['2020-Q2', '2020-Q3'], 'YYYY[-Q]Q', '2020-04-01T00:00'],
  [['20200131', '20200201'], 'YYYYMMDD', '2020-01-31T00:00'],
  [['20200131T101500Z'], 'YYYYMMDDTHHmmssZ', '2020-01-31T10:15'],
  [['2010', '2011'], 'YYYY', '2010-01-01T00:00'],
  [['1577836800', '1577836801'], 'epoch', '2020-01-01T00:00'],
  [['1958.5', '1958.75'], 'decimal-year', '1958-07-02T12:00'],
  [[...Array(9).fill('2024-01-31'), 'Total'], 'iso', '2024-01-31T00:00'],
]

t.test('formats of times are told by their texts', async (t) => {
  for (const [texts, text, first] of columns) {
    const guess = guessFormat(texts)
    t.equal(guess?.format.text, text, texts[0]!)
    t.equal(new Date(guess!.format.read(texts[0]!, {})).toISOString().slice(0, 16), first, texts[0]!)
    t.same(guess!.rivals, [], `${texts[0]} is open to no other reading`)
  }
  t.equal(guessFormat(['3.5', '4.2']), undefined)
  t.equal(guessFormat(['north', 'south']), undefined)
  t.equal(guessFormat([]), undefined)
  const open = guessFormat(['01/02/2020', '03/04/2020'])!
  t.same([open.format.text, ...open.rivals.map(({ text }) => text)], ['DD/MM/YYYY', 'MM/DD/YYYY'])
})

t.test('a format reads what it says and nothing else', async (t) => {
  t.throws(() => timeFormat('DD.MM.YYYY').read('2024-01-31', {}), /is not a time of the form DD\.MM\.YYYY/)
  t.throws(() => timeFormat('DD.MM.YYYY').read('31.02.2024', {}), /is not a time of the calendar/)
  t.throws(() => timeFormat('DD.MM'), /is no format of times/)
  t.throws(() => timeFormat('YYYY YYYY'), /is no format of times/)
  t.equal(timeFormat('DD.MM.YYYY HH:mm').read('01.07.2024 12:00', { tz: 'Europe/Berlin' }), Date.UTC(2024, 6, 1, 10))
  t.equal(epochUnit(['1577836800', '1577836801']), 's')
  t.equal(epochUnit(['0', '1577836800000']), 'ms')
  t.equal(epochUnit(['1577836800000000000']), 'ns')
})

t.test('numbers', async (t) => {
  const read: [string, '.' | ',', number][] = [
    ['1', '.', 1],
    ['-.5e3', '.', -500],
    ['1,234,567.8', '.', 1234567.8],
    ['$1,200', '.', 1200],
    ['12.5 %', '.', 12.5],
    ['\u22123', '.', -3],
    ['1 234 567', '.', 1234567],
    ['1.234,5', ',', 1234.5],
    ['0,25', ',', 0.25],
    ['1.234', ',', 1234],
  ]
  for (const [text, decimal, value] of read) t.equal(readNumber(text, decimal), value, text)
  for (const text of ['', 'x', '1,23', '1.2.3', '0x10', 'Infinity', '1 2'])
    t.ok(Number.isNaN(readNumber(text, '.')), text)
  t.equal(inferDecimal(['1,5', '2', '3,25'], ';'), ',')
  t.equal(inferDecimal(['1,500', '2,250'], ','), '.')
  t.equal(inferDecimal(['1,500', '2,250'], ';'), ',')
  t.equal(inferDecimal(['1,500.5', '2'], ';'), '.')
  t.same(inferSentinels(['315.7', '-99.99', '320'], '.'), ['-99.99'])
  t.same(inferSentinels(['-12', '8', '-9999'], '.'), ['-9999'])
  t.same(inferSentinels(['-120', '-99', '50'], '.'), [], 'a value like the others')
})

t.test('headers, units, lists of columns', async (t) => {
  const row = (line: number, ...cells: string[]) => ({ line, cells })
  t.equal(findHeader([row(1, 'date', 'v'), row(2, '2024-01-01', '1')], 2), 1)
  t.equal(findHeader([row(1, 'Title'), row(3, 'date', 'v'), row(4, '2024-01-01', '1')], 2), 3)
  t.equal(findHeader([row(1, '2024-01-01', 'n/a'), row(2, '2024-01-02', '1')], 2), 0)
  t.equal(findHeader([row(1, 'time', '1', '2'), row(2, '2024-01-01', '5', '6')], 3), 1)
  t.same(splitUnit('Temperature (°C)'), { name: 'Temperature', unit: '°C' })
  t.same(splitUnit('Wind [m/s]'), { name: 'Wind', unit: 'm/s' })
  t.same(splitUnit('CO2 (adjusted)'), { name: 'CO2 (adjusted)' })
  t.same(readList(writeList(['a, b', 'c\\', 'd'])), ['a, b', 'c\\', 'd'])
  t.same(findColumns('values', 'temp,Wind', ['Time', 'Temp (°C)', 'Wind']), [1, 2])
  t.same(findColumns('values', 'rate, in USD', ['Time', 'rate, in USD']), [1])
  t.throws(() => findColumns('values', 'wnd', ['Time', 'Wind']), /did you mean 'Wind'/)
})
