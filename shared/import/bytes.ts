import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ImportFault } from './faults.ts'

/** A body as text: its beginning, to look at, and all of it, to be read once. */
export interface TextSource {
  start: string
  /** Whether `start` is all there is. */
  whole: boolean
  /** The encoding it was read by, in the names of the Encoding Standard. */
  encoding: string
  chunks(): AsyncGenerator<string>
  /** The same as UTF-8, without a byte order mark; in place of `chunks`. */
  bytes(): AsyncGenerator<Buffer>
}

/** The beginning that inference looks at. */
export const sampleBytes = 1_048_576

/**
 * Reads bytes as text: gzip is inflated, UTF-8 and UTF-16 are told by their mark, what is not UTF-8 is read as
 * Windows-1252. `bound` guards what comes out of gzip. Throws ImportFault for what is no text.
 */
export async function readText(
  body: AsyncIterable<Buffer>,
  bound: (inflated: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): Promise<TextSource> {
  let peeked = await peek(body, sampleBytes)
  if (peeked.start[0] === 0x1f && peeked.start[1] === 0x8b) {
    const inflated = Readable.from(all(peeked)).pipe(createGunzip()) as AsyncIterable<Buffer>
    peeked = await peek(bound(sound(inflated)), sampleBytes)
  }
  const { start, whole } = peeked
  if (start.length === 0) throw new ImportFault({ line: 1, detail: 'the file is empty; send a file with rows' })
  refuseBinary(start)
  const encoding = encodingOf(start, whole)
  const decoder = new TextDecoder(encoding)
  async function* chunks() {
    const decoder = new TextDecoder(encoding)
    for await (const chunk of all(peeked)) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  }
  async function* bytes() {
    if (encoding === 'utf-8') yield* all({ ...peeked, start: withoutMark(start) })
    else for await (const chunk of chunks()) yield Buffer.from(chunk)
  }
  return { start: decoder.decode(start, { stream: !whole }), whole, encoding, chunks, bytes }
}

const withoutMark = (start: Buffer): Buffer =>
  start.subarray(start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0)

interface Peeked {
  start: Buffer
  whole: boolean
  rest: AsyncIterator<Buffer>
}

async function peek(body: AsyncIterable<Buffer>, bytes: number): Promise<Peeked> {
  const rest = body[Symbol.asyncIterator]()
  const chunks: Buffer[] = []
  let whole = false
  for (let size = 0; size < bytes && !whole; ) {
    const next = await rest.next()
    if (next.done) whole = true
    else {
      chunks.push(next.value)
      size += next.value.length
    }
  }
  return { start: Buffer.concat(chunks), whole, rest }
}

async function* all({ start, whole, rest }: Peeked): AsyncGenerator<Buffer> {
  yield* slices(start)
  if (!whole) yield* { [Symbol.asyncIterator]: () => rest }
}

/** Bytes in pieces of the size that streams have. */
export function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function* sound(inflated: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* inflated
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error
    throw new ImportFault({ detail: 'the file begins as gzip, but is damaged or cut off; send it again' })
  }
}

const signatures: [bytes: string, what: string][] = [
  ['PK\x03\x04', 'a zip archive or an Excel workbook: unpack it, or save the sheet as CSV'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook: save the sheet as CSV'],
  ['%PDF', 'a PDF: look for the CSV or JSON download beside it'],
  ['PAR1', 'a Parquet file: export it as CSV or NDJSON'],
  ['\x28\xb5\x2f\xfd', 'compressed by zstd: unpack it, or compress it by gzip'],
  ['BZh', 'compressed by bzip2: unpack it, or compress it by gzip'],
]

function refuseBinary(start: Buffer): void {
  const head = start.subarray(0, 512).toString('latin1')
  for (const [bytes, what] of signatures) {
    if (head.startsWith(bytes)) throw new ImportFault({ detail: `the file is ${what}` })
  }
  if (/^\s*(<!doctype html|<html)/i.test(head)) {
    throw new ImportFault({
      detail: "the file is an HTML page, likely the portal's page in place of the data: send what its download gives",
    })
  }
  if (/^(\xef\xbb\xbf)?\s*<\?xml/i.test(head)) {
    throw new ImportFault({ detail: 'the file is XML, which is not read here; send CSV, JSON or NDJSON' })
  }
  const marked = head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff')
  const at = marked ? -1 : start.indexOf(0)
  if (at >= 0) {
    throw new ImportFault({
      detail: `the file is binary (byte ${at + 1} is zero); CSV, JSON and NDJSON, plain or as gzip, are read here`,
    })
  }
}

function encodingOf(start: Buffer, whole: boolean): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: !whole })
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}
