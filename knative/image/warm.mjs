/**
 * Fills V8's compile cache: starts a function as it is started in the image, with a Redis of its own, uses it, and lets it
 * end. NODE_COMPILE_CACHE names the folder; its files hold for this Node and this user alone.
 *
 *   node warm.mjs FUNCTION
 */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [warmed] = process.argv.slice(2)
const { NODE_COMPILE_CACHE, NODE_OPTIONS, PATH, XDG_CACHE_HOME } = process.env
const env = { NODE_COMPILE_CACHE, PATH, XDG_CACHE_HOME }

const settings = { REDIS_URL: 'redis://127.0.0.1:6399', PORT: '0', DRAIN_MS: '0' }
const nobody = 'http://127.0.0.1:1'
const others = { POINTS_URL: nobody, JOBS_URL: nobody, RESULTS_URL: nobody, WORKER_URL: nobody }

/** Starts a function, has it used, and tells it to stop. Only the one that is warmed fills the cache. */
async function serve(name, use) {
  const { NODE_COMPILE_CACHE: _, ...cold } = env
  const server = spawn(process.execPath, ['bundle/functions/main.js', name], {
    env: { ...(name === warmed ? env : cold), NODE_OPTIONS, ...others, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: server.stdout })) {
    const { msg, url } = JSON.parse(line)
    if (msg !== 'listening') continue
    await use((path, options) => fetch(url + path, { ...options, signal: AbortSignal.timeout(20_000) }))
    break
  }
  server.kill('SIGTERM')
  const [code] = await once(server, 'exit')
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
}

const uses = {
  async points(ask) {
    await ask('/series/a/points', { method: 'POST', body: '[{"timestamp":0,"value":1},{"timestamp":1,"value":2}]' })
    for (const path of ['/series/a/points', '/series/a/points.csv', '/series/a', '/series']) await ask(path)
  },
  async jobs(ask) {
    await ask('/jobs?wait=1', { method: 'POST', body: '{"kind":"plot","series":"a"}' })
    for (const path of ['/jobs', '/jobs/a']) await ask(path)
  },
  async results(ask) {
    for (const path of ['/results/a', '/plots/a.png?width=500&wait=1']) await ask(path)
  },
  web: (ask) => ask('/'),
  worker: (ask) => ask('/', { method: 'POST' }),
}

/** Four points as a chunk: the example of docs/storage.md. */
const chunk =
  '0204000000408911fd784200000000004ced4000000000004ced40016666666666662c4001040000000002010400000e0407ed35fbba'

/** Draws one chart in the process that draws; it ends when its channel does. */
async function draw(program) {
  // V8's cache depends on its flags: this is the limit that the settings of knative/base lead to.
  const child = fork(program, { env, serialization: 'advanced', execArgv: ['--max-old-space-size=640'] })
  const chunks = [{ id: '1717200000000', bytes: Buffer.from(chunk, 'hex') }]
  const params = { mark: 'line', width: 800, height: 400, theme: 'light', tz: 'UTC' }
  child.send({ kind: 'plot', input: { series: [{ name: 'a', labels: {}, chunks }], params } })
  let drawn
  child.on('message', (message) => {
    drawn ??= message.drawn
    if (message.error) throw new Error(message.error.detail)
    if (message.drawn) child.disconnect()
  })
  const [code] = await once(child, 'exit')
  if (!drawn) throw new Error(`the drawing process ended with ${code} and no drawing`)
}

const redis = spawn('redis-server', ['--port', '6399', '--bind', '127.0.0.1', '--save', ''], { stdio: 'ignore' })
for (const name of new Set(['points', 'jobs', warmed])) {
  await serve(name, async (ask) => {
    await uses[name](ask)
    for (const path of ['/healthz', '/readyz', '/openapi.json']) await ask(path)
  })
}
redis.kill()
const drawing = 'bundle/functions/worker/child.js'
if (warmed === 'worker' && existsSync(drawing)) await draw(drawing)
