const nullable = (maxLength: number, description: string) =>
  ({ type: ['string', 'null'], maxLength, description }) as const

/** What the name of a label is made of. */
export const labelNameSchema = {
  type: 'string',
  pattern: '^[^\\s"=!,~{}\\u0000-\\u001f]{1,128}$',
  rule: 'must have 1 to 128 characters, and no white space, control character or any of " = ! , ~ { }',
} as const

/** What a user says about a series. */
export const metadataSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'Metadata of a series. A member that is missing stays as it is; null removes it.',
  properties: {
    labels: {
      type: ['object', 'null'],
      maxProperties: 64,
      propertyNames: labelNameSchema,
      additionalProperties: {
        type: 'string',
        minLength: 1,
        maxLength: 512,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        rule: 'must have no control characters',
      },
      description: 'Labels, by which lists match. Given labels replace all earlier ones.',
    },
    unit: nullable(64, "Unit of the values, such as '°C': drawn on the axis"),
    description: nullable(1024, 'What the series measures: the title of its chart'),
    source: nullable(1024, 'Where the data come from'),
    licence: nullable(256, 'The licence of the data'),
    retention: nullable(
      64,
      'How long a point is kept after its time, such as `30d`, `36h` or `P30D`. Older points are dropped. Without it points are kept for ever.',
    ),
  },
} as const

const time = {
  oneOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }],
  description: 'RFC 3339, or Unix milliseconds where asked for',
} as const

export const seriesSchema = {
  type: 'object',
  required: ['name', 'labels', 'count', 'revision'],
  properties: {
    name: { type: 'string' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    unit: { type: 'string' },
    description: { type: 'string' },
    source: { type: 'string' },
    licence: { type: 'string' },
    retention: { type: 'string', description: 'How long a point is kept after its time, such as `30d`' },
    count: { type: 'integer', description: 'Number of points' },
    first: time,
    last: time,
    min: { type: 'number' },
    max: { type: 'number' },
    bytes: { type: 'integer', description: 'Memory that the series takes in Redis' },
    revision: { type: 'string', description: '`generation.counter`: rises with every change' },
  },
} as const

export const seriesListSchema = {
  type: 'object',
  required: ['series', 'next'],
  properties: {
    series: { type: 'array', items: seriesSchema },
    next: { type: ['string', 'null'], description: 'Cursor of the next page' },
  },
} as const
