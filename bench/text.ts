import { type PointsForm, parsePoints } from '../shared/series/parse.ts'
import type { Points } from '../shared/series/points.ts'
import { type PrintOptions, printColumns, printCsv, printJson, printNdjson } from '../shared/series/print.ts'
import { median, ms, table } from './numbers.ts'
import { walk } from './program.ts'

const count = 10_000
const rounds = 200

/** Bytes of a body that come at a time. */
const pieceBytes = 65_536

/** How points are printed, and the form of that as a body. */
const forms: [name: string, form: PointsForm, (runs: () => Points[], options: PrintOptions) => Iterable<string>][] = [
  ['CSV', 'csv', printCsv],
  ['NDJSON', 'ndjson', printNdjson],
  ['JSON, points', 'json', (runs, options) => printJson('s', runs, undefined, options)],
  ['JSON, columns', 'json', (runs, options) => printColumns('s', runs, undefined, options)],
]

/** How fast are points read from text, and printed as text? In this process, without HTTP and Redis. */
export async function text(say: (line: string) => void): Promise<void> {
  const points = await read(Buffer.from(walk(count)), 'csv')
  const rows: string[][] = [
    [`${count.toLocaleString('en')} points`, 'times', 'read', 'a second', 'printed', 'a second'],
  ]
  for (const [name, form, print] of forms) {
    for (const epoch of [true, false]) {
      const printed = () => [...print(() => [points], { epoch, descending: false })].join('')
      const body = Buffer.from(form === 'json' ? bodyOf(printed()) : printed())
      const reading = await measure(() => read(body, form))
      const printing = await measure(async () => printed())
      const row = [reading, printing].flatMap((took) => [ms(took), `${(count / took / 1000).toFixed(1)} M`])
      rows.push([name, epoch ? 'epoch_ms' : 'RFC 3339', ...row])
    }
  }
  say(table(rows))
}

/** What would be sent of an answer. */
function bodyOf(answer: string): string {
  const { series: _, next: __, points, ...columns } = JSON.parse(answer)
  return JSON.stringify(points ?? columns)
}

async function read(bytes: Buffer, form: PointsForm): Promise<Points> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  const points = await parsePoints(pieces(), form, {})
  if (points.values.length !== count) throw new Error(`${points.values.length} points of ${count} were read`)
  return points
}

/** The median of many rounds, in milliseconds, after as many that warm up. */
async function measure(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = -rounds; round < rounds; round++) {
    const started = performance.now()
    await work()
    if (round >= 0) times.push(performance.now() - started)
  }
  return median(times)
}
