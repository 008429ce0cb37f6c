import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { functions } from '../functions/index.ts'
import { readConfig } from '../shared/config.ts'
import { makeMetrics } from '../shared/http/metrics.ts'
import { drain, listen, openFunction } from '../shared/http/serve.ts'
import { makeLog } from '../shared/log.ts'
import { version } from '../shared/version.ts'
import { quick } from './local.ts'

const program = fileURLToPath(new URL('../functions/main.ts', import.meta.url))

/** A function in a process of its own, as it is deployed. */
export interface FunctionProcess {
  url: string
  pid: number
  /** Its log lines so far. */
  log: { msg: string; [key: string]: unknown }[]
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code, or the signal that ended it. */
  ended: Promise<number | string>
  kill(signal?: NodeJS.Signals): Promise<number | string>
}

/** Starts a function; resolves when it listens. */
export async function startFunction(name: string, settings: Record<string, string>): Promise<FunctionProcess> {
  const { PATH, HOME } = process.env
  const env = { ...quick, LOG_LEVEL: 'info', ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...settings }
  const child = spawn(process.execPath, [program, name], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const killIt = () => child.kill('SIGKILL')
  process.once('exit', killIt)
  const log: FunctionProcess['log'] = []
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', killIt)
      resolve(signal ?? code ?? 0)
    })
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (text) => {
      const line = JSON.parse(text)
      log.push(line)
      if (line.msg === 'listening') resolve(line.url)
    })
    ended.then((how) => reject(new Error(`${name} ended with ${how}:\n${errors}`)))
  })
  return {
    ...{ url, pid: child.pid!, log, ended },
    signal: (signal) => child.kill(signal),
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      return ended
    },
  }
}

/** Serves a function in this process, for what a test only calls. */
export async function serveHere(
  name: string,
  settings: Record<string, string>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const config = readConfig({ ...quick, ...settings })
  const context = { log: makeLog('silent'), metrics: makeMetrics(), version }
  const opened = await openFunction(await functions[name]!(), config, context)
  const server = await listen(opened.listener, { port: 0, host: '127.0.0.1' })
  const stop = async () => {
    await drain(server, 100)
    await opened.close()
  }
  return { url: server.url, stop }
}

/** The process that draws for a worker. */
export async function drawingProcess(worker: FunctionProcess): Promise<number> {
  return until(() => {
    try {
      return (
        Number(
          execFileSync('pgrep', ['-P', String(worker.pid), '-f', 'child.ts'], { encoding: 'utf8' }).split('\n')[0],
        ) || undefined
      )
    } catch {
      return undefined
    }
  })
}

/** Looks again and again until there is an answer; fails after half a minute. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  within = 30_000,
): Promise<T> {
  const deadline = Date.now() + within
  while (true) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`nothing came within ${within} ms: ${look}`)
    await pause(10)
  }
}
