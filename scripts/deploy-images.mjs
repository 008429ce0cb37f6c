import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getJson, untilNothing } from './deploy-kubectl.mjs'
import { Failure, root, run, say, which } from './system-packages.mjs'

/** What images are made of; .dockerignore leaves out the same. */
const sources = [
  ...['Dockerfile', '.dockerignore', '.npmrc', 'package.json', 'package-lock.json'],
  ...['knative/image', 'redis/scripts', 'shared', 'functions'],
]
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** A tag that is the same for the same sources: only what has changed becomes a new revision. */
export function contentTag() {
  const hash = createHash('sha256')
  const add = (path) => {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) if (name !== 'node_modules') add(`${path}/${name}`)
    } else if (!path.endsWith('.test.ts'))
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update('\0')
  }
  for (const source of sources) add(source)
  return `${version}-${hash.digest('hex').slice(0, 12)}`
}

/** How images are built here: a function of the tag and the options. Throws a Failure when nothing can. */
export function builder(registry) {
  const { IMAGE_BUILD } = process.env
  const call = (command, args) =>
    spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
  if (IMAGE_BUILD) return (image, options) => call(IMAGE_BUILD, ['.', 'Dockerfile', image, ...options])
  const tools = [
    ['docker', ['info']],
    ['podman', ['info']],
    ['buildah', ['version']],
  ]
  const [tool] = tools.find(([name, probe]) => which(name) && run(name, probe).ok) ?? []
  if (!tool)
    throw new Failure(
      'Nothing here builds images: install docker, podman or buildah and see that it runs, name a command by IMAGE_BUILD, or build elsewhere and pass --no-build.',
    )
  if (registry === 'dev.local')
    say(`Without --registry the images stay in ${tool}: the nodes have to get them some other way.`)
  return (image, options) =>
    call(tool, ['build', '--file', 'Dockerfile', '--tag', image, ...options, '.']) &&
    (registry === 'dev.local' || call(tool, ['push', image]))
}

export function buildImages(images, build) {
  const revision = run('git', ['rev-parse', 'HEAD'])
  const common = ['--build-arg', `VERSION=${version}`]
  if (revision.ok) common.push('--build-arg', `REVISION=${revision.stdout.trim()}`)
  for (const { name, image } of images) {
    say(`Building ${image}.`)
    if (!build(image, ['--build-arg', `FUNCTION=${name}`, ...common]))
      throw new Failure(`${image} could not be built or pushed: the output above says why.`)
  }
}

/** A node tells every ten seconds which images it has. */
const tellsMs = 15_000

/** Images that nobody will pull have to be on the nodes. A node lists only its 50 largest images by default. */
export async function checkPresent(registry, images) {
  if (registry !== 'dev.local') return
  const absent = await untilNothing(() => absentOf(images), tellsMs)
  if (absent.length > 0)
    throw new Failure(
      `No node has ${absent.join(', ')}: leave out --no-build, name their --tag, or say the --registry that they can be pulled from.`,
    )
}

function absentOf(images) {
  const nodes = getJson(['nodes'])?.items ?? []
  const isCut = nodes.some(({ status }) => (status.images ?? []).length >= 50)
  if (nodes.length === 0 || isCut) return []
  const there = new Set(nodes.flatMap(({ status }) => (status.images ?? []).flatMap(({ names }) => names ?? [])))
  return images.map(({ image }) => image).filter((image) => !there.has(image))
}
