import fc from 'fast-check'
import t from 'tap'
import { Chunker } from './chunker.ts'
import type { Points } from './points.ts'
import { aloneRuns, mergeRuns, type Run, touchedChunks } from './runs.ts'

const point = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 3 }))
/** Runs as an import writes them: each in time order, each time once. */
const writes = fc.array(fc.array(point, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 200 })

const columns = (pairs: [number, number][]): Points => ({
  timestamps: Float64Array.from(pairs, ([time]) => time),
  values: Float64Array.from(pairs, ([, value]) => value),
})
const inOrder = (map: Map<number, number>) => [...map].sort(([a], [b]) => a - b)

t.test('runs merge as if their points were written one after the other', async (t) => {
  let merged = 0
  await fc.assert(
    fc.asyncProperty(writes, fc.array(point, { maxLength: 40 }), async (batches, stored) => {
      const base = new Map(stored)
      const expected = new Map(base)
      const points = new Map<Run, Points>()
      const add = (number: number, map: Map<number, number>) => {
        const pairs = inOrder(map)
        if (pairs.length > 0)
          points.set({ number, count: pairs.length, first: pairs[0]![0], last: pairs.at(-1)![0] }, columns(pairs))
      }
      add(-1, base)
      let [given, touched] = [0, new Set<number>()]
      for (const [number, batch] of batches.entries()) {
        const run = new Map(batch)
        add(number, run)
        given += run.size
        for (const [time, value] of run) {
          expected.set(time, value)
          touched.add(time)
        }
      }
      const got: [number, number][] = []
      const counts = { added: 0, updated: 0, unchanged: 0, repeated: 0 }
      for await (const stretch of mergeRuns([...points.keys()], async (runs) => runs.map((run) => points.get(run)!))) {
        const { timestamps, values } = stretch.points
        timestamps.forEach((time, i) => void got.push([time, values[i]!]))
        for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += stretch[key]
      }
      const old = [...touched].filter((time) => base.has(time))
      const same = old.filter((time) => Object.is(base.get(time), expected.get(time))).length
      const wanted = {
        added: touched.size,
        updated: old.length - same,
        unchanged: same,
        repeated: given - touched.size,
      }
      merged++
      return JSON.stringify([got, counts]) === JSON.stringify([inOrder(expected), wanted])
    }),
    { numRuns: 200 },
  )
  t.ok(merged >= 200)
})

t.test('chunks are full, and none reaches over one that stays', async (t) => {
  const chunker = new Chunker([100, 250], 40)
  const times = Array.from({ length: 300 }, (_, i) => i).filter(
    (time) => (time < 95 || time > 130) && (time < 245 || time > 260),
  )
  const chunks: Points[] = []
  for (let at = 0; at < times.length; at += 17)
    chunks.push(...chunker.push(columns(times.slice(at, at + 17).map((time) => [time, 1]))))
  chunks.push(...chunker.end())
  t.same(
    chunks.flatMap(({ timestamps }) => [...timestamps]),
    times,
  )
  for (const { timestamps } of chunks) {
    t.ok(timestamps.length <= 40)
    for (const stays of [100, 250]) t.notOk(timestamps[0]! < stays && timestamps.at(-1)! >= stays)
  }
  t.same(
    chunks.map(({ timestamps }) => timestamps.length),
    [40, 40, 15, 40, 40, 34, 39],
  )
  t.same(chunker.end(), [])
})

t.test('an import touches what it meets, and what beside it is not full', async (t) => {
  const chunk = (first: number, count: number) => ({ number: -1, first, last: first + 9, count })
  const chunks = [chunk(0, 10), chunk(10, 5), chunk(20, 10), chunk(30, 10), chunk(40, 3), chunk(50, 10)]
  const touched = (...runs: [number, number][]) =>
    [
      ...touchedChunks(
        chunks,
        runs.map(([first, last], number) => ({ number, count: 1, first, last })),
        10,
      ),
    ].map(({ first }) => first)
  t.same(touched([25, 26]), [20, 10])
  t.same(touched([35, 36]), [30, 40])
  t.same(touched([5, 45]), [0, 10, 20, 30, 40])
  t.same(touched([100, 200]), [])
  t.same(touched([60, 60], [-5, -1]), [])
})

t.test('runs that meet neither each other nor a chunk are alone', async (t) => {
  const run = (first: number, last: number) => ({ number: 0, count: 1, first, last })
  const firsts = (runs: [number, number][], chunks: [number, number][]) =>
    aloneRuns(
      runs.map(([a, b]) => run(a, b)),
      chunks.map(([a, b]) => run(a, b)),
    ).map(({ first }) => first)
  t.same(
    firsts(
      [
        [20, 29],
        [0, 9],
        [10, 19],
      ],
      [],
    ),
    [20, 0, 10],
  )
  t.same(
    firsts(
      [
        [0, 9],
        [9, 12],
        [20, 29],
      ],
      [],
    ),
    [20],
  )
  t.same(
    firsts(
      [
        [0, 100],
        [10, 19],
        [50, 59],
        [101, 102],
      ],
      [],
    ),
    [101],
  )
  t.same(
    firsts(
      [
        [0, 9],
        [20, 29],
        [40, 49],
      ],
      [
        [12, 15],
        [25, 26],
      ],
    ),
    [0, 40],
  )
  t.same(firsts([[0, 9]], [[-5, 50]]), [])
})
