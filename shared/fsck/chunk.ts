import { ChunkError, decodeChunk } from '../series/codec.ts'
import { disorderOf, pointsOnly } from '../series/disorder.ts'
import { ExactSum } from '../series/exact-sum.ts'
import { sortPoints } from '../series/merge.ts'
import type { Points } from '../series/points.ts'
import { formatSummary, parseSummary, summarize } from '../series/summary.ts'
import type { FaultCode } from './faults.ts'

/** A chunk with what stands beside it, as it was found. */
export interface FoundChunk {
  id: string
  /** Score in the index, as text; '' where it is not in it. */
  score: string
  /** '' where there is none. */
  summary: string
  /** Empty where there is none. */
  bytes: Buffer
}

/** What a look at a chunk says. */
export interface ChunkState {
  id: string
  faults: { code: FaultCode; detail: string }[]
  /** What is to become of it: 'kept' as it is, 'filed' with another summary or score, 'moved' to another id, or taken out. */
  fate: 'kept' | 'filed' | 'moved' | 'dropped' | 'aside'
  /** Of what is kept or filed. */
  summary: string
  /** The points of a chunk that is to be moved: what can be read of them, in order. */
  points?: Points | undefined
}

/** Compares a chunk with its summary and where it is filed. Pure: it is given what was read. */
export function examineChunk({ id, score, summary, bytes }: FoundChunk): ChunkState {
  if (bytes.length === 0) {
    const where = [score !== '' && 'the index', summary !== '' && 'a summary'].filter(Boolean).join(' and ')
    const detail = `${where} names it, and it is not there; ${lost(summary)}`
    return { id, faults: [{ code: 'chunk-missing', detail }], fate: 'dropped', summary }
  }
  let points: Points
  try {
    points = decodeChunk(bytes)
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error
    const detail = `${error.message}; ${lost(summary)}`
    return { id, faults: [{ code: 'chunk-damaged', detail }], fate: 'aside', summary }
  }

  const disorder = disorderOf(points)
  if (disorder !== undefined) {
    const faults = [{ code: 'chunk-disordered' as const, detail: disorder }]
    return { id, faults, fate: 'moved', summary, points: sortPoints(pointsOnly(points)) }
  }
  const faults: ChunkState['faults'] = []
  const right = formatSummary(summarize(points))
  const first = String(points.timestamps[0])
  if (!agrees(summary, points)) {
    const detail = summary === '' ? 'it has no summary' : `its summary is '${summary}', its points give '${right}'`
    faults.push({ code: 'chunk-summary', detail })
  }
  if (id !== first || score === '' || Number(score) !== points.timestamps[0]) {
    const detail = score === '' ? 'it is not in the index' : `it begins at ${first}, and is filed at ${score}`
    faults.push({ code: 'chunk-misfiled', detail })
  }
  const fate = id !== first ? 'moved' : faults.length > 0 ? 'filed' : 'kept'
  return { id, faults, fate, summary: right, points: fate === 'moved' ? points : undefined }
}

/** The figures before the sum; a summary of an earlier version has one more, a sum that was rounded and does not count. */
const beforeSum = 5

/** Whether a summary is that of points: the one that is written now, or another that tells the same, or one of an earlier version. */
export function agrees(summary: string, points: Points): boolean {
  const right = summarize(points)
  const text = formatSummary(right)
  if (summary === text) return true
  const [figures, rightFigures] = [summary, text].map((each) => each.split(' ').map(Number)) as [number[], number[]]
  if (rightFigures.slice(0, beforeSum).some((figure, i) => figure !== figures[i])) return false
  if (figures.length === beforeSum + 1) return true
  const [sum, lost, ...ends] = figures.slice(beforeSum) as [number, number, ...number[]]
  const isSum = Number.isNaN(sum) ? Number.isNaN(lost) : isSumOf(points.values, [sum, lost])
  return isSum && ends.length === 2 && Object.is(ends[0], right.firstValue) && Object.is(ends[1], right.lastValue)
}

/** Whether two doubles, added exactly, are the sum of values: more than one pair of them is. */
function isSumOf(values: Float64Array, [sum, lost]: [number, number]): boolean {
  const left = new ExactSum()
  left.add(values)
  left.addParts(-sum, -lost)
  return left.total() === 0
}

function lost(summary: string): string {
  const { count, first, last } = parseSummary(summary)
  if (![count, first, last].every(Number.isFinite)) return 'how many points are lost is not known'
  return `${count} points of ${time(first)} to ${time(last)} are lost`
}

const furthest = 8.64e15
export const time = (ms: number): string => (Math.abs(ms) <= furthest ? new Date(ms).toISOString() : String(ms))
