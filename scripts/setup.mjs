#!/usr/bin/env node
/**
 * Makes a checkout ready to run: a Redis server, the npm packages with a canvas that loads, the Node that package.json
 * pins, and a Python for the examples of the docs and for InfluxDB's client. What is there already is left alone, so it
 * may run before anything else.
 *
 *   node scripts/setup.mjs           installs what is missing; exit status 1 and one sentence if that is impossible
 *   node scripts/setup.mjs --check   installs nothing, names what is missing; exit status 1 if anything is
 *
 * Plain JavaScript for Node 20 that imports no package: it runs before there are any.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { again, Failure, installSystem, lastLine, managers, root, run, say, which } from './system-packages.mjs'

// --- npm packages ------------------------------------------------------------------------------------------------------

const readJson = (...parts) => JSON.parse(readFileSync(join(root, ...parts), 'utf8'))
const pinnedNode = () => readJson('package.json').devDependencies.node

/** Whether node_modules is what package-lock.json says: npm keeps a lock of what it has installed in there. */
function packagesAreCurrent() {
  if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) return false
  const locked = readJson('package-lock.json').packages
  const installed = readJson('node_modules', '.package-lock.json').packages
  const wanted = (section, name) => JSON.stringify(Object.entries(section[name] ?? {}).sort())
  return Object.entries(locked).every(([place, entry]) => {
    if (place.includes('node_modules/')) {
      const found = installed[place]
      return found ? found.version === entry.version && found.integrity === entry.integrity : Boolean(entry.optional)
    }
    const manifest = readJson(place, 'package.json') // the project and its workspaces
    return ['dependencies', 'devDependencies'].every((name) => wanted(manifest, name) === wanted(entry, name))
  })
}

/** What is wrong with the installed Node, for a sentence; undefined when it runs. */
function nodeFault() {
  const node = join(root, 'node_modules', '.bin', 'node')
  const { ok, output } = run(node, ['--version'])
  if (ok && output.trim() === `v${pinnedNode()}`) return undefined
  return `node_modules/.bin/node is not v${pinnedNode()} (${lastLine(output)})`
}

function canvasFault() {
  const probe = "require('canvas').createCanvas(1, 1).getContext('2d')"
  const node = join(root, 'node_modules', '.bin', 'node')
  const result = run(node, ['-e', probe], { cwd: join(root, 'functions', 'worker') })
  const reason = /^\w*Error: .*$/m.exec(result.output)?.[0] ?? lastLine(result.output)
  return result.ok ? undefined : `canvas does not load (${reason})`
}

function npm(...args) {
  // canvas is built against the headers of the Node that runs this, if they lie beside it: one download less.
  // Node-API is the same in all versions, so the result also runs in the pinned one.
  const headers = resolve(dirname(process.execPath), '..')
  const env = existsSync(join(headers, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: headers } : {}
  return run('npm', [...args, '--prefer-offline', '--no-progress', '--loglevel=error'], { env })
}

function canBuildCanvas() {
  const compilers = ['make', 'python3'].every(which) && ['c++', 'g++', 'clang++'].some(which)
  return compilers && run('pkg-config', ['--exists', 'pixman-1', 'cairo', 'pangocairo']).ok
}

const npmFaults = [
  [/ENOSPC/, () => 'The disk is full: make room for about 1 GB'],
  [/EUSAGE|ENOLOCK/, () => 'package-lock.json does not match package.json: run `npm install` and commit both'],
  [/gyp ERR!.*(?:ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT|FetchError)/, () => noHeaders],
  [/gyp ERR!/, (output) => `canvas can't be compiled (${gypReason(output)}): mend that`],
  [/code (?:ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR)/, () => noRegistry],
  [/code (?:EACCES|EPERM|EROFS)/, () => 'npm may not write here: make the checkout yours (`chown -R "$USER" .`)'],
  [/spawnSync npm ENOENT/, () => 'npm is not on the PATH: install Node 20 or newer together with its npm'],
]
const noRegistry = "npm can't reach its package registry: check the network, and `npm config list` for a proxy"
const noHeaders =
  "canvas has to be compiled, but the headers of Node can't be downloaded: check the network, or set npm_config_nodedir to a Node that brings them"
const gypReason = (output) => (/(?:error: .*|ERR! stack Error: .*)/.exec(output)?.[0] ?? 'see `npm ci`').trim()

function npmFailure(output) {
  const [, sentence] = npmFaults.find(([pattern]) => pattern.test(output)) ?? []
  const reason = /npm error (?!code|A complete log)(.+)/.exec(output)?.[1] ?? lastLine(output)
  return new Failure(`${sentence?.(output) ?? `\`npm ci\` failed (${reason}): mend that`}, ${again}`)
}

const buildTools = () =>
  installSystem('canvas has to be compiled here but compilers, cairo or pango are missing', ({ build }) => [build])

function installPackages() {
  if (!packagesAreCurrent()) {
    say('Installing the npm packages (some minutes where canvas has to be compiled).')
    let result = npm('ci')
    // npm gives up the whole installation when canvas finds no prebuilt binary and can't be compiled either.
    if (!result.ok && /gyp/.test(result.output) && !canBuildCanvas()) {
      buildTools()
      result = npm('ci')
    }
    if (!result.ok) throw npmFailure(result.output)
  }
  for (const [name, fault] of [
    ['node', nodeFault],
    ['canvas', canvasFault],
  ]) {
    if (!fault()) continue
    if (name === 'canvas' && !canBuildCanvas()) buildTools()
    say(`Running the install script of ${name} again.`)
    const rebuilt = npm('rebuild', name)
    if (!rebuilt.ok) throw npmFailure(rebuilt.output)
    const still = fault()
    if (still)
      throw new Failure(
        `${still}: see that npm may run its install script (\`npm config get ignore-scripts\`), delete node_modules, ${again}`,
      )
  }
}

