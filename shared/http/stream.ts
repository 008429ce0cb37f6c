import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import type { Gzip } from 'node:zlib'

type Part = string | Uint8Array

export type Stream = AsyncIterable<Part> | Iterable<Part>

/** What is sent of a stream at a time. */
export interface Portion {
  parts: Part[]
  bytes: number
  /** Whether it ends the stream; such a one may be empty. */
  last: boolean
}

/** Bytes that a portion has at least, unless it is the last: about a millisecond of work. */
const portionBytes = 262_144

/**
 * Gathers the parts of a stream: each turn of the others, and each wait for the client, costs as much as kilobytes do. It
 * ends when the client leaves.
 */
export async function* inPortions(body: Stream, res: ServerResponse): AsyncGenerator<Portion> {
  let portion: Portion = { parts: [], bytes: 0, last: false }
  for await (const part of body) {
    if (res.destroyed) break
    portion.parts.push(part)
    portion.bytes += Buffer.byteLength(part)
    if (portion.bytes < portionBytes) continue
    yield portion
    portion = { parts: [], bytes: 0, last: false }
  }
  yield { ...portion, last: true }
}

/** The same part by part, for what is to arrive at once. */
export async function* asTheyCome(body: Stream): AsyncGenerator<Portion> {
  for await (const part of body) yield { parts: [part], bytes: Buffer.byteLength(part), last: false }
  yield { parts: [], bytes: 0, last: true }
}

/** Sends a stream as fast as the client takes it; what goes through `packing` is packed. Others have their turn. */
export async function sendPortions(
  res: ServerResponse,
  portions: AsyncIterable<Portion>,
  packing: Gzip | undefined,
): Promise<void> {
  if (packing) return pipeline(packed(portions), packing, res)
  for await (const { parts, last } of portions) {
    if (res.destroyed) return // the client has left
    let room = true
    for (const part of parts) room = res.write(part)
    if (!last) await (room ? turn() : drained(res))
  }
  res.end()
}

async function* packed(portions: AsyncIterable<Portion>): AsyncGenerator<Part> {
  for await (const { parts } of portions) {
    yield* parts
    await turn()
  }
}

/** Resolves when more can be written, or nothing any more. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.on('drain', done).on('close', done)
  })
}
