import { connect, type Socket } from 'node:net'

/** The bytes of a request, made ahead of the measurement. */
export function bytesOf(method: string, path: string, type = '', body = ''): Buffer {
  const content = body === '' ? '' : `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: bench\r\n${content}\r\n${body}`)
}

export const post = (path: string, type: string, body: string) => bytesOf('POST', path, type, body)
export const get = (path: string) => bytesOf('GET', path)

const endOfHead = '\r\n\r\n'
/** The last bytes of an answer in chunks. */
const endOfChunks = '\r\n0\r\n\r\n'

/**
 * A connection that sends requests one after the other and costs next to nothing itself, so that what is measured is the
 * server: of an answer it reads the head, and counts the rest.
 */
export class Connection {
  readonly #socket: Socket
  /** The head, as far as it has come. */
  #head = ''
  /** Bytes of the body that are to come; not known of an answer in chunks. */
  #left: number | undefined
  /** The last bytes that came. */
  #tail = ''
  #bytes = 0
  #done: { resolve(bytes: number): void; reject(error: Error): void } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#take(data))
    socket.on('error', (error) => this.#done?.reject(error))
    socket.on('close', () => this.#done?.reject(new Error('the connection was closed')))
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new Connection(socket)))
      socket.once('error', reject)
    })
  }

  /** Resolves with the bytes of the body when the answer is there and says 200 or 204. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#done = { resolve, reject }
      this.#socket.write(request)
    })
  }

  #take(data: Buffer): void {
    if (this.#head.endsWith(endOfHead)) {
      this.#takeBody(data)
      return
    }
    const before = this.#head.length
    const text = this.#head + data.toString('latin1', 0, 4096)
    const end = text.indexOf(endOfHead)
    this.#head = end < 0 ? text : text.slice(0, end + endOfHead.length)
    if (end < 0) return
    const length = /^content-length: (\d+)/im.exec(this.#head)?.[1]
    const chunked = /^transfer-encoding: chunked/im.test(this.#head)
    this.#left = chunked ? undefined : Number(length ?? 0)
    this.#takeBody(data.subarray(this.#head.length - before))
  }

  #takeBody(data: Buffer): void {
    this.#bytes += data.length
    this.#tail = (this.#tail + data.toString('latin1', Math.max(0, data.length - 300))).slice(-300)
    if (this.#left === undefined ? !this.#tail.endsWith(endOfChunks) : this.#bytes < this.#left) return
    const [head, tail, bytes, done] = [this.#head, this.#tail, this.#bytes, this.#done]
    this.#head = ''
    this.#tail = ''
    this.#bytes = 0
    this.#done = undefined
    if (/^HTTP\/1\.1 20[04] /.test(head)) done?.resolve(bytes)
    else done?.reject(new Error(`answered ${head}${tail}`))
  }

  close(): void {
    this.#done = undefined
    this.#socket.destroy()
  }
}

/** Sends all requests, in their order, over so many connections at once; gives the seconds that it took. */
export async function sendAll(url: string, requests: Buffer[], connections = 1): Promise<number> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(url)))
  let at = 0
  const started = performance.now()
  await Promise.all(
    open.map(async (connection) => {
      while (at < requests.length) await connection.send(requests[at++]!)
    }),
  )
  const seconds = (performance.now() - started) / 1000
  for (const connection of open) connection.close()
  return seconds
}
