import { getJson, kubectl, untilNothing } from './deploy-kubectl.mjs'
import { Failure, lastLine } from './system-packages.mjs'

/** How long Knative may take to be ready: on a busy machine a probe of it is late now and then. */
const patienceMs = 60_000

/** Throws a Failure that says what the cluster lacks and what to do about it. */
export async function checkCluster({ hasRedis }) {
  const reached = kubectl(['get', '--raw', '/version', '--request-timeout=10s'])
  if (!reached.ok)
    throw new Failure(
      `The cluster can't be reached (${lastLine(reached.output)}): see \`kubectl config current-context\`, or set KUBECONFIG.`,
    )
  if (!kubectl(['get', 'crd', 'services.serving.knative.dev']).ok)
    throw new Failure(
      'The cluster has no Knative Serving: install it and a networking layer (https://knative.dev/docs/install/).',
    )
  const waiting = await untilNothing(unavailable, patienceMs)
  if (waiting.length > 0)
    throw new Failure(
      `Knative Serving is not ready (${waiting.join(', ')}): see \`kubectl -n knative-serving get pods\`.`,
    )
  if (hasRedis && !hasDefaultClass())
    throw new Failure(
      'The cluster has no default StorageClass for the volume of Redis: mark one with the annotation storageclass.kubernetes.io/is-default-class=true, or use a Redis of your own (knative/external-redis).',
    )
}

/** The parts of Knative Serving of which no replica is available. */
function unavailable() {
  const { items } = getJson(['-n', 'knative-serving', 'deployments']) ?? { items: [] }
  return items.filter(({ status }) => !status.availableReplicas).map(({ metadata }) => metadata.name)
}

function hasDefaultClass() {
  const classes = getJson(['storageclass'])
  const key = 'storageclass.kubernetes.io/is-default-class'
  return classes?.items.some(({ metadata }) => metadata.annotations?.[key] === 'true') ?? true
}

/** Throws a Failure when the namespace is somebody else's, or on its way out. */
export function checkNamespace(name) {
  const found = getJson(['namespace', name])
  if (!found) return
  if (found.status.phase === 'Terminating')
    throw new Failure(`The namespace ${name} is being deleted: wait until it is gone.`)
  if (found.metadata.labels?.['app.kubernetes.io/part-of'] !== 'kymograph')
    throw new Failure(
      `The namespace ${name} is not Kymograph's: choose another with --namespace, or label it app.kubernetes.io/part-of=kymograph if it may be used.`,
    )
}
