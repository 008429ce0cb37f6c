import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { InputError } from '../problems.ts'
import { formatTime } from '../time.ts'
import { type ParseOptions, PointsError, type PointsForm, parsePoints } from './parse.ts'

// What is plain is read from the bytes, all else from texts; here each body is read as it is, and once more with
// something in it that is only read from texts and means the same.

/** What comes of a body that arrives in pieces of these sizes, again and again. */
async function outcome(body: string, form: PointsForm, sizes: number[], options: ParseOptions) {
  async function* pieces() {
    const bytes = Buffer.from(body)
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!
      yield bytes.subarray(at, at + size)
      at += size
    }
  }
  const notes: InputError[] = []
  try {
    const { timestamps, values } = await parsePoints(pieces(), form, { ...options, report: (note) => notes.push(note) })
    // Minus zero is another value than zero.
    return { times: [...timestamps], values: [...values].map((value) => [value, 1 / value]), notes }
  } catch (error) {
    if (!(error instanceof PointsError)) throw error
    const errors = error.errors.map(({ detail, ...place }) => ({
      ...place,
      ...(place.text === undefined ? {} : { text: place.text.trim() }),
      detail: detail.replace(/^" /, '"'),
    }))
    return { errors, total: error.total, notes }
  }
}

const start = 1577836800000
const instant = fc.integer({ min: start, max: start + 10 * 86_400_000 })
const time = fc.oneof(
  { weight: 6, arbitrary: instant.map((ms) => String(Math.floor(ms / 1000))) },
  { weight: 6, arbitrary: instant.map(formatTime) },
  instant.map(String),
  instant.map((ms) => formatTime(ms).slice(0, 19)),
  fc.constantFrom('2020-01-02', '2020-03-29T02:30', '2020-10-25T02:30:00', '-1', '1577836800123456789', '1e9', 'soon'),
  fc.constantFrom('2020-02-30', '2020-01-01T23:59:60Z', '20200101', '', '1577836800.5'),
)
const value = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.integer(), fc.nat(9)).map(([n, places]) => String(n / 10 ** places)) },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  fc.constantFrom('-0', '0.0', '1e5', '-2.5E-3', '+1', '.5', '5.', '007', '1e999', 'NaN', 'null', '', '1 2'),
)
const options = fc.record({
  now: fc.constant(start),
  tz: fc.constantFrom(undefined, 'UTC', 'Europe/Berlin'),
  unit: fc.constantFrom(undefined, undefined, 's', 'ms', 'us', 'ns'),
  within: fc.constantFrom(undefined, undefined, { from: start + 86_400_000 }, { to: start + 5 * 86_400_000 }),
}) as fc.Arbitrary<ParseOptions>
const sizes = fc.oneof(
  fc.constant<number[]>([65_536]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
)
const ending = fc.constantFrom('\n', '\n', '\r\n')
const space: fc.Arbitrary<string> = fc.constantFrom('', '', '', '', ' ', '\t', '\r\n  ')

/** Reads each body both ways; gives how many were right and how many were wrong. */
async function compare(form: PointsForm, bodies: fc.Arbitrary<string>, disguised: (body: string) => string) {
  const counts = { right: 0, wrong: 0 }
  await fc.assert(
    fc.asyncProperty(bodies, sizes, options, async (body, sizes, options) => {
      const [quick, slow] = [
        await outcome(body, form, sizes, options),
        await outcome(disguised(body), form, [65_536], options),
      ]
      assert.deepEqual(quick, slow)
      if ('errors' in quick) counts.wrong++
      else counts.right++
    }),
    { numRuns: 1000 },
  )
  return counts
}

t.test('CSV', async (t) => {
  const line = fc.oneof(
    { weight: 20, arbitrary: fc.tuple(time, value).map(([time, value]) => `${time},${value}`) },
    fc.constantFrom('', ' ', '1577836800', '1577836800,1,2', '"2020-01-01","1"', '°,1', 'a "b" c,1'),
  )
  const head = fc.constantFrom('', '', 'timestamp,value\n', '\uFEFFTimestamp,Value\r\n', '\n\n', 'time,value\n')
  const bodies = fc
    .tuple(head, fc.array(line, { maxLength: 8 }), ending, fc.constantFrom('', '\n', '\r'))
    .map(([head, lines, end, last]) => head + lines.join(end) + last)
  const swapped = bodies.map((body) => `value,timestamp\n${body.replace(/^([^,\n\r]*),([^,\n\r]*)/gm, '$2,$1')}`)
  const { right, wrong } = await compare('csv', fc.oneof(bodies, swapped), (body) =>
    body.replace(/^(?=[^\n\uFEFF])/gm, ' '),
  )
  t.ok(right > 50 && wrong > 50, `${right} bodies were right, ${wrong} wrong`)
})

const timeOrText = fc.oneof(
  time.map((text) => JSON.stringify(text)),
  time,
)
const member = (name: string, content: fc.Arbitrary<string>, gap = space) =>
  fc.tuple(gap, gap, content, gap).map(([a, b, text, c]) => `"${name}"${a}:${b}${text}${c}`)
const membersOf = (a: fc.Arbitrary<string>, b: fc.Arbitrary<string>) =>
  fc.tuple(a, b, fc.boolean()).map(([a, b, swapped]) => `{${swapped ? `${b},${a}` : `${a},${b}`}}`)
const pointOf = (gap: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 20, arbitrary: membersOf(member('timestamp', timeOrText, gap), member('value', value, gap)) },
    fc.constantFrom(
      '{"timestamp":0}',
      '{"timestamp":0,"timestamp":1,"value":2}',
      '{"timestamp":0,"value":1,"x":2}',
      '7',
    ),
  )
/** Names with an escape are the same names. */
const escaped = (body: string) => body.replaceAll('"timestamp', '"timest\\u0061mp')

t.test('NDJSON', async (t) => {
  const line = fc.oneof(
    { weight: 20, arbitrary: pointOf(fc.constantFrom('', '', '', ' ', '\t')) },
    fc.constantFrom('', ' ', '{', '{"timestamp":0,"value":1} {}'),
  )
  const bodies = fc
    .tuple(fc.constantFrom('', '\uFEFF'), fc.array(line, { maxLength: 6 }), ending)
    .map(([mark, lines, end]) => mark + lines.join(end))
  const { right, wrong } = await compare('ndjson', bodies, escaped)
  t.ok(right > 50 && wrong > 50, `${right} bodies were right, ${wrong} wrong`)
})

t.test('JSON', async (t) => {
  const list = (item: fc.Arbitrary<string>) =>
    fc
      .tuple(space, fc.array(item, { maxLength: 4 }), space)
      .map(([a, items, b]) => `[${a}${items.join(`${b},${a}`)}${b}]`)
  const bodies = fc
    .tuple(
      fc.oneof(
        list(pointOf(space)),
        pointOf(space),
        membersOf(member('timestamps', list(timeOrText)), member('values', list(value))),
      ),
      fc.constantFrom('', '', '', '\n', ']', '\uFEFF'),
    )
    .map(([body, last]) => (last === '\uFEFF' ? last + body : body + last))
  const { right, wrong } = await compare('json', bodies, escaped)
  t.ok(right > 50 && wrong > 50, `${right} bodies were right, ${wrong} wrong`)
})
