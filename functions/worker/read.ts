import { setImmediate as turn } from 'node:timers/promises'
import type { SeriesInput } from '../../shared/analysis/kind.ts'
import type { Job } from '../../shared/jobs/jobs.ts'
import type { Provenance } from '../../shared/jobs/results.ts'
import { concatPoints, noPoints, type Points } from '../../shared/series/points.ts'
import type { Reading, SeriesStore } from '../../shared/series/store.ts'
import { formatTime } from '../../shared/time.ts'
import { AttemptError, abortError } from './children.ts'

/** Decoding lets others have their turn, beats above all, after so long. */
const turnMs = 20

export interface ReadOptions {
  /** Aborted when the attempt is no longer wanted. */
  over: AbortSignal
  /** Told how much has been read, 0 to 1. */
  progress(done: number): void
}

export interface ReadSeries {
  inputs: SeriesInput[]
  provenance: Provenance['series']
}

/** Reads the points of a job. Throws AttemptError where there is no series, or too much of it. */
export async function readSeries(
  job: Job,
  store: SeriesStore,
  maxPoints: number,
  { over, progress }: ReadOptions,
): Promise<ReadSeries> {
  const inputs: SeriesInput[] = []
  const provenance: Provenance['series'] = []
  let total = 0
  for (const [i, name] of job.series.entries()) {
    // One more than allowed tells that there are too many, without reading them all.
    const reading = await store.read(name, { from: job.from, to: job.to, limit: maxPoints - total + 1 })
    if (!reading)
      throw new AttemptError('series-deleted', `The series '${name}' was deleted before the job had read it.`, false)
    const part = (done: number) => progress((i + done) / job.series.length)
    const points = await decode(reading, job, { over, progress: part })
    const count = points.timestamps.length
    total += count
    if (total > maxPoints) {
      throw new AttemptError(
        'too-many-points',
        `The job would read more than ${maxPoints} points; ask for a shorter range.`,
        false,
      )
    }
    const { revision, labels, unit, description, source, licence } = reading.info
    const metadata = {
      ...(unit ? { unit } : {}),
      ...(description ? { description } : {}),
      ...(source ? { source } : {}),
      ...(licence ? { licence } : {}),
    }
    inputs.push({ name, labels, ...metadata, points })
    const bound = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms))
    provenance.push({ name, revision, from: bound(job.from), to: bound(job.to), count, ...metadata })
  }
  return { inputs, provenance }
}

/** Decodes what was read, in turns; how much is done is told by the time of the points. */
async function decode(reading: Reading, { from, to }: Job, { over, progress }: ReadOptions): Promise<Points> {
  const { first = 0, last = 0 } = reading.info
  const start = Math.max(from ?? first, first)
  const span = Math.min(to ?? last, last) - start
  const runs = [noPoints]
  let since = performance.now()
  for (const run of reading.runs()) {
    runs.push(run)
    if (performance.now() - since < turnMs) continue
    progress(Math.min(1, Math.max(0, (run.timestamps.at(-1)! - start) / span || 0)))
    await turn()
    if (over.aborted) throw abortError(over)
    since = performance.now()
  }
  progress(1)
  return concatPoints(runs)
}
