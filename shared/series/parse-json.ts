import { setImmediate as turn } from 'node:timers/promises'
import { JsonError, parseJsonText } from '../json.ts'
import { show } from '../text/show.ts'
import { escapePointer, unknownName } from '../validate.ts'
import { JsonScanner } from './json-scanner.ts'
import type { Place, PointReader } from './parse.ts'

/** So many points are read between the turns of other requests. */
const slice = 5000

const byteOrderMark = Buffer.from('\uFEFF')

/**
 * Reads JSON: a list of points, one point, or two columns. Plain JSON is read where it stands among the bytes; any other,
 * right or wrong, is parsed whole.
 */
export async function readJson(body: AsyncIterable<Buffer>, reader: PointReader): Promise<void> {
  const bytes = Buffer.concat(await Array.fromAsync(body))
  const start = bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  const end = await new JsonScanner(bytes, reader, { inLine: false }).body(start)
  if (end === bytes.length) return
  reader.clear()
  await readWhole(bytes.toString('utf8'), reader)
}

async function readWhole(text: string, reader: PointReader): Promise<void> {
  let body: unknown
  try {
    body = parseJsonText(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    reader.fault({ line: error.line }, error.message)
    return
  }
  if (Array.isArray(body)) {
    for (let i = 0; i < body.length; i++) {
      if (i % slice === slice - 1) await turn()
      readPoint(body[i], `/${i}`, undefined, reader)
    }
  } else if (isObject(body) && ('timestamps' in body || 'values' in body)) await readColumns(body, reader)
  else readPoint(body, '', undefined, reader)
}

async function readColumns(body: Record<string, unknown>, reader: PointReader): Promise<void> {
  const { timestamps, values, ...others } = body
  for (const name of Object.keys(others))
    reader.fault({ pointer: `/${escapePointer(name)}` }, unknownName(name, ['timestamps', 'values']))
  if (!Array.isArray(timestamps) || !Array.isArray(values)) {
    reader.fault({ pointer: '' }, "columns need both 'timestamps' and 'values', each a list")
    return
  }
  if (timestamps.length !== values.length) {
    reader.fault(
      { pointer: '' },
      `there are ${timestamps.length} timestamps and ${values.length} values; one of each makes a point`,
    )
    return
  }
  for (let i = 0; i < timestamps.length; i++) {
    if (i % slice === slice - 1) await turn()
    reader.add(
      reader.time(timestamps[i], { pointer: `/timestamps/${i}` }),
      reader.value(values[i], { pointer: `/values/${i}` }),
    )
  }
}

/** A point of a list or, where it has a line, of a line. */
export function readPoint(point: unknown, pointer: string, line: number | undefined, reader: PointReader): void {
  const place = (member: string): Place => (line === undefined ? { pointer: pointer + member } : { line })
  if (!isObject(point)) {
    reader.fault(place(''), `${show(point)} is not a point; expected {"timestamp": …, "value": …}`)
    return
  }
  for (const name of Object.keys(point)) {
    if (name !== 'timestamp' && name !== 'value')
      reader.fault(place(`/${escapePointer(name)}`), unknownName(name, ['timestamp', 'value']))
  }
  for (const name of ['timestamp', 'value']) {
    if (!(name in point)) reader.fault(place(''), `'${name}' is missing`)
  }
  if ('timestamp' in point && 'value' in point) {
    reader.add(reader.time(point.timestamp, place('/timestamp')), reader.value(point.value, place('/value')))
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
