/** What POST /links takes. */
export const linkRequestSchema = {
  type: 'object',
  required: ['path', 'expires'],
  additionalProperties: false,
  properties: {
    path: {
      type: 'string',
      minLength: 1,
      maxLength: 8000,
      description:
        'Path and query that a GET may read, or an absolute link of ours; relative times in it stay relative',
    },
    expires: {
      oneOf: [{ type: 'string' }, { type: 'number' }],
      description: 'Until when it holds: a time, or how long from now, such as `7d`; floored to the second',
    },
  },
} as const

export const linkSchema = {
  type: 'object',
  required: ['url', 'expires'],
  properties: {
    url: { type: 'string', format: 'uri', description: 'The signed address' },
    expires: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When it ends to hold; null where no key is asked for, and the address needs no signature',
    },
  },
} as const
