import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

/**
 * What Node itself takes: a process with a node:http server that reads each body and answers 200: with a few bytes of
 * JSON, or with as many bytes as a query `?N` asks for. Nothing that listens there can be faster.
 */
export async function startFloor(): Promise<{ url: string; stop(): Promise<void> }> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' })
  const killIt = () => child.kill('SIGKILL')
  process.once('exit', killIt)
  const [port] = (await once(child, 'message')) as [number]
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      process.off('exit', killIt)
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const short = Buffer.from('{"inserted":1,"updated":0,"unchanged":0,"revision":"AAAAAAAA.1"}\n')
  const long = Buffer.alloc(1 << 26, 'kymograph ')
  const server = createServer((request, response) => {
    request.on('data', () => {})
    request.on('end', () => {
      const asked = request.url!.indexOf('?')
      const answer = asked < 0 ? short : long.subarray(0, Number(request.url!.slice(asked + 1)))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
      response.end(answer)
    })
  })
  // It never outlives the process that measures.
  process.on('disconnect', () => process.exit())
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
}
