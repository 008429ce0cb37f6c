import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './system-packages.mjs'

/** Writes the kustomization that is applied: the environment, with its images, its Secret and its namespace. */
export function writeOverlay({ folder, namespace, environment, images, moved }) {
  mkdirSync(join(root, folder), { recursive: true, mode: 0o700 })
  const hasRedis = existsSync(join(root, folder, 'redis.env'))
  const address = (name) => `http://${name}.${namespace}.svc.cluster.local`
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: [relative(folder, join('knative', environment))],
    images: images.map(({ known, image }) => {
      const colon = image.lastIndexOf(':')
      return { name: known, newName: image.slice(0, colon), newTag: image.slice(colon + 1) }
    }),
    secretGenerator: [
      { name: 'kymograph', behavior: 'replace', envs: ['secret.env'] },
      ...(hasRedis
        ? [
            {
              name: 'redis',
              behavior: 'replace',
              envs: ['secret.env', 'redis.env'],
              options: { disableNameSuffixHash: true },
            },
          ]
        : []),
    ],
    ...(moved
      ? {
          configMapGenerator: [
            {
              name: 'kymograph',
              behavior: 'merge',
              literals: ['worker', 'points', 'jobs', 'results'].map(
                (name) => `${name.toUpperCase()}_URL=${address(name)}`,
              ),
            },
          ],
        }
      : {}),
  }
  // JSON is YAML.
  writeFileSync(
    join(root, folder, 'kustomization.yaml'),
    `# Written by scripts/deploy.\n${JSON.stringify(overlay, null, 2)}\n`,
  )
}
