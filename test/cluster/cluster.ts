import { execFile, spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Called, CallOptions } from '../local.ts'
import { root } from '../manifests.ts'
import { until } from '../processes.ts'
import type { Bases, Caller } from '../tour.ts'

const run = promisify(execFile)

/**
 * The address of the cluster's ingress, HOST:PORT, where the names of its Knative Services don't lead there by themselves;
 * and the registry for images, as scripts/deploy takes it.
 */
const { CLUSTER_INGRESS, CLUSTER_REGISTRY } = process.env

/** A namespace of the tests' own, and the folder of its Secret. */
export interface Place {
  namespace: string
  folder: string
}

export function placeOf(name: 'test' | 'prod'): Place {
  const namespace = `kymograph-trial-${name}`
  return { namespace, folder: join(root, '.kymograph', 'deploy', namespace) }
}

/** An environment that the tests have deployed. */
export interface Environment extends Place {
  name: 'test' | 'prod'
  /** A host for each function. */
  bases: Bases
  /** The front door. */
  front: string
  /** With the key of the administrator where one is needed. */
  call: Caller
}

export async function kubectl(...args: string[]): Promise<string> {
  return (await run('kubectl', args, { maxBuffer: 1 << 26 })).stdout
}

/** Runs scripts/deploy; what it says goes to standard error, and the end of it into the error when it fails. */
export async function deploy(environment: string, namespace: string, ...options: string[]): Promise<void> {
  const registry = CLUSTER_REGISTRY === undefined ? [] : ['--registry', CLUSTER_REGISTRY]
  const args = [environment, '--namespace', namespace, ...registry, ...options]
  const child = spawn('scripts/deploy', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (part: string) => {
      process.stderr.write(part)
      said = (said + part).slice(-4000)
    })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`scripts/deploy ${args.join(' ')} ended with ${code}:\n${said}`)
}

/** Deploys an environment to a namespace of its own. */
export async function open(name: 'test' | 'prod', ...options: string[]): Promise<Environment> {
  const { namespace, folder } = placeOf(name)
  await deploy(name, namespace, ...options)
  const urlOf = async (service: string) =>
    (await kubectl('-n', namespace, 'get', 'ksvc', service, '-o', 'jsonpath={.status.url}')).trim()
  const key = await readFile(join(folder, 'admin.key'), 'utf8').catch(() => undefined)
  return {
    ...{ name, namespace, folder },
    bases: { points: await urlOf('points'), jobs: await urlOf('jobs'), results: await urlOf('results') },
    front: await urlOf('web'),
    call: (base, method, path, options = {}) =>
      call(base, method, path, {
        ...options,
        headers: { ...(key ? { authorization: `Bearer ${key.trim()}` } : {}), ...options.headers },
      }),
  }
}

/** Removes what `open` has made. */
export async function remove({ namespace, folder }: Place): Promise<void> {
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false')
  // No pod can start there any more. A worker in the middle of a job would take its time, and the namespace with it.
  await kubectl('-n', namespace, 'delete', 'pods', '--all', '--force', '--grace-period=0')
  await rm(folder, { recursive: true, force: true })
  await kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=300s')
}

/** An overlay on top of an environment with some settings changed, for as long as `use` runs. */
export async function withSettings(
  { name }: Environment,
  settings: Record<string, string>,
  use: (overlay: string) => Promise<void>,
): Promise<void> {
  const overlay = `trial-${name}`
  const folder = join(root, 'knative', overlay)
  await mkdir(folder, { recursive: true })
  try {
    const literals = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      namespace: `kymograph-${name}`,
      resources: [`../${name}`],
      configMapGenerator: [{ name: 'kymograph', behavior: 'merge', literals }],
    }
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    await use(overlay)
  } finally {
    await rm(folder, { recursive: true })
  }
}

export interface Pod {
  metadata: { name: string; labels: Record<string, string>; deletionTimestamp?: string }
  status: { phase: string; conditions?: { type: string; status: string }[] }
}

/** The pods of a function, those that are on their way out too; of all functions when none is named. */
export async function podsOf({ namespace }: Environment, name?: string): Promise<Pod[]> {
  const selector = name ? `serving.knative.dev/service=${name}` : 'serving.knative.dev/service'
  return JSON.parse(await kubectl('-n', namespace, 'get', 'pods', '-l', selector, '-o', 'json')).items
}

export const isReady = ({ status }: Pod) =>
  status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false

/** Runs JavaScript in the container of a function. */
export const evaluate = ({ namespace }: Environment, pod: string, script: string) =>
  kubectl('-n', namespace, 'exec', pod, '-c', 'function', '--', 'node', '-e', script)

/** Runs the suspended CronJob that looks for faults in Redis, once; gives what it printed. */
export async function lookForFaults({ namespace }: Environment): Promise<string> {
  const job = 'look-for-faults'
  await kubectl('-n', namespace, 'create', 'job', job, '--from=cronjob/fsck')
  await until(async () => {
    const { status = {} } = JSON.parse(await kubectl('-n', namespace, 'get', 'job', job, '-o', 'json'))
    return (status.succeeded ?? 0) + (status.failed ?? 0) > 0
  }, 180_000)
  return kubectl('-n', namespace, 'logs', `job/${job}`)
}

export interface LogLine {
  time: string
  msg: string
  job?: string
  outcome?: string
}

/** The log lines of a function's pods. */
export async function logOf(environment: Environment, name: string): Promise<LogLine[]> {
  const pods = await podsOf(environment, name)
  const logs = await Promise.all(
    pods.map(({ metadata }) =>
      kubectl('-n', environment.namespace, 'logs', metadata.name, '-c', 'function').catch(() => ''),
    ),
  )
  return logs.flatMap((log) =>
    log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line)),
  )
}

/** Keeps what an environment has logged, in .kymograph/cluster-logs, and says where. */
export async function keepLogs({ namespace }: Place): Promise<string> {
  const folder = join(root, '.kymograph', 'cluster-logs', namespace)
  await mkdir(folder, { recursive: true })
  const keep = async (file: string, ...args: string[]) =>
    writeFile(join(folder, file), await kubectl('-n', namespace, ...args).catch((error: Error) => error.message))
  await keep('events', 'get', 'events', '--sort-by=.lastTimestamp')
  await keep('objects', 'get', 'ksvc,revisions,pods,jobs', '-o', 'wide')
  const pods = (await kubectl('-n', namespace, 'get', 'pods', '-o', 'name').catch(() => '')).trim().split('\n')
  for (const pod of pods.filter(Boolean))
    await keep(`${pod.replace('/', '-')}.log`, 'logs', pod, '--all-containers', '--prefix')
  return folder
}

/** Like `call` of ../local.ts, but by way of the cluster's ingress. */
export async function call(
  base: string,
  method: string,
  path: string,
  { json, body, headers = {} }: CallOptions = {},
): Promise<Called> {
  const { host } = new URL(base)
  const [hostname, port] = (CLUSTER_INGRESS ?? host).split(':')
  const sent = json === undefined ? body : JSON.stringify(json)
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({
      ...{ hostname, port, method, path },
      headers: {
        ...{ host, 'content-length': Buffer.byteLength(sent ?? '') },
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    asked.once('response', resolve).once('error', reject).end(sent)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const answered = new Headers(response.headers as Record<string, string>)
  const isJson = /[/+]json/.test(answered.get('content-type') ?? '')
  return {
    status: response.statusCode!,
    headers: answered,
    bytes,
    text: bytes.toString(),
    body: isJson && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined,
  }
}
