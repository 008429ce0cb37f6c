import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface OwnRedis {
  readonly url: string
  readonly port: number
  readonly dir: string
  /** Ends the server as a crash does, or with `signal`; resolves when the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again on the same port and directory; what its append-only file held is there again. */
  restart(): Promise<void>
  /** Ends the server and, if it is ours, removes the directory. */
  stop(): Promise<void>
}

export interface OwnRedisOptions {
  /** Where its files go; a new temporary directory by default. One that is given is never removed. */
  dir?: string
  port?: number
  /** Default true, so that a restart finds the data. */
  appendonly?: boolean
  /** What starts the server, instead of redis-server itself; it gets the same arguments. */
  command?: string[]
  /** A configuration file to start from. */
  conf?: string
  args?: string[]
}

const programs = ['redis-server', 'valkey-server']
/** Names the port of the server that uses a directory. */
const portFile = 'port'
const START_DEADLINE_MS = 15_000
const POLL_MS = 5

/**
 * Starts a redis-server of its own (from PATH) on a free port of the loopback interface, and resolves when it answers
 * PING. redis-smq's keys have a fixed prefix, so every test file needs its own server. It never outlives this process.
 */
export async function startRedis(options: OwnRedisOptions = {}): Promise<OwnRedis> {
  const port = options.port ?? (await freePort())
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'kymograph-redis-')))
  await mkdir(dir, { recursive: true })
  await refuseSecond(dir)
  await writeFile(join(dir, portFile), `${port}\n`)
  const appendonly = (options.appendonly ?? true) ? 'yes' : 'no'
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', appendonly]
  let server: ChildProcess | undefined

  async function start() {
    const [command, ...first] = options.command ?? [programs.find(isOnPath) ?? programs[0]!]
    const child = spawn(
      command!,
      [...first, ...(options.conf ? [options.conf] : []), ...settings, ...(options.args ?? [])],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TMPDIR: dir } },
    )
    server = child
    if (child.pid) cleanUpWhenWeAreGone(child, options.dir ? '' : dir)
    let output = ''
    let failure: Error | undefined
    child.stdout.on('data', (text) => (output = (output + text).slice(-4000)))
    child.stderr.on('data', (text) => (output = (output + text).slice(-4000)))
    child.once('error', (error: NodeJS.ErrnoException) => {
      server = undefined
      failure =
        error.code === 'ENOENT' ? new Error('There is no redis-server in PATH: npm run setup installs it') : error
    })
    child.once('exit', (code, signal) => {
      failure ??= new Error(`redis-server ended (${signal ?? code}) before it answered:\n${output}`)
    })
    const deadline = Date.now() + START_DEADLINE_MS
    while (!(await answersPing(port))) {
      if (failure) throw failure
      if (Date.now() > deadline) throw new Error(`redis-server did not answer on port ${port}:\n${output}`)
      await delay(POLL_MS)
    }
    // Whatever answered must be this child, not a stranger that took the port first.
    if (failure) throw failure
    letGo(child)
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL') {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }

  async function stop() {
    await kill()
    if (!options.dir) await rm(dir, { recursive: true, force: true })
  }

  await start().catch(async (error) => {
    await stop()
    throw error
  })
  return { url: `redis://127.0.0.1:${port}`, port, dir, kill, restart: () => kill().then(start), stop }
}

/** Two servers that append to the same file would ruin it. */
async function refuseSecond(dir: string): Promise<void> {
  const port = Number(await readFile(join(dir, portFile), 'utf8').catch(() => 0))
  if (port === 0 || !(await answersPing(port))) return
  throw new Error(
    `A Redis is already running on the data of this folder (port ${port}): end the Kymograph that started it, or set REDIS_URL=redis://127.0.0.1:${port} to share it.`,
  )
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))
}

/** A shell that waits for our end of a pipe to close, however we end (SIGKILL too), and then ends the server. */
function cleanUpWhenWeAreGone(server: ChildProcess, ownDir: string) {
  const script = 'read -r line; kill -9 "$1"; [ -z "$2" ] || rm -rf "$2"'
  const guard = spawn('sh', ['-c', script, 'sh', `${server.pid}`, ownDir], { stdio: ['pipe', 'ignore', 'ignore'] })
  server.once('exit', () => guard.kill('SIGKILL'))
  letGo(guard)
}

/** A test that is over may end while its children still run. */
function letGo(child: ChildProcess) {
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.unref()
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    const done = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    // A server that asks for a password answers too; one that is still loading its file does not count.
    socket.once('data', (data) => done(/^(\+PONG|-NOAUTH)/.test(data.toString())))
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.setTimeout(1000, () => done(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
