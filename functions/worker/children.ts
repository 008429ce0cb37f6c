import { type ChildProcess, execFile, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { environment } from '../../shared/config.ts'
import type { Log } from '../../shared/log.ts'
import type { Drawn, Question, Reply } from './messages.ts'

/** How often the memory of a child at work is looked at. */
const watchMs = 200
const program = new URL('./child.ts', import.meta.url)

/** The attempt ended without a result. With `retry` another attempt may do better. */
export class AttemptError extends Error {
  readonly code: string
  readonly retry: boolean
  constructor(code: string, detail: string, retry: boolean) {
    super(detail)
    this.code = code
    this.retry = retry
  }
}

/** Why an attempt that is no longer wanted has ended. */
export function abortError({ reason }: AbortSignal): AttemptError {
  return reason instanceof AttemptError ? reason : new AttemptError('aborted', 'The attempt was given up.', true)
}

export interface Bounds {
  memoryBytes: number
  /** Aborted when the attempt is no longer wanted, with an AttemptError as the reason if it is a failure: the child is killed. */
  signal: AbortSignal
  progress(done: number): void
}

export interface Children {
  /** Asks the warm child. Throws AttemptError when it refuses, dies, or has to be killed. */
  ask(question: Question, bounds: Bounds): Promise<Drawn>
  /** Starts a child, if none is warm, for whoever asks next. */
  warm(): void
  close(): void
}

/** Keeps one warm child process; a child that was killed, or that died, is replaced when the next one is asked. */
export function openChildren(log: Log, memoryBytes: number): Children {
  let warm: ChildProcess | undefined

  function child(): ChildProcess {
    if (warm?.connected) return warm
    const heapMb = Math.ceil(memoryBytes / 1_048_576)
    // No credentials: the environment is not handed on, but for where fontconfig and V8 have their caches.
    const { HOME, XDG_CACHE_HOME, NODE_COMPILE_CACHE } = environment
    const started = fork(program, {
      env: given({ HOME, XDG_CACHE_HOME, NODE_COMPILE_CACHE }),
      execArgv: [`--max-old-space-size=${heapMb}`],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    started.on('error', (error) => log.error({ err: error }, 'a drawing process could not be used'))
    started.on('exit', () => {
      if (warm === started) warm = undefined
    })
    warm = started
    return started
  }

  function discard(process: ChildProcess): void {
    if (warm === process) warm = undefined
    process.kill('SIGKILL')
  }

  return {
    warm: () => void child(),

    ask(question, { memoryBytes, signal, progress }) {
      const asked = child()
      return new Promise<Drawn>((resolve, reject) => {
        const kill = (why: AttemptError) => {
          discard(asked)
          finish(() => reject(why))
        }
        const onAbort = () => kill(abortError(signal))
        const onExit = (code: number | null, by: string | null) => {
          finish(() =>
            reject(new AttemptError('crashed', `The drawing process ended with ${by ?? `exit code ${code}`}.`, true)),
          )
        }
        const onMessage = (reply: Reply) => {
          if ('progress' in reply) progress(reply.progress)
          else if ('drawn' in reply) finish(() => resolve(reply.drawn))
          else finish(() => reject(new AttemptError(reply.error.code, reply.error.detail, reply.error.retry)))
        }
        const look = async () => {
          const bytes = await residentBytes(asked.pid!)
          const detail = `The drawing process took ${bytes} bytes; ${memoryBytes} are allowed.`
          if (bytes > memoryBytes) kill(new AttemptError('out-of-memory', detail, true))
        }
        const watch = setInterval(look, watchMs)
        const finish = (settle: () => void) => {
          clearInterval(watch)
          asked.off('exit', onExit).off('message', onMessage)
          signal.removeEventListener('abort', onAbort)
          settle()
        }
        asked.on('exit', onExit).on('message', onMessage)
        signal.addEventListener('abort', onAbort)
        void look()
        if (signal.aborted) onAbort()
        else {
          asked.send(question, (error) => {
            if (error)
              kill(new AttemptError('crashed', `The drawing process could not be asked: ${error.message}.`, true))
          })
        }
      })
    },

    close: () => void warm?.kill('SIGKILL'),
  }
}

function given(variables: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

const run = promisify(execFile)
const pageBytes = 4096

/** Resident memory of a process; 0 once it is gone. */
async function residentBytes(pid: number): Promise<number> {
  try {
    if (process.platform === 'linux')
      return Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * pageBytes
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
    return Number(stdout) * 1024
  } catch {
    return 0
  }
}
