import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { makeLog } from '../../shared/log.ts'
import { settingsSchema } from '../../shared/schemas/settings.ts'
import { encodeChunk } from '../../shared/series/codec.ts'
import { columns, times } from '../../test/points.ts'
import { type Children, openChildren } from './children.ts'
import type { PackedSeries, Question } from './messages.ts'

const memoryBytes = settingsSchema.properties.JOB_MEMORY_BYTES.default
const bounds = { memoryBytes, signal: new AbortController().signal, progress: () => {} }

/** Some chunks of 1,000 points each, a minute apart. */
function series(name: string, chunks: number, value: (time: number) => number): PackedSeries {
  const packed = Array.from({ length: chunks }, (_, i) => {
    const points = columns(times(1000, 1.6e12 + i * 6e7, 60_000), value)
    return { id: String(points.timestamps[0]), bytes: encodeChunk(points) }
  })
  return { name, labels: {}, chunks: packed }
}

const wave = series('wave', 20, (time) => Math.round(1000 * Math.sin(time / 1e8)) / 10)
const saw = series('saw', 3, (time) => Math.floor(time / 6e4) % 50)
const none = series('none', 0, () => 0)
const plot = { mark: 'line', width: 400, height: 200, theme: 'light', tz: 'UTC' }
const describe = { quantiles: [5, 95], width: 800, theme: 'light', tz: 'UTC' }

const questions: Question[] = [
  { kind: 'plot', input: { series: [wave], params: plot } },
  { kind: 'plot', input: { series: [saw, wave, none], params: plot } },
  {
    kind: 'plot',
    input: { series: [wave, saw], params: { ...plot, mark: 'scatter' }, from: 1.6e12 + 5e7, to: 1.6e12 + 9e7 },
  },
  { kind: 'plot', input: { series: [saw], params: plot, from: 0, to: 1 } },
  { kind: 'describe', input: { series: [saw, wave], params: describe } },
]

/** What a process answers, or why it refuses. */
const answerOf = (children: Children, question: Question) =>
  children.ask(question, bounds).then(
    ({ forms }) => forms,
    (error: Error) => error.message,
  )

t.test('a question is answered the same by a process that has answered others', async (t) => {
  const open = () => {
    const children = openChildren(makeLog('silent'), memoryBytes)
    t.teardown(() => children.close())
    return children
  }
  const alone: unknown[] = []
  for (const question of questions) {
    const children = open()
    alone.push(await answerOf(children, question))
    children.close()
  }
  t.same(
    alone.map((answer) => typeof answer),
    ['object', 'object', 'object', 'string', 'object'],
    'one has no points in its range',
  )
  t.match(
    JSON.parse((alone[1] as { data: string }).data).series,
    [
      { name: 'saw', count: 3000, min: { value: 0 }, max: { value: 49 } },
      { name: 'wave', count: 20_000, min: { value: -100 }, max: { value: 100 } },
      { name: 'none', count: 0 },
    ],
    'each series has its own points',
  )
  const warm = open()
  for (const [turn, i] of [0, 1, 2, 3, 4, 3, 2, 1, 0, 2, 4, 1, 3, 0].entries()) {
    t.ok(isDeepStrictEqual(await answerOf(warm, questions[i]!), alone[i]), `question ${i} as number ${turn}`)
  }
})
