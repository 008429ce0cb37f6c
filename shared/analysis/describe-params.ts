import type { FromSchema, JSONSchema } from 'json-schema-to-ts'

/** What a description takes. */
export const describeParams = {
  type: 'object',
  additionalProperties: false,
  properties: {
    quantiles: {
      type: 'array',
      items: { type: 'number', minimum: 0, maximum: 100 },
      maxItems: 20,
      uniqueItems: true,
      default: [1, 5, 25, 75, 95, 99],
      description: 'percentages of the quantiles to tell beside the median',
    },
    per: {
      enum: ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'],
      description:
        'the time that trends count by; the longest that the series last, weeks and months apart, unless given',
    },
    bins: {
      type: 'integer',
      minimum: 1,
      maximum: 200,
      description:
        'about how many bars a histogram has, their edges being round; as many as the values ask for unless given',
    },
    width: {
      type: 'integer',
      minimum: 400,
      maximum: 4000,
      default: 800,
      description: 'of the whole picture, in pixels',
    },
    height: {
      type: 'integer',
      minimum: 440,
      maximum: 4000,
      description: 'of the whole picture, in pixels; 560, and of several series what they take, unless given',
    },
    title: { type: 'string', maxLength: 200, description: "instead of the series' description or name" },
    subtitle: { type: 'string', maxLength: 200, description: 'a second, smaller line below the title' },
    theme: { enum: ['light', 'dark'], default: 'light', description: 'the colours of the picture' },
    tz: {
      type: 'string',
      format: 'time-zone',
      default: 'UTC',
      description:
        'IANA name of the time zone of the time axis and of steps of months and years, such as Europe/Berlin',
    },
  },
} as const satisfies JSONSchema

export type DescribeParams = FromSchema<typeof describeParams>
