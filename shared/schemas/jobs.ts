export const jobStatusSchema = { enum: ['queued', 'running', 'succeeded', 'failed', 'cancelled'] } as const

const name = { type: 'string', minLength: 1, maxLength: 512 } as const
const bound = { oneOf: [{ type: 'string' }, { type: 'number' }] } as const

/** What POST /jobs takes; `params` are validated against the schema of the kind. */
export const jobRequestSchema = {
  type: 'object',
  required: ['kind', 'series'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', description: 'A kind of `GET /kinds`' },
    series: {
      description: 'One name, a list of names, or `{"match": …}` with conditions on labels',
      if: { type: 'array' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { type: 'array', minItems: 1, maxItems: 100, uniqueItems: true, items: name },
      else: {
        if: { type: 'object' },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: {
          type: 'object',
          required: ['match'],
          additionalProperties: false,
          properties: { match: { type: 'string', minLength: 1, description: 'Such as `city="austin",kind!="test"`' } },
        },
        else: name,
      },
    },
    from: {
      ...bound,
      description: 'Start of the range, included; relative times are resolved when the job is accepted',
    },
    to: { ...bound, description: 'End of the range, not included' },
    params: { type: 'object', default: {}, description: 'Parameters of the kind' },
  },
} as const

const address = { type: 'string', format: 'uri' } as const
const time = { type: 'string', format: 'date-time' } as const

export const jobSchema = {
  type: 'object',
  required: ['id', 'kind', 'series', 'params', 'status', 'progress', 'attempt', 'askers', 'created', 'links'],
  properties: {
    id: { type: 'string' },
    kind: { type: 'string' },
    series: { type: 'array', items: name },
    from: { type: ['string', 'null'], format: 'date-time' },
    to: { type: ['string', 'null'], format: 'date-time' },
    params: { type: 'object' },
    status: jobStatusSchema,
    progress: { type: 'number', minimum: 0, maximum: 1 },
    attempt: { type: 'integer', description: 'How often a worker has taken the job' },
    askers: {
      type: 'integer',
      description: 'How many requests ask for the job: equal ones join it while it is under way',
    },
    retryOf: { type: 'string', description: 'The job that this one runs once more' },
    created: time,
    started: time,
    finished: time,
    expires: { ...time, description: 'When the job and its result are forgotten' },
    error: {
      type: 'object',
      required: ['code', 'detail'],
      properties: { code: { type: 'string' }, detail: { type: 'string' } },
    },
    links: {
      type: 'object',
      properties: { self: address, events: address, result: address },
    },
  },
} as const

export const jobListSchema = {
  type: 'object',
  required: ['jobs', 'next'],
  properties: { jobs: { type: 'array', items: jobSchema }, next: { type: ['string', 'null'] } },
} as const

export const kindSchema = {
  type: 'object',
  required: ['name', 'title', 'description', 'params', 'example'],
  properties: {
    name: { type: 'string' },
    title: { type: 'string' },
    description: { type: 'string' },
    params: { type: 'object', description: 'JSON Schema of the parameters' },
    example: { type: 'object', description: 'A body for POST /jobs' },
  },
} as const

export const kindListSchema = {
  type: 'object',
  required: ['kinds'],
  properties: { kinds: { type: 'array', items: kindSchema } },
} as const
