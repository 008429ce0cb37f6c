import { Failure, lastLine, run } from './system-packages.mjs'

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
