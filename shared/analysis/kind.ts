import type { JSONSchema } from 'json-schema-to-ts'
import type { InputError } from '../problems.ts'
import type { Points } from '../series/points.ts'
import type { Figure } from './figure.ts'

/** One series as a job sees it: its metadata and the points of the job's range. */
export interface SeriesInput {
  name: string
  unit?: string
  description?: string
  /** Where the points are from: printed below a chart. */
  source?: string
  /** Printed behind the source. */
  licence?: string
  labels: Record<string, string>
  points: Points
}

export interface KindInput<Params = Record<string, unknown>> {
  /** At least one, each of another name, in the order in which they were asked for. */
  series: SeriesInput[]
  /** Validated against the kind's schema, its defaults filled in. */
  params: Params
  /** The job's range `[from, to)` in Unix milliseconds; a missing bound is open. */
  from?: number
  to?: number
}

/** A chart as plain JSON: a Vega-Lite specification with its data inline. */
export type ChartSpec = Record<string, unknown>

export interface KindOutput {
  /** The numbers of the result, as JSON. */
  data: unknown
  chart: ChartSpec
  /** What the chart shows, in words, for those who can't see it. */
  alt: string
  /** What the chart shows over time, for the forms that draw it themselves; a chart of something else has none. */
  figure?: Figure | undefined
  /** The chart for a terminal of 80 columns, where it is another than that of the figure. */
  text?: string
}

/** What is known when a job is asked for, beside its parameters. */
export interface KindContext {
  /** The names of its series, in their order. */
  series: string[]
  /** What relative times count from, in Unix milliseconds. */
  now: number
  /** Told what became of local times that a clock change made ambiguous, or skipped. */
  note(note: InputError): void
}

/**
 * A kind of job: what it is called, what it takes, and a pure function that does it.
 * `run` throws `AnalysisError` where the points don't allow an answer; anything else that it throws is a fault of ours.
 */
export interface Kind<Params = Record<string, unknown>> {
  name: string
  title: string
  description: string
  /** JSON Schema of `params`; every property has a description, and a default unless it may be left out. */
  params: JSONSchema & object
  /** A job that can be submitted as it stands once its series exist. */
  example: { kind: string; series: string | string[]; params: Record<string, unknown> }
  /**
   * Finds what is wrong with parameters that the schema allows: each fault with its pointer in the job. Resolves, in place,
   * what counts from now.
   */
  resolve?(params: Params, context: KindContext): InputError[]
  run(input: KindInput<Params>): KindOutput
}

/** The points don't allow an answer, however often one tries: the job fails at once. */
export class AnalysisError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'AnalysisError'
    this.code = code
  }
}
