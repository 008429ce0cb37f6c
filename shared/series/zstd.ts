import { constants } from 'node:zlib'
import { ZstdCompress, ZstdDecompress } from 'minizlib'

/**
 * zstd frames of up to 65,535 bytes, each packed and unpacked in one call. Node's own calls make a context for each frame,
 * which takes three times as long as to pack or unpack some thousand bytes: here one context of each kind is kept.
 */
const longest = 0xffff

/** Shorter matches cost more than they save: most bytes are digits, which the entropy coder packs into fewer bits. */
const shortestMatch = 7

/** The memory for what comes out, which is used again and again. */
const memory = { chunkSize: longest + 1 }

const packing = {
  ...memory,
  flush: constants.ZSTD_e_end, // each write makes a whole frame
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_minMatch]: shortestMatch },
}

const unpacking = { ...memory, flush: constants.ZSTD_e_continue, maxOutputLength: longest }

/** Hands bytes to a stream that is kept, and gives all that comes out of it at once; after a fault a new stream is made. */
class Kept {
  readonly #make: () => ZstdCompress | ZstdDecompress
  #stream: ZstdCompress | ZstdDecompress | undefined
  #parts: Buffer[] = []
  #fault: Error | undefined

  constructor(make: () => ZstdCompress | ZstdDecompress) {
    this.#make = make
  }

  /** Throws what the stream says is wrong with the bytes. */
  put(bytes: Buffer): Buffer {
    this.#parts = []
    this.#fault = undefined
    this.#stream ??= this.#open()
    this.#stream.write(bytes)
    if (this.#fault) {
      this.forget()
      throw this.#fault
    }
    return this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
  }

  forget(): void {
    this.#stream?.close()
    this.#stream = undefined
  }

  #open() {
    const stream = this.#make()
    stream.on('data', (part: Buffer) => this.#parts.push(part))
    stream.on('error', (fault) => {
      this.#fault = fault as Error
    })
    return stream
  }
}

const packer = new Kept(() => new ZstdCompress(packing))
const unpacker = new Kept(() => new ZstdDecompress(unpacking))

/** A frame of some bytes, 65,535 at most. */
export const pack = (bytes: Buffer): Buffer => packer.put(bytes)

/**
 * The `count` bytes of a frame. Throws Error where they are none, or others; not where all of them came and only the end of the
 * frame is missing.
 */
export function unpack(frame: Buffer, count: number): Buffer {
  try {
    return unpackOnce(frame, count)
  } catch {
    // The frame before may have been cut off behind its last byte: then its context still waited for the rest.
    return unpackOnce(frame, count)
  }
}

function unpackOnce(frame: Buffer, count: number): Buffer {
  const bytes = unpacker.put(frame)
  if (bytes.length === count) return bytes
  unpacker.forget()
  throw new Error(`it has ${bytes.length} bytes, not ${count}`)
}
