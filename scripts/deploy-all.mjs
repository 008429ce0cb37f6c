/**
 * Deploys one environment: checks the cluster, builds the images, makes a Secret where there is none, applies, waits.
 * Plain JavaScript for Node 20 that imports no package: it runs in a fresh clone.
 */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { checkCluster, checkNamespace } from './deploy-checks.mjs'
import { builder, buildImages, checkPresent, contentTag } from './deploy-images.mjs'
import { kubectl, kubectlOrFail } from './deploy-kubectl.mjs'
import { writeOverlay } from './deploy-overlay.mjs'
import { readSecret } from './deploy-secret.mjs'
import { waitForAll } from './deploy-wait.mjs'
import { Failure, root, say } from './system-packages.mjs'

const usage = `Usage: scripts/deploy ENVIRONMENT [options]

ENVIRONMENT is a folder of knative/ with a kustomization: test, prod, or one of your own.

  --namespace NAME   another namespace than the kustomization's
  --registry PREFIX  where images are pushed to and pulled from, such as registry.example/team; without it they are
                     called dev.local/…, which Knative takes for images that the nodes already have
  --tag TAG          of the images; by default made of their content, so that a changed source is a new revision
  --no-build         the images are there already
  --check            only check, change nothing

IMAGE_BUILD names a command that builds images, called with CONTEXT DOCKERFILE TAG OPTIONS; without it docker, podman or
buildah builds them.`

const options = {
  namespace: { type: 'string' },
  registry: { type: 'string', default: 'dev.local' },
  tag: { type: 'string' },
  'no-build': { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    if (values.help) return undefined
    const [environment, ...more] = positionals
    if (environment === undefined || more.length > 0) throw new Failure('Name one environment.')
    return { ...values, environment }
  } catch (error) {
    throw new Failure(`${error.message}\n\n${usage}`)
  }
}

/** The environment as its own kustomization renders it. */
function render(environment) {
  const folder = join('knative', environment)
  if (!existsSync(join(root, folder, 'kustomization.yaml')))
    throw new Failure(
      `There is no ${folder}/kustomization.yaml: name test, prod, or an overlay of your own in knative/.`,
    )
  // kustomize writes plain YAML, one field a line: enough can be read without a parser.
  const objects = kubectlOrFail(['kustomize', folder])
    .split(/^---$/m)
    .map((text) => ({
      text,
      type: `${/^apiVersion: (\S+)/m.exec(text)?.[1]} ${/^kind: (\S+)/m.exec(text)?.[1]}`,
      name: /^metadata:\n(?: {2}.*\n)*? {2}name: (\S+)/m.exec(text)?.[1],
    }))
  const services = objects.filter(({ type }) => type === 'serving.knative.dev/v1 Service')
  const names = (type) => objects.filter((object) => object.type === type).map(({ name }) => name)
  return {
    namespace: names('v1 Namespace')[0],
    functions: services.map(({ name }) => name),
    // What an overlay has to call them, to give them other names.
    imageNames: Object.fromEntries(
      services.map(({ name, text }) => [name, /^ *-? *image: (\S+):[^:/\s]+$/m.exec(text)?.[1]]),
    ),
    hasRedis: names('apps/v1 StatefulSet').length > 0,
    mustHaveKeys: objects.some(({ text, type }) => type === 'v1 ConfigMap' && /^ {2}AUTH_REQUIRED: "true"/m.test(text)),
  }
}

async function main() {
  const asked = readArguments()
  if (!asked) return say(usage)
  if (!kubectl(['version', '--client']).ok)
    throw new Failure('kubectl is not on the PATH: install it (https://kubernetes.io/docs/tasks/tools/).')
  const rendered = render(asked.environment)
  await checkCluster(rendered)
  const namespace = asked.namespace ?? rendered.namespace
  checkNamespace(namespace)
  const build = asked['no-build'] ? undefined : builder(asked.registry)
  const tag = asked.tag ?? contentTag()
  const images = rendered.functions.map((name) => ({
    name,
    known: rendered.imageNames[name],
    image: `${asked.registry}/kymograph-${name}:${tag}`,
  }))
  if (!build) await checkPresent(asked.registry, images)
  const folder = join('.kymograph', 'deploy', namespace)
  const secret = readSecret({ ...rendered, folder, namespace, readOnly: asked.check })
  if (asked.check) return say(`${asked.environment} can be deployed to ${namespace}.`)

  if (build) buildImages(images, build)
  writeOverlay({ folder, namespace, environment: asked.environment, images, moved: namespace !== rendered.namespace })
  say(`Applying ${folder}.`)
  kubectlOrFail(['apply', '-k', folder])
  await waitForAll(namespace, rendered)
  say(`\n${asked.environment} runs in the namespace ${namespace}:`)
  say(
    kubectlOrFail(['-n', namespace, 'get', 'ksvc', '-o', 'custom-columns=FUNCTION:.metadata.name,ADDRESS:.status.url']),
  )
  if (secret.keyFile)
    say(`The key of an administrator is in ${relative(root, secret.keyFile)}; callers show it as a bearer token.`)
}

main().catch((error) => {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
