/**
 * Every setting, read from the environment. Durations and sizes carry their unit in the name.
 * `secret: true` marks what belongs in the Secret; all else stands in the ConfigMap.
 */
export const settingsSchema = {
  type: 'object',
  required: [],
  properties: {
    PORT: {
      type: 'integer',
      minimum: 0,
      maximum: 65535,
      default: 8090,
      description: 'TCP port to listen on; 0 takes a free one.',
    },
    HOST: { type: 'string', default: '127.0.0.1', description: 'Address to listen on; `0.0.0.0` in a container.' },
    REDIS_URL: {
      type: 'string',
      pattern: '^rediss?(\\+cluster)?://',
      rule: "must begin with 'redis://' or 'rediss://', or with 'redis+cluster://' or 'rediss+cluster://' for a cluster",
      secret: true,
      description:
        'Redis of the points, `redis://user:password@host:port/database`; or a Redis Cluster, `redis+cluster://user:password@host:port,host:port`, by one of its servers or more. `npm run dev` starts one of its own when it is unset.',
    },
    QUEUE_REDIS_URL: {
      type: 'string',
      pattern: '^rediss?://',
      rule: "must begin with 'redis://' or 'rediss://': the queue does not run on a Redis Cluster",
      secret: true,
      description:
        'Redis of the jobs, their results and the queue: one server, since redis-smq does not run on a cluster. Default: the same as `REDIS_URL`, unless that is a cluster.',
    },
    API_KEYS: {
      type: 'string',
      default: '',
      secret: true,
      description:
        'Keys that callers may use, separated by spaces or commas: `name:scopes:sha256`, the scopes of `read`, `write`, `admin` joined by `+`, the SHA-256 of the key in hexadecimal.',
    },
    AUTH_REQUIRED: {
      type: 'boolean',
      default: false,
      description: 'Refuse to start without a key. Keys that are configured are always asked for.',
    },
    INTERNAL_TOKEN: {
      type: 'string',
      default: '',
      secret: true,
      description: "What the functions show to each other: the worker's route asks for it where it is set.",
    },
    WORKER_URL: {
      type: 'string',
      default: '',
      description:
        'Where jobs and results find the worker. Empty: nobody is poked, and jobs wait for a worker that is called by others.',
    },
    POINTS_URL: {
      type: 'string',
      default: '',
      description: 'Where the front door finds points; only web needs it.',
    },
    JOBS_URL: {
      type: 'string',
      default: '',
      description: 'Where the front door finds jobs; only web needs it.',
    },
    RESULTS_URL: {
      type: 'string',
      default: '',
      description: 'Where the front door finds results; only web needs it.',
    },
    PUBLIC_POINTS_URL: {
      type: 'string',
      default: '',
      description: "Base of the links to points. Default: from the request's host.",
    },
    PUBLIC_JOBS_URL: {
      type: 'string',
      default: '',
      description: "Base of the links to jobs. Default: from the request's host.",
    },
    PUBLIC_RESULTS_URL: {
      type: 'string',
      default: '',
      description: "Base of the links to results. Default: from the request's host.",
    },
    CORS_ORIGINS: {
      type: 'string',
      default: '',
      description: 'Origins whose pages may call, separated by spaces or commas; `*` for every one.',
    },
    MAX_BODY_BYTES: {
      type: 'integer',
      minimum: 1024,
      default: 104857600,
      description: 'Largest body of points, after inflating.',
    },
    MAX_JSON_BYTES: {
      type: 'integer',
      minimum: 1024,
      default: 16777216,
      description:
        'Largest JSON body of points, after inflating: it is parsed whole, while CSV and NDJSON are streamed.',
    },
    MAX_QUERY_SERIES: {
      type: 'integer',
      minimum: 1,
      default: 1000,
      description: 'Most series that one read of points may name or match.',
    },
    MAX_LINK_MS: {
      type: 'integer',
      minimum: 1000,
      default: 31536000000,
      description: 'Longest time that a signed address may hold (365 days).',
    },
    PLOT_MAX_AGE_MS: {
      type: 'integer',
      minimum: 0,
      default: 60000,
      description: 'How long the picture of `/plots` may be shown before it is asked for again; whole seconds count.',
    },
    MAX_IMPORT_BYTES: {
      type: 'integer',
      minimum: 1024,
      default: 2147483648,
      description: 'Largest data set of one import, after inflating; it is streamed.',
    },
    MAX_IMPORT_SERIES: {
      type: 'integer',
      minimum: 1,
      default: 20000,
      description: 'Most series that one import, or one body of lines, may write.',
    },
    IMPORT_TTL_MS: {
      type: 'integer',
      minimum: 1000,
      default: 3600000,
      description: 'How long points of an import are kept that is neither committed nor refused: its longest duration.',
    },
    IMPORT_LEASE_MS: {
      type: 'integer',
      minimum: 50,
      default: 15000,
      description: 'A commit of an import that is not heard of for so long is finished by another process.',
    },
    MAX_JOB_POINTS: {
      type: 'integer',
      minimum: 1,
      default: 20000000,
      description: 'Most points that one job may read.',
    },
    MAX_QUEUED_JOBS: {
      type: 'integer',
      minimum: 1,
      default: 1000000,
      description: 'Jobs that may wait; one more is answered 503.',
    },
    JOB_LEASE_MS: {
      type: 'integer',
      minimum: 50,
      default: 15000,
      description: 'A worker that is not heard of for so long has lost its job.',
    },
    JOB_BEAT_MS: { type: 'integer', minimum: 10, default: 5000, description: 'How often a worker renews its lease.' },
    JOB_ATTEMPTS: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      default: 3,
      description: 'Attempts before a job has failed.',
    },
    JOB_BACKOFF_MS: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Pause before the second attempt; it doubles with each further one.',
    },
    JOB_TIMEOUT_MS: {
      type: 'integer',
      minimum: 100,
      default: 600000,
      description: 'Longest run of one attempt; then its process is killed.',
    },
    JOB_MEMORY_BYTES: {
      type: 'integer',
      minimum: 67108864,
      default: 1073741824,
      description: 'Most resident memory of the process that draws; above it is killed.',
    },
    RESULT_TTL_MS: {
      type: 'integer',
      minimum: 1000,
      default: 604800000,
      description: 'How long a finished job and its result are kept (7 days); its id is remembered for as long again.',
    },
    WORKER_MAX: {
      type: 'integer',
      minimum: 1,
      default: 5,
      description: 'Most workers that are woken at once: the bound of the scale-out.',
    },
    SWEEP_MS: {
      type: 'integer',
      minimum: 10,
      default: 5000,
      description: 'How often, over all functions, lost jobs are looked for.',
    },
    POKE_MS: {
      type: 'integer',
      minimum: 50,
      default: 15000,
      description: 'A poke that is not renewed for so long no longer counts as one.',
    },
    RETENTION_SWEEP_MS: {
      type: 'integer',
      minimum: 10,
      default: 60000,
      description: 'How often, over all functions, series with a retention are looked at, and lose what has expired.',
    },
    IDEMPOTENCY_TTL_MS: {
      type: 'integer',
      minimum: 1000,
      default: 86400000,
      description: 'How long the answer to a request with an `Idempotency-Key` is kept (24 h).',
    },
    IDEMPOTENCY_LEASE_MS: {
      type: 'integer',
      minimum: 50,
      default: 15000,
      description: 'An `Idempotency-Key` whose first request is not heard of for so long may be used again.',
    },
    EVENT_BEAT_MS: {
      type: 'integer',
      minimum: 10,
      default: 15000,
      description: 'How often a stream of events in which nothing happens says that it is there.',
    },
    EVENT_STREAM_MS: {
      type: 'integer',
      minimum: 10,
      default: 240000,
      description: 'How long a stream of events lasts; then it closes, and the client comes back.',
    },
    DRAIN_MS: {
      type: 'integer',
      minimum: 0,
      default: 25000,
      description: 'After SIGTERM, how long requests and a running job may go on; then the job is given back.',
    },
    LOG_LEVEL: {
      type: 'string',
      enum: ['debug', 'info', 'warn', 'error', 'silent'],
      default: 'info',
      description: 'Least severe log line that is written.',
    },
  },
  additionalProperties: false,
} as const
