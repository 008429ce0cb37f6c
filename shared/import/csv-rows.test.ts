import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { lineEnds, parseCsv, parseOddCsv } from './csv.ts'
import { CsvScanner } from './csv-rows.ts'
import { readNumber, readPlainNumber } from './numbers.ts'
import type { RowBatch } from './table.ts'

type Rows = [line: number | undefined, cells: string[]][]

async function rowsOf(batches: AsyncIterable<RowBatch>): Promise<Rows | string> {
  const rows: Rows = []
  try {
    for await (const batch of batches) {
      for (let row = batch.next(); row; row = batch.next()) rows.push([row.line, [...row.cells]])
    }
  } catch (error) {
    return (error as Error).message
  }
  return rows
}

const bare = fc.oneof(fc.constantFrom('', '1.5', ' x', 'y ', '#n', 'é€', '5" pipe'), fc.string({ maxLength: 4 }))
const quoted = fc.constantFrom('"a,b"', '"say ""no"""', '"two\nlines"', '""', ' "padded"', '"x"y', '"open')

t.test('rows are those that the library finds, however the text is cut', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.oneof({ weight: 6, arbitrary: bare }, { weight: 1, arbitrary: quoted })), { maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom(',', ';', '\t'),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
      async (table, end, delimiter, ended, sizes) => {
        const lines = table.map((cells) => cells.map((cell) => cell.replace(/\r|\n(?!lines)/g, '')).join(delimiter))
        const text = Buffer.from(['a', ...lines].join(end) + (ended ? end : ''))
        const pieces: Buffer[] = []
        for (let at = 0, i = 0; at < text.length; at += pieces.at(-1)!.length, i++)
          pieces.push(text.subarray(at, at + sizes[i % sizes.length]!))
        const [ours, theirs] = [
          await rowsOf(parseCsv(pieces, delimiter)),
          await rowsOf(parseOddCsv([text], delimiter, { ends: lineEnds })),
        ]
        // Within quotes the library counts CRLF as two lines.
        const seen = (rows: Rows | string) =>
          end === '\n' || typeof rows === 'string' ? rows : rows.map(([, cells]) => cells)
        if (end === '\n' || typeof ours !== 'string') assert.deepEqual(seen(ours), seen(theirs))
        else assert.equal(typeof theirs, 'string')
      },
    ),
    { numRuns: 400 },
  )
  t.pass('for every example that was tried')
})

t.test('plain CSV needs no library; what is odd stops the scanner before its record', async (t) => {
  const plain = new CsvScanner(',')
  const count = (scanner: CsvScanner, piece: string, last: boolean) => {
    scanner.feed(Buffer.from(piece), last)
    let rows = 0
    while (scanner.next()) rows++
    return rows
  }
  const rows = count(plain, 'a,"b ""c"""\r\n1,"x\ny"\n', false) + count(plain, '3,', true)
  t.same([rows, plain.odd, plain.rest.toString()], [3, false, ''])
  const odd = new CsvScanner(',')
  t.equal(count(odd, 'a,b\n1,"2"x\n3,4\n', true), 1)
  t.same([odd.odd, odd.rest.toString(), odd.line], [true, '1,"2"x\n3,4\n', 1])
})

function numberOf(text: string, start: number, end: number): number {
  const into = new Float64Array(1)
  readPlainNumber(Buffer.from(text), start, end, 46, into, 0)
  return into[0]!
}

t.test('plain numbers are read to the last bit', async (t) => {
  const digits = fc.tuple(fc.constantFrom('', '-', '+'), fc.nat(1e9), fc.constantFrom('', '.'), fc.nat(1e6))
  fc.assert(
    fc.property(digits, ([sign, whole, point, rest]) => {
      const text = sign + whole + point + (point === '' ? '' : rest)
      const plain = numberOf(`,${text},`, 1, 1 + text.length)
      if (text.replace(/\D/g, '').length <= 15) assert.equal(plain + 0, readNumber(text, '.') + 0)
      else assert.ok(Number.isNaN(plain) || plain === readNumber(text, '.'))
    }),
  )
  for (const text of ['', '-', '.', '1e3', '1.2.3', '0x1', '1 ', '1,2', '1234567890123456'])
    t.ok(Number.isNaN(numberOf(text, 0, text.length)), text)
})
