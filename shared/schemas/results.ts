const address = { type: 'string', format: 'uri' } as const

export const resultSchema = {
  type: 'object',
  required: ['id', 'kind', 'data', 'chart', 'alt', 'artifacts', 'provenance', 'expires'],
  properties: {
    id: { type: 'string', description: "The job's id" },
    kind: { type: 'string' },
    data: { description: 'The numbers; their form is that of the kind' },
    chart: { type: 'object', description: 'The Vega-Lite specification that was drawn' },
    alt: { type: 'string', description: 'What the chart shows, in words' },
    artifacts: {
      type: 'object',
      additionalProperties: { type: 'string', format: 'uri' },
      description: 'Addresses of the drawn forms',
    },
    provenance: {
      type: 'object',
      description:
        'Kind, parameters, the revision, the range and the metadata of each series that was read, versions and timings',
    },
    expires: { type: ['string', 'null'], format: 'date-time' },
  },
} as const

export const resultListSchema = {
  type: 'object',
  required: ['results', 'next'],
  properties: {
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'kind', 'series', 'from', 'to', 'params', 'alt', 'finished', 'expires', 'artifacts', 'links'],
        properties: {
          id: { type: 'string', description: "The job's id" },
          kind: { type: 'string' },
          series: { type: 'array', items: { type: 'string' } },
          from: { type: ['string', 'null'], format: 'date-time' },
          to: { type: ['string', 'null'], format: 'date-time' },
          params: { type: 'object' },
          alt: { type: 'string', description: 'What the chart shows, in words' },
          finished: { type: 'string', format: 'date-time' },
          expires: { type: 'string', format: 'date-time' },
          artifacts: { type: 'object', additionalProperties: address, description: 'Addresses of the drawn forms' },
          links: { type: 'object', properties: { self: address, job: address } },
        },
      },
    },
    next: { type: ['string', 'null'] },
  },
} as const
