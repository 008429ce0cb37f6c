import { pointsSchema } from './points.ts'

const time = {
  oneOf: [{ type: 'string', format: 'date-time' }, { type: 'integer' }],
  description: 'The start of the bucket; RFC 3339, or Unix milliseconds where asked for',
} as const

const figure = {
  type: ['number', 'null'],
  description: 'A figure of the bucket, under the name of the aggregate',
} as const

const rows = {
  points: {
    type: 'array',
    items: { type: 'object', required: ['timestamp'], properties: { timestamp: time }, additionalProperties: figure },
  },
} as const

const next = { type: ['string', 'null'], description: 'Cursor of the next page' } as const
const column = { type: 'array', items: figure } as const
const times = { type: 'array', items: time } as const

/** Points, or buckets, which have a member for each aggregate. */
export const derivedSchema = {
  anyOf: [
    ...pointsSchema.oneOf,
    { type: 'object', required: ['series', 'points'], properties: { series: { type: 'string' }, ...rows, next } },
    {
      type: 'object',
      required: ['series', 'timestamps'],
      properties: { series: { type: 'string' }, timestamps: times, next },
      additionalProperties: column,
    },
  ],
} as const

const who = {
  series: { type: 'string', description: 'Name of the series' },
  labels: {
    type: 'object',
    description: 'Labels of the group',
    additionalProperties: { type: 'string' },
  },
} as const

/** Points or buckets of several series, or of groups of them. */
export const manySchema = {
  type: 'object',
  required: ['series', 'next'],
  properties: {
    series: {
      type: 'array',
      items: {
        anyOf: [
          { type: 'object', required: ['points'], properties: { ...who, ...rows } },
          {
            type: 'object',
            required: ['timestamps'],
            properties: { ...who, timestamps: times },
            additionalProperties: column,
          },
        ],
      },
    },
    next,
  },
} as const