// --- Python for the examples -------------------------------------------------------------------------------------------

const requirements = [
  ...'requests==2.34.2 certifi==2026.10.18 charset-normalizer==3.5.2 idna==3.20 urllib3==2.8.0'.split(' '),
  ...'pandas==3.1.1 numpy==2.3.5 python-dateutil==2.9.0.post0 six==1.17.0'.split(' '),
  ...'influxdb-client==1.50.0 reactivex==6.1.0 typing_extensions==4.16.0'.split(' '),
]
const venv = join(root, '.kymograph', 'python')
const venvStamp = join(venv, 'requirements.txt')

function pythonIsCurrent() {
  const stamped = existsSync(venvStamp) ? readFileSync(venvStamp, 'utf8') : ''
  return stamped === requirements.join('\n') && existsSync(join(venv, 'bin', 'python'))
}

function installPython() {
  if (!which('python3')) throw new Failure(`python3 is not on the PATH: install Python 3, ${again}`)
  say("Making a Python environment for the docs' examples.")
  const create = () => run('python3', ['-m', 'venv', '--clear', venv])
  let created = create()
  if (!created.ok && managers.some((manager) => manager.venv.length > 0 && which(manager.command))) {
    installSystem("Python's venv module is missing", (manager) => [manager.venv])
    created = create()
  }
  if (!created.ok) throw new Failure(`\`python3 -m venv\` failed (${lastLine(created.output)}): mend that, ${again}`)
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', ...requirements]
  const installed = run(join(venv, 'bin', 'python'), pip)
  if (!installed.ok) {
    throw new Failure(
      `pip can't install what the docs' examples import (${lastLine(installed.output)}): check the network, ${again}`,
    )
  }
  writeFileSync(venvStamp, requirements.join('\n'))
}

// --- All of it ---------------------------------------------------------------------------------------------------------

const redisServer = () => which('redis-server') ?? which('valkey-server')

function installRedis() {
  installSystem('A Redis server is needed', ({ redis }) => redis)
  if (!redisServer())
    throw new Failure(`redis-server was installed but is not on the PATH: add its folder to PATH, ${again}`)
}

const steps = [
  {
    missing: () => (redisServer() ? undefined : 'neither redis-server nor valkey-server is on the PATH'),
    install: installRedis,
  },
  {
    missing: () =>
      packagesAreCurrent() ? (nodeFault() ?? canvasFault()) : 'node_modules is not what package-lock.json says',
    install: installPackages,
  },
  {
    missing: () => (pythonIsCurrent() ? undefined : "the Python environment for the docs' examples is not made"),
    install: installPython,
    without: "the docs' Python examples are skipped, and the test of InfluxDB's Python client fails",
  },
]

function main() {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Failure(`Node ${process.versions.node} is too old: install Node 20 or newer, ${again}`)
  }
  const check = process.argv.includes('--check')
  const left = []
  for (const { missing, install, without } of steps) {
    const fault = missing()
    if (!fault) continue
    if (check) left.push(fault)
    else {
      try {
        install()
      } catch (error) {
        if (!(error instanceof Failure) || !without) throw error
        say(`Without this ${without}: ${error.message}`)
      }
    }
  }
  for (const fault of left) say(`Missing: ${fault}.`)
  process.exitCode = left.length > 0 ? 1 : 0
  if (left.length === 0) say(`Ready: Node ${pinnedNode()}, ${redisServer()}, npm packages.`)
}

try {
  main()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
