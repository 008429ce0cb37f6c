const newline = 10
const carriageReturn = 13

/** What a last line gets that has no end: of \r\n a line loses both, so that it keeps a \r of its own. */
const ending = Buffer.from('\r\n')

/** A body in stretches of whole lines, each of which ends with \n. A stretch is good until the next is asked for. */
export async function* wholeLines(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const cut = new CutLine()
  for await (const chunk of body) {
    const end = chunk.lastIndexOf(newline) + 1
    let start = 0
    if (cut.length > 0 && end > 0) {
      start = chunk.indexOf(newline) + 1
      yield cut.end(chunk.subarray(0, start))
    }
    if (start < end) yield chunk.subarray(start, end)
    cut.add(chunk.subarray(end))
  }
  if (cut.length > 0) yield cut.end(ending)
}

/** The beginning of a line whose end has not come; its memory doubles, so that a long line takes a time that grows with its length. */
class CutLine {
  #bytes = Buffer.allocUnsafe(256)
  length = 0

  add(part: Buffer): void {
    const length = this.length + part.length
    if (length > this.#bytes.length) {
      const more = Buffer.allocUnsafe(2 * length)
      this.#bytes.copy(more, 0, 0, this.length)
      this.#bytes = more
    }
    part.copy(this.#bytes, this.length)
    this.length = length
  }

  /** The line with its end; the next begins. */
  end(part: Buffer): Buffer {
    this.add(part)
    const line = this.#bytes.subarray(0, this.length)
    this.length = 0
    return line
  }
}

/**
 * The line that begins at a place as a text, without its end: bytes that are no UTF-8 become U+FFFD, and of the first
 * line a byte order mark is dropped.
 */
export function lineText(bytes: Buffer, start: number, line: number): string {
  const end = bytes.indexOf(newline, start)
  const text = bytes.toString('utf8', start, bytes[end - 1] === carriageReturn && end > start ? end - 1 : end)
  return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text
}
