import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { parseAllDocuments } from 'yaml'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const environments = ['test', 'prod'] as const
export const functions = ['jobs', 'points', 'results', 'web', 'worker']

export interface Container {
  name?: string
  image: string
  securityContext: Record<string, unknown>
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[]
  env?: { name: string; value: string }[]
  resources: { limits: Record<string, string>; requests: Record<string, string> }
}

interface PodSpec {
  containers: Container[]
  securityContext?: Record<string, unknown>
  automountServiceAccountToken?: boolean
  timeoutSeconds?: number
}

export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a spec of its own, which its schema checks
  spec?: any
  data?: Record<string, string>
}

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0
export const why = hasKubectl ? false : 'kubectl, which renders the manifests, is not on the PATH'

function render(folder: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr}`)
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
}

/** A kustomization of a user's own on top of an environment. */
export function renderOverlay(kustomization: object): Manifest[] {
  const folder = mkdtempSync(join(root, 'knative', 'tried-by-a-test-'))
  try {
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
    return render(relative(root, folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const rendered = new Map<string, Manifest[]>(
  hasKubectl ? environments.map((name) => [name, render(`knative/${name}`)]) : [],
)
export const of = (environment: string) => rendered.get(environment)!
export const pick = (manifests: Manifest[], kind: string, group = '') =>
  manifests.filter((manifest) => manifest.kind === kind && manifest.apiVersion.startsWith(group))
export const knative = (manifests: Manifest[]) => pick(manifests, 'Service', 'serving.knative.dev/')

/** Every pod that is made of an environment, with the labels that it gets. */
export function pods(manifests: Manifest[]): { name: string; labels: Record<string, string>; pod: PodSpec }[] {
  const templates = [
    ...knative(manifests).map((service) => {
      const labels = { 'serving.knative.dev/service': service.metadata.name }
      return { service, template: service.spec.template, labels }
    }),
    ...pick(manifests, 'StatefulSet').map((service) => ({ service, template: service.spec.template, labels: {} })),
    ...pick(manifests, 'CronJob').map((service) => ({
      ...{ service, template: service.spec.jobTemplate.spec.template, labels: {} },
    })),
  ]
  return templates.map(({ service, template, labels }) => ({
    name: `${service.kind} ${service.metadata.name}`,
    labels: { ...template.metadata.labels, ...labels },
    pod: template.spec,
  }))
}

type Model = new (manifest: Manifest) => { validate(): void }

/** The schema of a kind, from the packages that are generated from Kubernetes', Knative's and the Gateway API's own. */
export async function modelOf({ apiVersion, kind }: Manifest): Promise<Model> {
  const models = apiVersion.startsWith('serving.knative.dev/')
    ? await import(`@kubernetes-models/knative/${apiVersion}`)
    : apiVersion.startsWith('gateway.networking.k8s.io/')
      ? await import(`@kubernetes-models/gateway-api/${apiVersion}`)
      : await import(`kubernetes-models/${apiVersion}`)
  return models[kind]
}

export async function checkSchemas(t: Test, manifests: Manifest[]) {
  for (const manifest of manifests) {
    const Kind = await modelOf(manifest)
    t.doesNotThrow(() => new Kind(manifest).validate(), `${manifest.kind} ${manifest.metadata.name}`)
  }
}

interface Selector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values: string[] }[]
}

export function selects(
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Record<string, string>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => values.includes(labels[key] ?? '') === (operator === 'In'))
  )
}
