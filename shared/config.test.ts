import t from 'tap'
import { ConfigError, readConfig } from './config.ts'
import { settingsSchema } from './schemas/settings.ts'

const url = 'redis://127.0.0.1:6379'

/** The lines of the error, without its first. */
function faults(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.message.split('\n  ').slice(1)
  }
  return []
}

t.test('what is unset, or empty, has its default', async (t) => {
  const config = readConfig({ REDIS_URL: url, PORT: '', API_KEYS: '', HOST: undefined })
  for (const [name, setting] of Object.entries(settingsSchema.properties)) {
    if ('default' in setting) t.equal(config[name as keyof typeof config], setting.default, name)
  }
  t.equal(config.QUEUE_REDIS_URL, url, 'one Redis for both')
  t.same(readConfig({ REDIS_URL: url, QUEUE_REDIS_URL: '' }).QUEUE_REDIS_URL, url)
  t.notOk('PATH' in readConfig({ REDIS_URL: url, PATH: '/bin' }), 'what is no setting is left alone')
})

t.test('texts become what the schema says', async (t) => {
  const env = {
    REDIS_URL: 'rediss://a:b@host:1/2',
    QUEUE_REDIS_URL: url,
    PORT: '0',
    AUTH_REQUIRED: 'true',
    API_KEYS: 'k',
  }
  t.match(readConfig({ ...env, JOB_LEASE_MS: '300', JOB_BEAT_MS: '100' }), {
    ...env,
    PORT: 0,
    AUTH_REQUIRED: true,
    JOB_LEASE_MS: 300,
  })
})

t.test('every fault is named at once', async (t) => {
  const env = {
    PORT: '99999',
    AUTH_REQUIRED: 'yes',
    MAX_BODY_BYTES: '1.5',
    JOB_LEASE_MS: '100',
    JOB_BEAT_MS: '60',
    LOG_LEVEL: 'loud',
  }
  t.same(faults(env).sort(), [
    'AUTH_REQUIRED must be boolean',
    'JOB_LEASE_MS must be at least twice JOB_BEAT_MS',
    'LOG_LEVEL must be one of "debug", "info", "warn", "error", "silent"',
    'MAX_BODY_BYTES must be integer',
    'PORT must be <= 65535',
    "REDIS_URL is missing: the address of the Redis, such as 'redis://127.0.0.1:6379'",
  ])
  t.same(faults({ REDIS_URL: url, PORT: 'http' }), ['PORT must be integer'])
})

t.test('a cluster may hold the points, and never the queue', async (t) => {
  const cluster = 'redis+cluster://user:hunter2@one:7000,two'
  t.match(readConfig({ REDIS_URL: cluster, QUEUE_REDIS_URL: url }), { REDIS_URL: cluster, QUEUE_REDIS_URL: url })
  t.match(faults({ REDIS_URL: cluster }), [/^QUEUE_REDIS_URL is missing: the queue does not run on a Redis Cluster/])
  t.match(faults({ REDIS_URL: url, QUEUE_REDIS_URL: cluster }), [
    /^QUEUE_REDIS_URL must begin with 'redis:.*: the queue does not run on a Redis Cluster$/,
  ])
  const numbered = faults({ REDIS_URL: `${cluster}/1`, QUEUE_REDIS_URL: url })
  t.match(numbered, [/^REDIS_URL names a cluster, whose form is 'redis\+cluster:.* no numbered databases$/])
  t.notMatch(numbered.join(), /hunter2/)
})

t.test('where keys are required there must be one', async (t) => {
  for (const API_KEYS of [undefined, '', ' ', ',', ' ,\n, '])
    t.same(faults({ REDIS_URL: url, AUTH_REQUIRED: 'true', API_KEYS }), [
      'AUTH_REQUIRED is true, and API_KEYS has no key',
    ])
  t.same(faults({ REDIS_URL: url, AUTH_REQUIRED: 'false' }), [])
})

t.test('no message repeats a secret', async (t) => {
  const secrets = Object.entries(settingsSchema.properties).filter(([, setting]) => 'secret' in setting)
  t.ok(secrets.length >= 4)
  const env = Object.fromEntries(secrets.map(([name]) => [name, `hunter2-${name}`]))
  const found = faults({ ...env, PORT: 'x' })
  t.match(found, [/^PORT/, /^REDIS_URL must begin with 'redis:/, /^QUEUE_REDIS_URL must begin with 'redis:/])
  t.notMatch(found.join(), /hunter2/)
})

t.test('every setting has a description, and its unit in its name', async (t) => {
  for (const [name, setting] of Object.entries(settingsSchema.properties)) {
    t.match(setting.description, /^[A-Z].*\.$/, name)
    if (setting.type === 'integer') t.match(name, /_(MS|BYTES)$|^(PORT|WORKER_MAX|MAX_\w+|JOB_ATTEMPTS)$/, name)
  }
})
