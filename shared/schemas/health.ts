/** What clients of InfluxDB read of a server that is well. */
export const healthSchema = {
  type: 'object',
  required: ['name', 'status'],
  properties: {
    name: { type: 'string' },
    message: { type: 'string' },
    status: { enum: ['pass'] },
    checks: { type: 'array', items: { type: 'object' } },
    version: { type: 'string' },
  },
} as const
