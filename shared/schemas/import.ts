const time = { type: 'string', description: 'RFC 3339, or Unix milliseconds where asked for' } as const

const reject = {
  type: 'object',
  required: ['text', 'detail'],
  properties: {
    line: { type: 'integer', description: 'Line of the file, from 1; of a record of several lines the last' },
    pointer: { type: 'string', description: 'In JSON: where the record is' },
    column: { type: 'string' },
    text: { type: 'string', description: 'What stands there' },
    detail: { type: 'string', description: 'What would be right' },
  },
} as const

const mapping = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'How the data set was read, as parameters that say so: sent back, they give the same',
} as const

/** What an import, or its dry run, answers. */
export const importedSchema = {
  type: 'object',
  required: ['mapping', 'query', 'rows', 'points', 'series', 'names', 'missing', 'rejected', 'rejects', 'notes'],
  properties: {
    mapping: { oneOf: [mapping, { type: 'null', description: 'It is open: see `asks`' }] },
    query: { type: 'string', description: '`mapping` as a query string' },
    asks: {
      type: 'array',
      description: 'Of a dry run: what must be said before the data set can be read',
      items: {
        type: 'object',
        required: ['parameter', 'detail'],
        properties: { parameter: { type: 'string' }, detail: { type: 'string' } },
      },
    },
    columns: { type: 'array', items: { type: 'string' }, description: 'Of a dry run: the columns of the data set' },
    preview: {
      type: 'array',
      description: 'Of a dry run: the first rows as they would be read',
      items: {
        type: 'object',
        required: ['points'],
        properties: {
          line: { type: 'integer' },
          pointer: { type: 'string' },
          points: {
            type: 'array',
            items: {
              type: 'object',
              required: ['series', 'timestamp', 'value'],
              properties: { series: { type: 'string' }, timestamp: time, value: { type: 'number' } },
            },
          },
        },
      },
    },
    rows: { type: 'integer', description: 'Rows that were read' },
    points: { type: 'integer', description: 'Points in them' },
    series: { type: 'integer', description: 'Series that they belong to' },
    names: { type: 'array', items: { type: 'string' }, description: 'Names of the series, the first 100' },
    inserted: { type: 'integer', description: 'Points that are new' },
    updated: { type: 'integer', description: 'Points that were there with another value' },
    unchanged: { type: 'integer', description: 'Points that were there' },
    repeated: { type: 'integer', description: 'Points whose time another of the same series has; the last counts' },
    expired: {
      type: 'integer',
      description:
        'Points that were older than the retention of their series allows, and not kept. Missing when there were none.',
    },
    missing: { type: 'integer', description: 'Values that the rows do not have' },
    rejected: { type: 'integer', description: 'Rows that could not be read' },
    rejects: { type: 'array', items: reject, description: 'The first 100 of them' },
    notes: { type: 'array', items: { type: 'string' }, description: 'What to know of what was inferred' },
  },
} as const
