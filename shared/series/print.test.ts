import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { formatTime } from '../time.ts'
import { parsePoints } from './parse.ts'
import type { Points } from './points.ts'
import { printColumns, printCsv, printJson, printNdjson } from './print.ts'

const run = (times: number[], values: number[]): Points => ({
  timestamps: Float64Array.from(times),
  values: Float64Array.from(values),
})

const plain = { epoch: false, descending: false }
const epoch = { epoch: true, descending: false }
const text = (parts: Iterable<string>) => [...parts].join('')

const two = () => [run([0, 1], [1.5, -0]), run([2], [1e21])]
const [first, second, third] = [0, 1, 2].map(formatTime)

t.test('each form, with times as RFC 3339', async (t) => {
  t.equal(
    text(printJson('a"b', two, undefined, plain)),
    `{"series":"a\\"b","points":[{"timestamp":"${first}","value":1.5},{"timestamp":"${second}","value":-0},{"timestamp":"${third}","value":1e+21}],"next":null}\n`,
  )
  t.equal(
    text(printColumns('a', two, 'more', plain)),
    `{"series":"a","timestamps":["${first}","${second}","${third}"],"values":[1.5,-0,1e+21],"next":"more"}\n`,
  )
  t.equal(text(printCsv(two, plain)), `timestamp,value\n${first},1.5\n${second},-0\n${third},1e+21\n`)
  t.equal(
    text(printNdjson(two, plain)),
    `{"timestamp":"${first}","value":1.5}\n{"timestamp":"${second}","value":-0}\n{"timestamp":"${third}","value":1e+21}\n`,
  )
})

t.test('times as integers, and the newest first', async (t) => {
  const newest = { epoch: true, descending: true }
  const reversed = () => two().reverse()
  t.equal(text(printCsv(two, epoch)), 'timestamp,value\n0,1.5\n1,-0\n2,1e+21\n')
  t.equal(text(printCsv(reversed, newest)), 'timestamp,value\n2,1e+21\n1,-0\n0,1.5\n')
  t.same(JSON.parse(text(printColumns('a', reversed, undefined, newest))).timestamps, [2, 1, 0])
  t.same(JSON.parse(text(printJson('a', reversed, undefined, newest))).points.at(0), { timestamp: 2, value: 1e21 })
})

t.test('no points, and runs without any, leave no separator behind', async (t) => {
  const empty = run([], [])
  for (const runs of [[], [empty], [empty, run([1], [2]), empty, run([3], [4]), empty]]) {
    const [times, values] = [runs.flatMap((r) => [...r.timestamps]), runs.flatMap((r) => [...r.values])]
    const points = times.map((timestamp, i) => ({ timestamp, value: values[i] }))
    const give = () => runs
    t.same(JSON.parse(text(printJson('s', give, undefined, epoch))), { series: 's', points, next: null })
    t.same(JSON.parse(text(printColumns('s', give, undefined, epoch))), {
      series: 's',
      timestamps: times,
      values,
      next: null,
    })
    t.equal(
      text(printCsv(give, epoch)),
      ['timestamp,value\n', ...times.map((at, i) => `${at},${values[i]}\n`)].join(''),
    )
    t.equal(text(printNdjson(give, epoch)), points.map((point) => `${JSON.stringify(point)}\n`).join(''))
  }
})

t.test('nothing is decoded before it is asked for', async (t) => {
  let decoded = 0
  function* runs() {
    for (const points of two()) {
      decoded++
      yield points
    }
  }
  const parts = printCsv(runs, plain)
  t.equal(parts.next().value, 'timestamp,value\n')
  t.equal(decoded, 0)
  parts.next()
  t.equal(decoded, 1)
})

t.test('what is printed reads back to the same doubles', async (t) => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true })
  await fc.assert(
    fc.asyncProperty(fc.array(double, { maxLength: 40 }), async (values) => {
      const points = run([...values.keys()], values)
      const give = () => [points]
      const forms = { csv: printCsv(give, plain), ndjson: printNdjson(give, plain) } as const
      for (const form of ['csv', 'ndjson'] as const) {
        const printed = text(forms[form])
        if (printed === '') continue
        const back = await parsePoints(
          (async function* () {
            yield Buffer.from(printed)
          })(),
          form,
          {},
        )
        assert.ok(back.values.every((value, i) => Object.is(value, values[i])) && back.values.length === values.length)
      }
    }),
  )
  t.pass('for every example that was tried')
})
