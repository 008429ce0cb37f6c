import type { AnswerSpec, Formats, Route } from './http.ts'
import type { Metrics } from './metrics.ts'

const text: AnswerSpec = { description: 'Plain text', schema: { type: 'string' } }
const plain: Formats = { txt: 'text/plain' }
const object: AnswerSpec = { description: 'JSON', schema: { type: 'object' } }

export interface Common {
  name: string
  version: string
  metrics: Metrics
  /** Resolves when the function can serve; rejects when Redis does not answer. */
  ready(): Promise<void>
  /** The OpenAPI document of what is served here. */
  document(): object
}

/** The routes that every function has: health, metrics, and what it is. */
export const commonRoutes: Route<Common>[] = [
  {
    method: 'GET',
    path: '/',
    scope: 'open',
    summary: 'What this is, and where its parts are',
    answers: { 200: object },
    handle: async (_request, { name, version }) => ({
      body: {
        name,
        version,
        links: { openapi: '/openapi.json', health: '/healthz', ready: '/readyz', metrics: '/metrics' },
      },
    }),
  },
  {
    method: 'GET',
    path: '/healthz',
    scope: 'open',
    summary: 'Whether the process is alive',
    direct: true,
    formats: plain,
    answers: { 200: text },
    handle: async () => ({ body: 'ok\n' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    scope: 'open',
    summary: 'Whether Redis answers',
    direct: true,
    formats: plain,
    answers: { 200: text },
    async handle(_request, { ready }) {
      await ready()
      return { body: 'ok\n' }
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    scope: 'read',
    summary: 'Counters and durations for Prometheus',
    formats: plain,
    answers: { 200: text },
    handle: async (_request, { metrics }) => ({ body: await metrics.text() }),
  },
  {
    method: 'GET',
    path: '/openapi.json',
    scope: 'open',
    summary: 'This document',
    answers: { 200: object },
    handle: async (_request, { document }) => ({ body: document() }),
  },
]
