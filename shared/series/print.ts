import { Held } from './held.ts'
import type { Points } from './points.ts'
import { csvHeader, csvRows, figures, jsonRows, ndjsonRows, times } from './print-rows.ts'
import type { RowPrinter } from './row-printer.ts'

export interface PrintOptions {
  /** Times as integer Unix milliseconds instead of RFC 3339. */
  epoch: boolean
  descending: boolean
}

type Runs = () => Iterable<Points>

const names = ['value']

/** Run after run, so that a large range is never held whole. */
function* rows(runs: Iterable<Points>, printer: RowPrinter, { descending }: PrintOptions): Generator<string> {
  for (const { timestamps, values } of runs) yield* printer.print({ timestamps, columns: [values] }, descending)
}

/** `{"series","points":[{"timestamp","value"}],"next"}` */
export function* printJson(
  series: string,
  runs: Runs,
  next: string | undefined,
  options: PrintOptions,
): Generator<string> {
  yield `{"series":${JSON.stringify(series)},"points":[`
  yield* rows(runs(), jsonRows({ names, epoch: options.epoch }), options)
  yield `],"next":${JSON.stringify(next ?? null)}}\n`
}

/** `{"series","timestamps":[],"values":[],"next"}`: the runs are gone through twice. */
export function* printColumns(
  series: string,
  runs: Runs,
  next: string | undefined,
  options: PrintOptions,
): Generator<string> {
  const held = new Held<Points>()
  function* noted(): Generator<Points> {
    for (const run of runs()) yield held.hold(run, 2 * run.values.length)
  }
  yield `{"series":${JSON.stringify(series)},"timestamps":[`
  yield* rows(noted(), times(options.epoch), options)
  yield '],"values":['
  yield* rows(held.parts ?? runs(), figures(), options)
  yield `],"next":${JSON.stringify(next ?? null)}}\n`
}

export function* printNdjson(runs: Runs, options: PrintOptions): Generator<string> {
  yield* rows(runs(), ndjsonRows({ names, epoch: options.epoch }), options)
}

export function* printCsv(runs: Runs, options: PrintOptions): Generator<string> {
  yield csvHeader(names)
  yield* rows(runs(), csvRows({ names, epoch: options.epoch }), options)
}
