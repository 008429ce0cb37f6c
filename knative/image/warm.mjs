/**
 * Fills V8's compile cache: starts each program as it is started in the image, has it do what it can do without a Redis,
 * and lets it end. NODE_COMPILE_CACHE names the folder; its files hold for this Node and this user alone.
 *
 *   node warm.mjs FUNCTION
 */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [name] = process.argv.slice(2)
const { NODE_COMPILE_CACHE, PATH, XDG_CACHE_HOME } = process.env
const env = { NODE_COMPILE_CACHE, PATH, XDG_CACHE_HOME }

/** Serves, is asked, and is told to stop. */
async function serve() {
  const nobody = 'http://127.0.0.1:1'
  const upstreams = { POINTS_URL: nobody, JOBS_URL: nobody, RESULTS_URL: nobody }
  const settings = { ...upstreams, REDIS_URL: 'redis://127.0.0.1:1', PORT: '0', DRAIN_MS: '0' }
  const server = spawn(process.execPath, ['bundle/functions/main.js', name], {
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: server.stdout })) {
    const { url } = JSON.parse(line)
    if (!url) continue
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/series/a/points', '/jobs', '/results/a']) {
      await fetch(url + path, { signal: AbortSignal.timeout(20_000) }).then((answer) => answer.text())
    }
    break
  }
  server.kill('SIGTERM')
  const [code] = await once(server, 'exit')
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
}

/** Draws one chart in the process that draws; it ends when its channel does. */
async function draw(program) {
  // V8's cache depends on its flags: this is the limit that the settings of knative/base lead to.
  const child = fork(program, { env, serialization: 'advanced', execArgv: ['--max-old-space-size=640'] })
  const points = { timestamps: Float64Array.of(0, 86_400_000), values: Float64Array.of(1, 2) }
  const params = { mark: 'line', width: 800, height: 400, theme: 'light', tz: 'UTC' }
  child.send({ kind: 'plot', input: { series: [{ name: 'a', labels: {}, points }], params } })
  let drawn
  child.on('message', (message) => {
    drawn ??= message.drawn
    if (message.error) throw new Error(message.error.detail)
    if (message.drawn) child.disconnect()
  })
  const [code] = await once(child, 'exit')
  if (!drawn) throw new Error(`the drawing process ended with ${code} and no drawing`)
}

await serve()
const drawing = 'bundle/functions/worker/child.js'
if (name === 'worker' && existsSync(drawing)) await draw(drawing)
