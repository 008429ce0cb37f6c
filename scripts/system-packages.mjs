/**
 * Running commands, and installing packages of the operating system with whichever manager it has, for setup.mjs.
 * Plain JavaScript for Node 20 that imports no package.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const again = 'then run `node scripts/setup.mjs` again.'

/** Ends the set-up: its message is one sentence that says what to do. */
export class Failure extends Error {}

export const say = (line) => process.stdout.write(`${line}\n`)

// npm puts node_modules/.bin on the PATH of what it runs, but `npm ci` deletes the Node that is in there while it works.
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => resolve(folder) !== join(root, 'node_modules', '.bin'))
  .join(delimiter)

export function run(command, args, options = {}) {
  const env = { ...process.env, PATH: path, ...options.env }
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { ok: status === 0, stdout: stdout ?? '', output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` }
}

export function which(command) {
  return path
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
}

export const lastLine = (text) => text.trim().split('\n').at(-1)?.trim() || 'it gave no reason'

// Debian starts a service as it installs it and at every boot: policy-rc.d forbids the one, systemctl takes back the other.
const aptInstall = `
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > $policy && chmod 755 $policy
fi
install() { apt-get install -y --no-install-recommends "$@"; }
install "$@" || { apt-get update && install "$@"; } || exit 1
for service in "$@"; do
  case $service in *-server) ! [ -d /run/systemd/system ] || systemctl disable --now "$service" || true ;; esac
done`

/** Per package manager: its command, and what we need under its names. Of `redis` the first list that installs is enough. */
export const managers = [
  {
    command: 'apt-get',
    install: ['sh', '-c', aptInstall, 'sh'],
    redis: [['redis-server'], ['valkey-server']],
    build: 'build-essential pkg-config python3 libcairo2-dev libpango1.0-dev libjpeg-dev libgif-dev librsvg2-dev'.split(
      ' ',
    ),
    venv: ['python3-venv'],
  },
  {
    command: 'dnf',
    install: ['dnf', 'install', '-y'],
    redis: [['redis'], ['valkey']],
    build:
      'gcc-c++ make pkgconf-pkg-config python3 cairo-devel pango-devel libjpeg-turbo-devel giflib-devel librsvg2-devel'.split(
        ' ',
      ),
    venv: [],
  },
  {
    command: 'apk',
    install: ['apk', 'add', '--no-cache'],
    redis: [['redis'], ['valkey']],
    build: 'build-base pkgconf python3 cairo-dev pango-dev jpeg-dev giflib-dev librsvg-dev'.split(' '),
    venv: [],
  },
  {
    command: 'brew',
    install: ['brew', 'install', '--quiet'],
    redis: [['redis'], ['valkey']],
    build: 'pkgconf python-setuptools cairo pango jpeg giflib librsvg'.split(' '),
    venv: [],
  },
]

/** Installs one of the lists of packages, or throws a Failure that names them. `what` starts the sentence. */
export function installSystem(what, choose) {
  const manager = managers.find(({ command }) => which(command))
  if (!manager) {
    const names = managers.map((known) => `${choose(known)[0]?.join(' ')} (${known.command})`)
    throw new Failure(`${what}, and there is no apt-get, dnf, apk or brew: install ${names.join(', ')}, ${again}`)
  }
  const lists = choose(manager)
  const byHand = `${manager.command} install ${lists[0]?.join(' ')}`
  const asRoot = manager.command === 'brew' || process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (asRoot.length > 0 && !(which('sudo') && run('sudo', ['-n', 'true']).ok)) {
    throw new Failure(`${what}, and only root may install it: run \`sudo ${byHand}\`, ${again}`)
  }
  let output = ''
  for (const names of lists) {
    say(`Installing ${names.join(', ')} with ${manager.command}.`)
    const [command = '', ...args] = [...asRoot, ...manager.install, ...names]
    const result = run(command, args)
    if (result.ok) return
    output ||= result.output
  }
  throw new Failure(
    `${what}, and \`${byHand}\` failed (${lastLine(output)}): check the network, install it by hand, ${again}`,
  )
}
