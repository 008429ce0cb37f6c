import fc from 'fast-check'
import t from 'tap'
import { type LineOptions, LineReader } from './line-protocol.ts'

const usual: LineOptions = { precision: 'ns', now: 1_700_000_000_000, maxSeries: 1000, skipTexts: false, seed: 7 }

const special = fc.constantFrom(',', '=', ' ', '\\', '"', '#', 'a', 'é', '\u{1f600}')
const character = fc.oneof(special, fc.string({ minLength: 1, maxLength: 1 }))
// Line protocol has no way to write a name that ends in a backslash, or one with a control character.
const oddName = fc
  .string({ unit: character, minLength: 1, maxLength: 6 })
  .filter((text) => text.isWellFormed() && !/\p{Cc}|\\$/u.test(text))
// The same again, and names that begin like others.
const name = fc.oneof(oddName, fc.constantFrom('a', 'aa', 'ab'))
const escaped = (text: string) => text.replace(/[,= ]/g, '\\$&')
const inName = (text: string) => text.replace(/[,= \\]/g, '\\$&')

const value = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ text: Object.is(value, -0) ? '-0' : String(value), value })),
  fc
    .integer({ min: -9999, max: 9999 })
    .map((tenths) => ({ text: (tenths / 10).toFixed(1), value: tenths === 0 ? 0 : tenths / 10 })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ text: `${value}i`, value: Number(value) })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => ({ text: `${value}u`, value: Number(value) })),
  fc.constantFrom('t', 'True', 'false', 'F').map((text) => ({ text, value: /t/i.test(text[0]!) ? 1 : 0 })),
  fc.string({ maxLength: 8 }).map((text) => ({ text: `"${text.replace(/["\\]/g, '\\$&')}\n"`, value: undefined })),
)
const time = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 0, max: 999_999 }))
const line = fc.record({
  measurement: name.filter((text) => !text.startsWith('#')),
  tags: fc.dictionary(name, name, { maxKeys: 3 }),
  fields: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }),
  time: fc.option(time, { nil: undefined }),
  blank: fc.constantFrom('', '\n', '# a comment "\n', ' '),
  end: fc.constantFrom('\n', '\r\n', ' \n'),
})
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never

/** Times around one that a double can't count in nanoseconds. */
const base = 1_700_000_000_123

function print({ measurement, tags, fields, time, blank, end }: Line): string {
  const key = [measurement, ...Object.entries(tags).map(([tag, text]) => `${escaped(tag)}=${escaped(text)}`)]
  const pairs = fields.map(([field, { text }]) => `${escaped(field)}=${text}`)
  const stamp = time === undefined ? '' : ` ${BigInt(base + time[0]) * 1_000_000n + BigInt(time[1])}`
  return `${blank}${[escaped(key[0]!), ...key.slice(1)].join()} ${pairs.join()}${stamp}${end}`
}

/** What lines mean, the slow way. */
function meaning(lines: Line[]): Record<string, [number, number | undefined][]> {
  const series = new Map<string, Map<number, number>>()
  for (const { measurement, tags, fields, time } of lines) {
    const sorted = Object.entries(tags).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const [field, { value }] of fields) {
      if (value === undefined) continue
      const tagged = sorted.map(([tag, text]) => `${inName(tag)}=${inName(text)}`)
      const key = [`${inName(measurement)}.${inName(field)}`, ...tagged].join()
      if (!series.has(key)) series.set(key, new Map())
      series.get(key)!.set(time === undefined ? usual.now : base + time[0], value)
    }
  }
  return Object.fromEntries([...series].map(([key, points]) => [key, [...points].sort(([a], [b]) => a - b)]))
}

/** The numbers of the lines that begin what has a text among its fields. */
function linesWithTexts(lines: Line[]): number[] {
  const ends = (text: string) => text.split('\n').length - 1
  let number = 1
  return lines.flatMap((line) => {
    const here = number + ends(line.blank)
    number += ends(print(line))
    return line.fields.some(([, { value }]) => value === undefined) ? [here] : []
  })
}

t.test('what was printed is read, however it is cut into chunks', async (t) => {
  let [points, refused] = [0, 0]
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.nat()),
      fc.integer({ min: 8, max: 300 }),
      (lines, cuts, portion) => {
        const bytes = Buffer.from(lines.map(print).join(''))
        const expected = meaning(lines)
        const bounds = { portion, longestLine: 100_000 }
        const reader = new LineReader({ ...usual, skipTexts: true }, bounds)
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
        for (let i = 1; i < places.length; i++) reader.push(bytes.subarray(places[i - 1], places[i]))
        const got = Object.fromEntries(
          reader
            .finish()
            .map(({ name, points }) => [name, [...points.timestamps].map((at, i) => [at, points.values[i]])]),
        )
        points += Object.values(expected).flat().length
        const isSame =
          Object.keys(got).length === Object.keys(expected).length &&
          Object.entries(expected).every(
            ([key, rows]) =>
              got[key]?.length === rows.length &&
              rows.every(([at, value], i) => got[key]![i]![0] === at && Object.is(got[key]![i]![1], value)),
          )
        const strict = new LineReader(usual, bounds)
        strict.push(bytes)
        strict.finish()
        const bad = linesWithTexts(lines)
        refused += bad.length
        return reader.faults.count === 0 && isSame && strict.faults.errors.map(({ line }) => line).join() === bad.join()
      },
    ),
    { numRuns: 500 },
  )
  t.ok(points > 1000 && refused > 100, `${points} points, ${refused} lines with texts`)
})
