import { findKind } from '../../shared/analysis/catalogue.ts'
import { AnalysisError, type SeriesInput } from '../../shared/analysis/kind.ts'
import { textChart, wordsOnly } from '../../shared/analysis/text-chart.ts'
import { capitalized } from '../../shared/problems.ts'
import { ChunkError } from '../../shared/series/chunk-error.ts'
import { newPoints, type Points, type Range, slicePoints } from '../../shared/series/points.ts'
import { saidCounts, unpackRange } from '../../shared/series/unpack.ts'
import type { Drawn, PackedSeries, Question, Reply } from './messages.ts'
import { render, versions } from './render.ts'

/**
 * The process that analyses and draws. It has no credentials and no connection but the channel to its parent; the
 * parent bounds its time and memory, and kills it.
 */
async function answer({ kind: name, input }: Question): Promise<Drawn> {
  const kind = findKind(name)
  if (!kind) throw new AnalysisError('unknown-kind', `This worker knows no kind '${name}'.`)
  const started = performance.now()
  const series = unpackAll(input)
  say({ progress: 0.2 })
  const { data, chart, alt, figure, text: own } = kind.run({ ...input, series })
  say({ progress: 0.4 })
  const analysed = performance.now()
  const tz = typeof input.params.tz === 'string' ? input.params.tz : 'UTC'
  const { svg, png } = await render(chart, { tz, alt, isOurs: true })
  say({ progress: 0.9 })
  // While the PNG is encoded.
  const text = own ?? (figure ? textChart(figure) : wordsOnly(alt))
  const json = {
    data: JSON.stringify(data),
    chart: JSON.stringify(chart),
    ...(figure && { figure: JSON.stringify(figure) }),
  }
  const forms = { ...json, alt, text, svg, png: await png }
  const timings = { analyse: analysed - started, render: performance.now() - analysed }
  return { forms, versions, timings }
}

/** Most points that memory is kept for: 160 MB, which a process that has just used them may hold for long in any case. */
const mostKept = 10_000_000

/** Where points are unpacked: one question comes after the other, and memory that is new takes longer than to write into it. */
let kept = newPoints(0)

function unpackAll({ series, ...range }: Question['input']): SeriesInput[] {
  const counts = series.map(({ chunks }) => saidCounts(chunks))
  const room = counts.reduce((sum, count) => sum + count, 0)
  if (room > kept.values.length) kept = newPoints(0) // what is too small need not stay beside what is larger
  const memory = newPoints(room, kept)
  if (room <= mostKept && room > kept.values.length) kept = memory
  let end = 0
  return series.map((packed, i) => {
    const start = end
    end += counts[i]!
    return unpackSeries(packed, range, slicePoints(memory, start, end))
  })
}

function unpackSeries({ chunks, ...series }: PackedSeries, range: Range, memory: Points): SeriesInput {
  try {
    return { ...series, points: unpackRange(series.name, chunks, range, memory) }
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error
    throw new AnalysisError('damaged', `${capitalized(error.message)}.`)
  }
}

function say(reply: Reply): void {
  process.send?.(reply)
}

process.on('message', (question: Question) => {
  answer(question).then(
    (drawn) => say({ drawn }),
    (error: Error) => {
      if (error instanceof AnalysisError) say({ error: { code: error.code, detail: error.message, retry: false } })
      else throw error // a mistake of ours: the process ends with it on standard error
    },
  )
})

// A child without a parent has nobody to draw for.
process.on('disconnect', () => process.exit())
