import type { FromSchema } from 'json-schema-to-ts'
import { clusterForm, isClusterUrl, readClusterUrl } from './redis-url.ts'
import { settingsSchema } from './schemas/settings.ts'
import { validate } from './validate.ts'

export type Settings = FromSchema<typeof settingsSchema> &
  Required<Omit<FromSchema<typeof settingsSchema>, 'REDIS_URL' | 'QUEUE_REDIS_URL'>>

/** The configuration of a process: the settings, with what follows from them. */
export interface Config extends Omit<Settings, 'REDIS_URL' | 'QUEUE_REDIS_URL'> {
  REDIS_URL: string
  QUEUE_REDIS_URL: string
}

export class ConfigError extends Error {}

/** Reads the settings from an environment; throws one ConfigError that names every fault. An empty variable counts as unset. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const all = Object.entries<object & { default?: unknown }>(settingsSchema.properties)
  const known = all.filter(([name]) => env[name] !== undefined && env[name] !== '')
  const given: Record<string, unknown> = Object.fromEntries(known.map(([name]) => [name, env[name]]))
  // Only what is given is compiled into the check: the whole schema would slow each start.
  const schema = { ...settingsSchema, properties: Object.fromEntries(known) }
  const faults = validate(schema, given, { coerce: true }).map(
    ({ pointer, detail }) => `${(pointer ?? '').slice(1)} ${detail}`,
  )
  for (const [name, property] of all) if (property.default !== undefined) given[name] ??= property.default
  const settings = given as unknown as Config
  if (!given.REDIS_URL) faults.push("REDIS_URL is missing: the address of the Redis, such as 'redis://127.0.0.1:6379'")
  const isCluster = isClusterUrl(settings.REDIS_URL ?? '')
  if (isCluster && !readClusterUrl(settings.REDIS_URL))
    faults.push(`REDIS_URL names a cluster, whose form is ${clusterForm}; a cluster has no numbered databases`)
  if (isCluster && !settings.QUEUE_REDIS_URL)
    faults.push(
      "QUEUE_REDIS_URL is missing: the queue does not run on a Redis Cluster, so it needs a Redis beside it, such as 'redis://127.0.0.1:6379'",
    )
  settings.QUEUE_REDIS_URL ??= settings.REDIS_URL
  if (settings.AUTH_REQUIRED === true && !/[^\s,]/.test(String(given.API_KEYS)))
    faults.push('AUTH_REQUIRED is true, and API_KEYS has no key')
  if (settings.JOB_BEAT_MS * 2 > settings.JOB_LEASE_MS) faults.push('JOB_LEASE_MS must be at least twice JOB_BEAT_MS')
  if (faults.length > 0)
    throw new ConfigError(`The configuration has errors:\n${faults.map((f) => `  ${f}`).join('\n')}`)
  return settings
}

/** The environment of this process: the one place that reads it. */
export const environment: Record<string, string | undefined> = process.env
