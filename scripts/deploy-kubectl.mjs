import { setTimeout as pause } from 'node:timers/promises'
import { Failure, lastLine, run, say } from './system-packages.mjs'

export const kubectl = (args) => run('kubectl', args)

/** What kubectl wrote; a Failure if it failed. */
export function kubectlOrFail(args) {
  const { ok, stdout, output } = kubectl(args)
  if (!ok) throw new Failure(`\`kubectl ${args.join(' ')}\` failed: ${lastLine(output)}`)
  return stdout
}

/** An object or a list, parsed; undefined when there is none, or when it may not be read. */
export function getJson(args) {
  const { ok, stdout } = kubectl(['get', ...args, '-o', 'json'])
  return ok ? JSON.parse(stdout) : undefined
}

/** Waits until nothing is lacking, for so many milliseconds; gives the names of what is lacking then. */
export async function untilNothing(lacking, ms) {
  const limit = Date.now() + ms
  let left = lacking()
  if (left.length > 0) say(`Waiting for ${left.join(', ')}.`)
  for (; left.length > 0 && Date.now() < limit; left = lacking()) await pause(1000)
  return left
}
