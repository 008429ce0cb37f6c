import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { startRedis } from '../scripts/own-redis.ts'
import { call } from './local.ts'
import { startFunction } from './processes.ts'

const total = 100_000_000
const mebibyte = 1_048_576
/** What an import may need beside the idle process. */
const allowed = 64 * mebibyte

/** V8's flags in the image, by which imports need little memory. */
const flags = /NODE_OPTIONS=(\S+)/.exec(readFileSync(join(import.meta.dirname, '../Dockerfile'), 'utf8'))![1]!

/** Most resident memory of a process so far; where there is no /proc, what `ps` says at the moment. */
async function residentOf(pid: number): Promise<number> {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024
  } catch {
    const { execFileSync } = await import('node:child_process')
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
  }
}

/** A wide table, a row a second. */
function* table(): Generator<string> {
  yield `time,${Array.from({ length: 10 }, (_, i) => `c${i}`).join(',')}\n`
  for (let size = 0, second = 0; size < total; ) {
    let text = ''
    for (let i = 0; i < 1000; i++, second++) {
      text += `${new Date(1577836800000 + second * 1000).toISOString()},${second % 9973},${(second % 977) / 10}`
      text += ',text of a cell,12.25,-3.5,0.125,some more,1013.2,8,7\n'
    }
    size += text.length
    yield text
  }
}

t.test('all that serves points has the flags', async (t) => {
  const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8')
  const images = [...read('Dockerfile').matchAll(/NODE_OPTIONS=(\S+)/g)].map(([, flags]) => flags)
  t.same(images, [flags, flags], "the image, and what fills V8's cache in it")
  t.match(read('knative/image/warm.mjs'), /NODE_OPTIONS, \.\.\.others/)
  const { scripts } = JSON.parse(read('package.json'))
  for (const name of ['dev:start', 'demo:start']) t.match(scripts[name], `node ${flags} `, name)
})

t.test('a data set of 100 MB needs no more memory than a part of it', async (t) => {
  const redis = await startRedis({ appendonly: false })
  const server = await startFunction('points', {
    REDIS_URL: redis.url,
    NODE_OPTIONS: flags,
  })
  t.teardown(async () => {
    await server.kill()
    await redis.stop()
  })
  await call(server.url, 'POST', '/import', { body: 'time,v\n2020-01-01,1\n', headers: { 'content-type': 'text/csv' } })
  const idle = await residentOf(server.pid)
  let most = idle
  const answer = await new Promise<string>((resolve, reject) => {
    const sent = request(`${server.url}/import?values=c0,c1&labels=`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
    })
    sent.on('error', reject).on('response', (response) => {
      let text = ''
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve(text))
    })
    const send = async () => {
      for (const part of table()) {
        if (sent.write(part)) continue
        await new Promise((drained) => sent.once('drain', drained))
        most = Math.max(most, await residentOf(server.pid))
      }
      sent.end()
    }
    send().catch(reject)
  })
  most = Math.max(most, await residentOf(server.pid))
  const { rows, inserted, rejected } = JSON.parse(answer)
  t.ok(rows > 1_000_000 && inserted === 2 * rows && rejected === 0, answer.slice(-300))
  t.ok(most - idle < allowed, `${Math.round((most - idle) / mebibyte)} MiB above idle`)
})

t.test('the largest body of lines fits in the memory that a function of points has in a cluster', async (t) => {
  const redis = await startRedis({ appendonly: false })
  const server = await startFunction('points', { REDIS_URL: redis.url, NODE_OPTIONS: flags })
  t.teardown(async () => {
    await server.kill()
    await redis.stop()
  })
  const manifest = readFileSync(join(import.meta.dirname, '../knative/base/points.yaml'), 'utf8')
  const limit = Number(/limits: \{ memory: (\d+)Mi \}/.exec(manifest)![1]) * mebibyte
  // As dense as lines can be, and of times in no order.
  const fields = Array.from({ length: 30 }, (_, i) => `${i.toString(36)}=1`).join()
  const lines: string[] = []
  for (let size = 0, i = 0; size < total; i++) {
    const line = `m ${fields} ${(i * 7919) % 1_000_003}\n`
    size += line.length
    if (size <= total) lines.push(line)
  }
  const answer = await call(server.url, 'POST', '/write?precision=ms', { body: lines.join('') })
  t.equal(answer.status, 204, JSON.stringify(answer.body))
  const most = await residentOf(server.pid)
  t.ok(most < limit, `${Math.round(most / mebibyte)} MiB for ${30 * lines.length} points`)
})
