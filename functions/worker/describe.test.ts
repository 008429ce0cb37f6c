import t from 'tap'
import { makeLog } from '../../shared/log.ts'
import { settingsSchema } from '../../shared/schemas/settings.ts'
import { encodeChunk } from '../../shared/series/codec.ts'
import { slicePoints } from '../../shared/series/points.ts'
import { fullChunk } from '../../shared/series/rewrite.ts'
import { openChildren } from './children.ts'

t.setTimeout(300_000)

t.test('ten million points are described within the memory that a job has', async (t) => {
  const memoryBytes = settingsSchema.properties.JOB_MEMORY_BYTES.default
  const children = openChildren(makeLog('silent'), memoryBytes)
  t.teardown(() => children.close())
  const count = 10_000_000
  const points = { timestamps: new Float64Array(count), values: new Float64Array(count) }
  for (let i = 0; i < count; i++) {
    points.timestamps[i] = 1.5e12 + i * 1000
    points.values[i] = (i * 7919) % 1000
  }
  const params = { quantiles: [5, 95], width: 800, theme: 'light', tz: 'UTC' }
  const chunks = Array.from({ length: Math.ceil(count / fullChunk) }, (_, i) => {
    const run = slicePoints(points, i * fullChunk, Math.min(count, (i + 1) * fullChunk))
    return { id: String(run.timestamps[0]), bytes: encodeChunk(run) }
  })
  const input = { series: [{ name: 'a', labels: {}, chunks }], params }
  // Not within a time: a busy machine is slow.
  const { forms } = await children.ask(
    { kind: 'describe', input },
    { memoryBytes, signal: new AbortController().signal, progress: () => {} },
  )
  t.match(JSON.parse(forms.data), {
    series: [{ count, mean: 499.5, median: 499.5, distinct: 1000, zeros: 10_000, step: { every: '1s', regular: 1 } }],
  })
})
