import { JsonError, parseJsonText } from '../json.ts'
import { lineText, wholeLines } from './body-lines.ts'
import { JsonScanner } from './json-scanner.ts'
import type { PointReader } from './parse.ts'
import { readPoint } from './parse-json.ts'

const newline = 10

/**
 * Reads NDJSON, a point a line. A plain line is read where it stands among the bytes; any other, right or wrong, becomes a
 * text and is parsed.
 */
export async function readNdjson(body: AsyncIterable<Buffer>, reader: PointReader): Promise<void> {
  let empty = true
  let line = 1
  for await (const bytes of wholeLines(body)) {
    const scanner = new JsonScanner(bytes, reader, { inLine: true })
    for (let at = 0; at < bytes.length; line++) {
      const behind = scanner.point(at)
      if (behind >= 0 && bytes[behind] === newline) {
        reader.take(1)
        empty = false
        at = behind + 1
        continue
      }
      const text = lineText(bytes, at, line)
      at = bytes.indexOf(newline, at) + 1
      if (text.trim() === '') continue
      empty = false
      readLine(text, line, reader)
    }
  }
  if (empty) reader.fault({ line: 1 }, 'the body is empty')
}

function readLine(text: string, line: number, reader: PointReader): void {
  try {
    readPoint(parseJsonText(text), '', line, reader)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    reader.fault({ line }, error.message)
  }
}
