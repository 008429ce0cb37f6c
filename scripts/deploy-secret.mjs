import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getJson } from './deploy-kubectl.mjs'
import { Failure, root, say } from './system-packages.mjs'

const random = () => randomBytes(24).toString('base64url')

/**
 * Sees that the folder has the environment's Secret: what is there already is used as it is, else what the cluster has,
 * else new random values. Throws a Failure for a placeholder, and for no keys where keys are asked for.
 */
export function readSecret({ folder, namespace, hasRedis, mustHaveKeys, readOnly }) {
  const path = (name) => join(root, folder, name)
  let text = existsSync(path('secret.env')) ? readFileSync(path('secret.env'), 'utf8') : undefined
  if (text === undefined) {
    const found = fromCluster(namespace)
    const made = found ?? generate(mustHaveKeys)
    if (!found && !hasRedis)
      throw new Failure(
        `Without a Redis of its own, ${folder}/secret.env has to say REDIS_URL: write it, see docs/deploy.md.`,
      )
    text = made.secret
    if (!readOnly) {
      mkdirSync(path('.'), { recursive: true, mode: 0o700 })
      for (const [name, content] of [
        ['secret.env', made.secret],
        ['redis.env', made.redis],
        ['admin.key', made.key],
      ]) {
        if (content !== undefined) writeFileSync(path(name), content, { mode: 0o600, flag: 'wx' })
      }
      say(
        found
          ? `Took the Secret from the cluster into ${folder}.`
          : `Made a Secret of random values in ${folder}: keep it.`,
      )
    }
  }
  if (/PLACEHOLDER/.test(text))
    throw new Failure(
      `${folder}/secret.env is the placeholder: give it values of your own, or delete it for random ones.`,
    )
  if (mustHaveKeys && !/^API_KEYS=\S/m.test(text))
    throw new Failure(`${folder}/secret.env has no API_KEYS, which this environment asks for: see docs/deploy.md.`)
  return { keyFile: existsSync(path('admin.key')) ? path('admin.key') : undefined }
}

/** The Secret that Redis and the functions use now, unless it is the placeholder. */
function fromCluster(namespace) {
  const secret = getJson(['-n', namespace, 'secret', 'redis'])
  if (!secret) return undefined
  const value = (name) => Buffer.from(secret.data?.[name] ?? '', 'base64').toString()
  const lines = (names) => `${names.map((name) => `${name}=${value(name)}`).join('\n')}\n`
  const found = {
    secret: lines(['REDIS_URL', 'INTERNAL_TOKEN', 'API_KEYS']),
    redis: lines(['ADMIN_PASSWORD', 'PREVIOUS_PASSWORD']),
  }
  return /PLACEHOLDER/.test(found.secret) ? undefined : found
}

function generate(withKey) {
  const key = withKey ? random() : undefined
  const hash = key && createHash('sha256').update(key).digest('hex')
  return {
    secret: [
      `REDIS_URL=redis://functions:${random()}@redis:6379`,
      `INTERNAL_TOKEN=${random()}`,
      `API_KEYS=${hash ? `admin:read+write+admin:${hash}` : ''}`,
      '',
    ].join('\n'),
    redis: `ADMIN_PASSWORD=${random()}\nPREVIOUS_PASSWORD=\n`,
    key: key && `${key}\n`,
  }
}
