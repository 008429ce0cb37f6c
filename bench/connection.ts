import { connect, type Socket } from 'node:net'

/** The bytes of a POST, made ahead of the measurement. */
export function post(path: string, type: string, body: string): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nhost: bench\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}`
  return Buffer.from(`${head}\r\n\r\n${body}`)
}

/**
 * A connection that sends requests one after the other and costs next to nothing itself, so that what is measured is the
 * server: it knows answers with a content-length only.
 */
export class Connection {
  readonly #socket: Socket
  #answer = ''
  #done: { resolve(): void; reject(error: Error): void } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (data) => this.#take(data.toString('latin1')))
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

  /** Resolves when the answer is there and says 200. */
  send(request: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = { resolve, reject }
      this.#socket.write(request)
    })
  }

  #take(text: string): void {
    this.#answer += text
    const end = this.#answer.indexOf('\r\n\r\n')
    if (end < 0) return
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(this.#answer) ?? []
    if (length !== undefined && this.#answer.length < end + 4 + Number(length)) return
    const answer = this.#answer
    this.#answer = ''
    const done = this.#done
    this.#done = undefined
    if (length !== undefined && answer.startsWith('HTTP/1.1 200 ')) done?.resolve()
    else done?.reject(new Error(`answered ${answer.slice(0, 500)}`))
  }

  close(): void {
    this.#done = undefined
    this.#socket.destroy()
  }
}
