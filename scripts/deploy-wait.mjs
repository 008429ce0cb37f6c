import { setTimeout as pause } from 'node:timers/promises'
import { getJson, kubectl } from './deploy-kubectl.mjs'
import { Failure, lastLine, say } from './system-packages.mjs'

const patienceMs = 300_000

/** Waits until Redis and every function are ready; throws a Failure that says which is not, why, and what to do. */
export async function waitForAll(namespace, { functions, hasRedis }) {
  const limit = Date.now() + patienceMs
  let left = []
  for (let said = ''; Date.now() < limit; await pause(1000)) {
    left = [...(hasRedis && !isRedisReady(namespace) ? ['redis'] : []), ...notReady(namespace, functions)]
    if (left.length === 0) return
    const now = `Waiting for ${left.join(', ')}.`
    if (now !== said) say(now)
    said = now
    checkPods(namespace)
  }
  throw new Failure(
    `${left.join(', ')} did not get ready: see \`kubectl -n ${namespace} get ksvc,pods\` and \`kubectl -n ${namespace} get events\`.`,
  )
}

function isRedisReady(namespace) {
  const { metadata, spec, status } = getJson(['-n', namespace, 'statefulset', 'redis']) ?? {}
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.updatedReplicas === spec?.replicas &&
    status?.readyReplicas === spec?.replicas
  )
}

function notReady(namespace, functions) {
  const { items } = getJson(['-n', namespace, 'ksvc']) ?? { items: [] }
  return functions.filter((name) => {
    const { metadata, status } = items.find((item) => item.metadata.name === name) ?? {}
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True'
    return !ready || status.observedGeneration !== metadata.generation
  })
}

const notPulled = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'])

/** Faults of pods that waiting does not mend. */
function checkPods(namespace) {
  const { items } = getJson(['-n', namespace, 'pods']) ?? { items: [] }
  for (const { metadata, status } of items) {
    if (metadata.deletionTimestamp) continue
    for (const { name, image, state, restartCount } of status.containerStatuses ?? []) {
      const { reason } = state.waiting ?? {}
      if (notPulled.has(reason) && isWanted(namespace, metadata))
        throw new Failure(
          `The node can't pull ${image} (${reason}): say a --registry that the cluster reaches, give the namespace's service account a pull secret, or load the image into the nodes.`,
        )
      if (reason === 'CrashLoopBackOff' && restartCount > 1 && isWanted(namespace, metadata)) {
        const { output } = kubectl(['-n', namespace, 'logs', metadata.name, '-c', name, '--tail=5'])
        throw new Failure(
          `${metadata.name} does not start (${lastLine(output)}): \`kubectl -n ${namespace} logs ${metadata.name} -c ${name}\` has all of it.`,
        )
      }
    }
  }
}

/** Whether a pod belongs to a function's latest revision, or to no function. */
function isWanted(namespace, { labels = {} }) {
  const name = labels['serving.knative.dev/service']
  if (!name) return true
  const service = getJson(['-n', namespace, 'ksvc', name])
  return service?.status?.latestCreatedRevisionName === labels['serving.knative.dev/revision']
}
