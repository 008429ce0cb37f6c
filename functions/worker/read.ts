import type { Job } from '../../shared/jobs/jobs.ts'
import type { Provenance } from '../../shared/jobs/results.ts'
import { capitalized } from '../../shared/problems.ts'
import { ChunkError } from '../../shared/series/chunk-error.ts'
import type { Range } from '../../shared/series/points.ts'
import type { SeriesStore } from '../../shared/series/store.ts'
import { countInRange, type PackedChunk } from '../../shared/series/unpack.ts'
import { formatTime } from '../../shared/time.ts'
import { AttemptError, abortError } from './children.ts'
import type { PackedSeries } from './messages.ts'

export interface ReadOptions {
  /** Aborted when the attempt is no longer wanted. */
  over: AbortSignal
  /** Told how much has been read, 0 to 1. */
  progress(done: number): void
}

export interface ReadSeries {
  inputs: PackedSeries[]
  provenance: Provenance['series']
}

/**
 * Reads the series of a job, but leaves their points packed: the child unpacks them, while this process beats. Throws
 * AttemptError where there is no series, or too much of it.
 */
export async function readSeries(
  { series, from, to }: Job,
  store: SeriesStore,
  maxPoints: number,
  { over, progress }: ReadOptions,
): Promise<ReadSeries> {
  const inputs: PackedSeries[] = []
  const provenance: Provenance['series'] = []
  let total = 0
  for (const [i, name] of series.entries()) {
    // One more than allowed tells that there are too many, without reading them all.
    const reading = await store.read(name, { from, to, limit: maxPoints - total + 1 })
    if (over.aborted) throw abortError(over)
    if (!reading)
      throw new AttemptError('series-deleted', `The series '${name}' was deleted before the job had read it.`, false)
    const count = counted(name, reading.packed, { from, to })
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
    inputs.push({ name, labels, ...metadata, chunks: reading.packed })
    const bound = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms))
    provenance.push({ name, revision, from: bound(from), to: bound(to), count, ...metadata })
    progress((i + 1) / series.length)
  }
  return { inputs, provenance }
}

function counted(name: string, chunks: PackedChunk[], range: Range): number {
  try {
    return countInRange(name, chunks, range)
  } catch (error) {
    if (error instanceof ChunkError) throw new AttemptError('damaged', `${capitalized(error.message)}.`, false)
    throw error
  }
}
