const timestamp = {
  oneOf: [{ type: 'string' }, { type: 'number' }],
  description: 'RFC 3339, a date, a local date-time with `tz`, or an epoch number',
} as const

export const pointSchema = {
  type: 'object',
  required: ['timestamp', 'value'],
  additionalProperties: false,
  properties: { timestamp, value: { type: 'number' } },
} as const

export const columnsSchema = {
  type: 'object',
  required: ['timestamps', 'values'],
  additionalProperties: false,
  properties: { timestamps: { type: 'array', items: timestamp }, values: { type: 'array', items: { type: 'number' } } },
} as const

/** A body of points; it is read by shared/series/parse.ts, which names every bad point. */
export const pointsBodySchema = { oneOf: [{ type: 'array', items: pointSchema }, pointSchema, columnsSchema] } as const

export const valueSchema = {
  type: 'object',
  required: ['value'],
  additionalProperties: false,
  properties: { value: { type: 'number', description: 'The value of the point' } },
} as const

const next = { type: ['string', 'null'], description: 'Cursor of the next page' } as const

export const pointsSchema = {
  oneOf: [
    {
      type: 'object',
      required: ['series', 'points'],
      properties: { series: { type: 'string' }, points: { type: 'array', items: pointSchema }, next },
    },
    {
      type: 'object',
      required: ['series', 'timestamps', 'values'],
      properties: { series: { type: 'string' }, ...columnsSchema.properties, next },
    },
  ],
} as const

const notes = {
  type: 'array',
  description:
    'Local times that a clock change made ambiguous (the first was taken) or skipped (moved forward): the first 100, and how many more. Missing when there were none.',
  items: {
    type: 'object',
    required: ['detail'],
    properties: {
      pointer: { type: 'string' },
      line: { type: 'integer' },
      parameter: { type: 'string' },
      detail: { type: 'string' },
    },
  },
} as const

const written = {
  inserted: { type: 'integer' },
  updated: { type: 'integer' },
  unchanged: { type: 'integer' },
  expired: {
    type: 'integer',
    description: 'Points that were older than the retention allows, and not kept. Missing when there were none.',
  },
  revision: { type: 'string' },
  notes,
} as const

export const writtenSchema = {
  type: 'object',
  required: ['inserted', 'updated', 'unchanged', 'revision'],
  properties: written,
} as const

export const replacedSchema = {
  type: 'object',
  required: ['inserted', 'updated', 'unchanged', 'deleted', 'revision'],
  properties: {
    ...written,
    deleted: { type: 'integer', description: 'Points of the range that the body does not have' },
  },
} as const

export const deletedSchema = {
  type: 'object',
  required: ['deleted', 'revision'],
  properties: { deleted: { type: 'integer' }, revision: { type: 'string' }, notes },
} as const
