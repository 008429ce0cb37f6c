import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { settingsSchema } from '../shared/schemas/settings.ts'
import {
  type Container,
  checkSchemas,
  environments,
  functions,
  hasKubectl,
  knative,
  type Manifest,
  modelOf,
  of,
  pick,
  pods,
  renderOverlay,
  root,
  selects,
  why,
} from './manifests.ts'

for (const environment of environments) {
  t.test(`knative/${environment}`, { skip: why }, async (t) => {
    const manifests = of(environment)

    t.test('every object fits its schema', (t) => checkSchemas(t, manifests))

    t.test('has every function', async (t) => {
      t.strictSame(
        knative(manifests).map(({ metadata }) => metadata.name),
        functions,
      )
      for (const service of knative(manifests)) {
        const [container] = service.spec.template.spec.containers as Container[]
        const image = service.metadata.name
        t.match(
          container!.image,
          new RegExp(`/kymograph-${image}:\\d+\\.\\d+\\.\\d+$`),
          `${image} names its own image and a version`,
        )
      }
    })

    t.test('configuration is named by its content', async (t) => {
      const config = pick(manifests, 'ConfigMap').find(({ data }) => data?.WORKER_URL !== undefined)!
      const secret = pick(manifests, 'Secret').find(({ metadata }) => metadata.name !== 'redis')!
      t.match(config.metadata.name, /^kymograph-[a-z0-9]{10}$/)
      t.match(secret.metadata.name, /^kymograph-[a-z0-9]{10}$/)
      const wanted = [{ configMapRef: { name: config.metadata.name } }, { secretRef: { name: secret.metadata.name } }]
      for (const { name, pod } of pods(manifests)) {
        if (!name.startsWith('StatefulSet')) t.strictSame(pod.containers[0]!.envFrom, wanted, name)
      }
      const isSecret = (name: string) =>
        (settingsSchema.properties as Record<string, { secret?: boolean } | undefined>)[name]?.secret ?? false
      const known = new Set<string>(Object.keys(settingsSchema.properties))
      for (const name of Object.keys(config.data!)) {
        t.ok(known.has(name), `there is a setting ${name}`)
        t.notOk(isSecret(name), `${name} may be read by everybody`)
      }
      for (const name of Object.keys(secret.data ?? {})) t.ok(isSecret(name), `${name} is a secret`)
      for (const { pod } of pods(manifests)) {
        for (const { name } of pod.containers[0]!.env ?? []) t.ok(known.has(name), `there is a setting ${name}`)
      }
    })

    t.test('every pod is restricted', async (t) => {
      const [namespace] = pick(manifests, 'Namespace')
      t.equal(namespace!.metadata.labels!['pod-security.kubernetes.io/enforce'], 'restricted')
      for (const { name, pod } of pods(manifests)) {
        t.equal(pod.automountServiceAccountToken, false, `${name} has no token`)
        for (const container of pod.containers) {
          const context = { ...pod.securityContext, ...container.securityContext }
          t.match(
            context,
            {
              ...{ runAsNonRoot: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
              ...{ runAsUser: Number, capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
            },
            name,
          )
          t.ok(container.resources.limits.memory, `${name} has a limit of memory`)
          t.notOk(container.resources.limits.cpu, `${name} has no limit of CPU`)
        }
      }
    })

    t.test('the network is closed but for what is said', async (t) => {
      const policies = pick(manifests, 'NetworkPolicy')
      const everything = policies.find(({ spec }) => Object.keys(spec.podSelector).length === 0)
      t.strictSame(everything?.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
      for (const { name, labels } of pods(manifests)) {
        const applying = policies.filter((policy) => policy !== everything && selects(policy.spec.podSelector, labels))
        t.ok(applying.length > 0, `${name} is covered by ${applying.map(({ metadata }) => metadata.name).join(', ')}`)
      }
      const [redis] = pick(manifests, 'NetworkPolicy').filter(({ metadata }) => metadata.name === 'redis')
      for (const { from } of redis!.spec.ingress) {
        for (const peer of from)
          t.strictSame(Object.keys(peer), ['podSelector'], 'Redis is reached from its namespace alone')
      }
    })

    t.test('the worker scales as jobs expects', async (t) => {
      const worker = knative(manifests).find(({ metadata }) => metadata.name === 'worker')!
      const { metadata, spec } = worker.spec.template
      const settings = pick(manifests, 'ConfigMap').find(({ data }) => data?.WORKER_URL)!.data!
      t.equal(worker.metadata.labels!['networking.knative.dev/visibility'], 'cluster-local')
      t.equal(spec.containerConcurrency, 1)
      t.equal(metadata.annotations['autoscaling.knative.dev/max-scale'], settings.WORKER_MAX)
      t.equal(metadata.annotations['autoscaling.knative.dev/target-burst-capacity'], '-1')
      const drain = spec.containers[0].env.find(({ name }: { name: string }) => name === 'DRAIN_MS').value
      t.ok(Number(drain) < spec.timeoutSeconds * 1000, 'a worker ends before it is killed')
      const limit = Number.parseInt(spec.containers[0].resources.limits.memory, 10) * 2 ** 30
      t.ok(Number(settings.JOB_MEMORY_BYTES) < limit, 'the drawing process is stopped before its container is')
    })

    t.test('functions look for each other in their own namespace', async (t) => {
      const namespace = pick(manifests, 'Namespace')[0]!.metadata.name
      const settings = pick(manifests, 'ConfigMap').find(({ data }) => data?.WORKER_URL)!.data!
      for (const name of ['worker', 'points', 'jobs', 'results']) {
        t.equal(settings[`${name.toUpperCase()}_URL`], `http://${name}.${namespace}.svc.cluster.local`)
      }
      for (const { kind, metadata } of manifests) if (kind !== 'Namespace') t.equal(metadata.namespace, namespace)
    })

    t.test('draining a node is not blocked', async (t) => {
      for (const { spec } of pick(manifests, 'PodDisruptionBudget')) t.equal(spec.maxUnavailable, 1)
    })
  })
}

t.test('the environments share nothing', { skip: why }, async (t) => {
  const names = environments.map((name) => pick(of(name), 'Namespace')[0]!.metadata.name)
  t.strictSame(names, ['kymograph-test', 'kymograph-prod'])
  for (const [index, environment] of environments.entries()) {
    const other = names[1 - index]!
    t.notMatch(JSON.stringify(of(environment)), other, `${environment} does not mention ${other}`)
    const shared = of(environment).filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace === undefined,
    )
    t.strictSame(shared, [], `${environment} has nothing outside of its namespace`)
  }
  const secrets = environments.map((name) => pick(of(name), 'Secret').map(({ data }) => data))
  t.notSame(secrets[0], secrets[1])
})

t.test('prod starts with no placeholder', { skip: why }, async (t) => {
  const secret = pick(of('prod'), 'Secret').find(({ metadata }) => metadata.name === 'redis')!
  const texts = Object.entries(secret.data!).map(([name, value]) => [name, Buffer.from(value, 'base64').toString()])
  const folder = mkdtempSync(join(root, 'knative', 'tried-by-a-test-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of texts) writeFileSync(join(folder, name!), text!)
  const redis = spawnSync('sh', ['redis/start.sh', folder, 'redis/redis.conf'], { cwd: root, encoding: 'utf8' })
  t.not(redis.status, 0)
  t.match(redis.stderr, /still the placeholder/)
  const env = { ...Object.fromEntries(texts), AUTH_REQUIRED: 'true', PORT: '0', PATH: process.env.PATH }
  for (const name of ['points', 'jobs', 'results']) {
    const started = spawnSync(process.execPath, ['functions/main.ts', name], {
      cwd: root,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    })
    t.equal(started.status, 1, name)
    t.match(started.stderr, /API_KEYS: entry 1 is not/)
  }
})

t.test('a schema finds what does not fit it', { skip: why }, async (t) => {
  for (const change of [{ containerConcurrency: 'one' }, { containers: [{ image: 1 }] }]) {
    const service = structuredClone(knative(of('test'))[0]!)
    Object.assign(service.spec.template.spec, change)
    const Kind = await modelOf(service)
    t.throws(() => new Kind(service).validate())
  }
})

t.test('a changed setting is a new name everywhere', { skip: why }, async (t) => {
  const changed = renderOverlay({
    resources: ['../test'],
    configMapGenerator: [{ name: 'kymograph', behavior: 'merge', literals: ['LOG_LEVEL=debug'] }],
  })
  const nameIn = (manifests: Manifest[]) => {
    const names = knative(manifests).map(({ spec }) => spec.template.spec.containers[0].envFrom[0].configMapRef.name)
    t.equal(new Set(names).size, 1)
    return names[0]
  }
  t.not(nameIn(changed), nameIn(of('test')))
})

t.test('an environment of one’s own', { skip: why }, async (t) => {
  const own = renderOverlay({
    namespace: 'mine',
    resources: ['../prod'],
    components: ['../gateway', '../external-redis'],
    configMapGenerator: [
      {
        name: 'kymograph',
        behavior: 'merge',
        literals: ['worker', 'points', 'jobs', 'results'].map(
          (name) => `${name.toUpperCase()}_URL=http://${name}.mine.svc.cluster.local`,
        ),
      },
    ],
  })
  await checkSchemas(t, own)
  t.strictSame(pick(own, 'StatefulSet'), [])
  t.strictSame(
    new Set(own.map(({ metadata, kind }) => (kind === 'Namespace' ? metadata.name : metadata.namespace))),
    new Set(['mine']),
  )
})

const reached =
  hasKubectl &&
  spawnSync('kubectl', ['get', 'crd', 'services.serving.knative.dev', '--request-timeout=3s']).status === 0

// More than the schemas say, where a cluster is at hand.
if (reached) {
  t.test('a cluster would take all of it', async (t) => {
    for (const environment of environments) {
      const { status, stderr } = serverDryRun(environment)
      t.equal(status, 0, `knative/${environment} ${stderr}`)
    }
  })
}

/** In a namespace that exists: a dry run makes none. */
function serverDryRun(environment: string) {
  const objects = of(environment)
    .filter(({ kind }) => kind !== 'Namespace')
    .map((manifest) => ({
      ...manifest,
      metadata: { ...manifest.metadata, namespace: 'default', name: `dry-run-${manifest.metadata.name}` },
    }))
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  return spawnSync('kubectl', ['create', '--dry-run=server', '-f', '-'], { input, encoding: 'utf8' })
}

t.test('redis.conf and its start script are what the cluster gets', { skip: why }, async (t) => {
  const config = pick(of('test'), 'ConfigMap').find(({ data }) => data?.['redis.conf'] !== undefined)!
  for (const name of ['redis.conf', 'start.sh'])
    t.equal(config.data![name], readFileSync(join(root, 'redis', name), 'utf8'))
  t.match(config.data!['redis.conf'], /^appendfsync always$/m)
})
