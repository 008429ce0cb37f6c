import type { KindInput, SeriesInput } from '../../shared/analysis/kind.ts'
import type { ResultForms } from '../../shared/jobs/results.ts'
import type { PackedChunk } from '../../shared/series/unpack.ts'

/** A series as it was read: its points are still packed. */
export interface PackedSeries extends Omit<SeriesInput, 'points'> {
  chunks: PackedChunk[]
}

/** What the parent asks of its child: one attempt of one job. */
export interface Question {
  kind: string
  input: Omit<KindInput, 'series'> & { series: PackedSeries[] }
}

/** What the child answers: progress any number of times, then one of the others. */
export type Reply =
  | { progress: number }
  | { drawn: Drawn }
  | { error: { code: string; detail: string; retry: boolean } }

export interface Drawn {
  forms: ResultForms
  versions: Record<string, string>
  /** Milliseconds that the steps took. */
  timings: { analyse: number; render: number }
}
