import { formatTime } from '../time.ts'
import type { Points } from './points.ts'

export interface PrintOptions {
  /** Times as integer Unix milliseconds instead of RFC 3339. */
  epoch: boolean
  descending: boolean
}

type Runs = () => Iterable<Points>

export const numberText = (value: number) => (Object.is(value, -0) ? '-0' : String(value))

export const jsonTime = (ms: number, epoch: boolean) => (epoch ? String(ms) : `"${formatTime(ms)}"`)

/** The rows of each run as one text, so that a large range is never held whole. */
function* rows(
  runs: Runs,
  options: PrintOptions,
  row: (timestamp: number, value: number) => string,
  separator: string,
) {
  let first = true
  for (const { timestamps, values } of runs()) {
    const texts: string[] = new Array(timestamps.length)
    const last = timestamps.length - 1
    if (last < 0) continue
    for (let i = 0; i <= last; i++) {
      const from = options.descending ? last - i : i
      texts[i] = row(timestamps[from]!, values[from]!)
    }
    yield (first ? '' : separator) + texts.join(separator)
    first = false
  }
}

/** `{"series","points":[{"timestamp","value"}],"next"}` */
export function* printJson(
  series: string,
  runs: Runs,
  next: string | undefined,
  options: PrintOptions,
): Generator<string> {
  yield `{"series":${JSON.stringify(series)},"points":[`
  yield* rows(runs, options, (t, v) => `{"timestamp":${jsonTime(t, options.epoch)},"value":${numberText(v)}}`, ',')
  yield `],"next":${JSON.stringify(next ?? null)}}\n`
}

/** `{"series","timestamps":[],"values":[],"next"}`: the runs are gone through twice. */
export function* printColumns(
  series: string,
  runs: Runs,
  next: string | undefined,
  options: PrintOptions,
): Generator<string> {
  yield `{"series":${JSON.stringify(series)},"timestamps":[`
  yield* rows(runs, options, (t) => jsonTime(t, options.epoch), ',')
  yield '],"values":['
  yield* rows(runs, options, (_, v) => numberText(v), ',')
  yield `],"next":${JSON.stringify(next ?? null)}}\n`
}

export function* printNdjson(runs: Runs, options: PrintOptions): Generator<string> {
  for (const part of rows(
    runs,
    options,
    (t, v) => `{"timestamp":${jsonTime(t, options.epoch)},"value":${numberText(v)}}\n`,
    '',
  ))
    yield part
}

export function* printCsv(runs: Runs, options: PrintOptions): Generator<string> {
  yield 'timestamp,value\n'
  for (const part of rows(runs, options, (t, v) => `${options.epoch ? t : formatTime(t)},${numberText(v)}\n`, ''))
    yield part
}
