import { problemTable } from '../problems.ts'
import type { AnswerSpec, JsonSchema, Route } from './http.ts'

export interface Described {
  name: string
  routes: Route<never>[]
}

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { enum: Object.keys(problemTable).map((code) => `urn:kymograph:problem:${code}`) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    errors: {
      type: 'array',
      description: 'The faults of the input, each with its place',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body' },
          line: { type: 'integer', description: 'Line of the body, from 1' },
          column: { type: 'string', description: 'Column of the data set' },
          text: { type: 'string', description: 'What stands there' },
          parameter: { type: 'string', description: 'Parameter of the query or the path' },
          detail: { type: 'string' },
        },
      },
    },
  },
}

/** Prints the OpenAPI 3.1 document of functions from their route tables: the schemas are those that validate. */
export function openApi(functions: Described[], version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const { name, routes } of functions) {
    for (const route of routes) {
      // The routes that all functions have stand once.
      paths[route.path] = { [route.method.toLowerCase()]: operation(name, route), ...paths[route.path] }
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kymograph',
      version,
      description: 'Time series kept, queried, drawn and analysed over HTTP.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: functions.map(({ name }) => ({ name })),
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'Asked for where keys are configured' },
        link: {
          type: 'apiKey',
          in: 'query',
          name: 'signature',
          description:
            'An address that `POST /links` has signed, for what can send no header; `expires` stands before it',
        },
      },
    },
  }
}

function operation(name: string, route: Route<never>): object {
  return {
    tags: [name],
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body ? { requestBody: requestBody(route.body) } : {}),
    responses: {
      ...responses(route),
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    security: security(route),
    'x-scope': route.scope,
    ...(route.formatScope ? { 'x-format-scope': route.formatScope } : {}),
  }
}

function security({ method, scope }: Route<never>): object[] {
  if (scope === 'open') return []
  return method === 'GET' && scope === 'read' ? [{ key: [] }, { link: [] }] : [{ key: [] }]
}

/** `GET /series/{series}/points` → `getSeriesPoints`; a placeholder at the end is said with `By`. */
function operationId({ method, path }: Route<never>): string {
  const words = path.split(/[/.]/).filter(Boolean)
  const named = words.map((word, i) => {
    if (!word.startsWith('{')) return word[0]!.toUpperCase() + word.slice(1)
    return i === words.length - 1 ? `By${word[1]!.toUpperCase()}${word.slice(2, -1)}` : ''
  })
  return method.toLowerCase() + (named.join('') || 'Root')
}

function pathParameters({ path }: Route<never>): object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    description: 'Percent-encoded',
    schema: { type: 'string' },
  }))
}

function queryParameters({ query, formats }: Route<never>): object[] {
  const format = formats
    ? { format: { enum: Object.keys(formats), description: 'Representation; goes before `Accept`' } }
    : {}
  return Object.entries({ ...query, ...format } as Record<string, JsonSchema>).map(([name, schema]) => {
    const { description, example, ...rest } = schema
    return { name, in: 'query', ...(description ? { description } : {}), ...(example ? { example } : {}), schema: rest }
  })
}

const conditions = {
  'If-Match': 'Only if the series has one of these revisions; `*`: only if what is changed is there',
  'If-None-Match': 'Only if the series has none of these revisions; `*`: only if what is changed is not there',
}

function headerParameters({ method, scope, conditional }: Route<never>): object[] {
  const header = (name: string, description: string, schema: object) => ({ name, in: 'header', description, schema })
  const found = Object.entries(conditional ? conditions : {}).map(([name, says]) =>
    header(name, says, { type: 'string' }),
  )
  if (method !== 'POST' || scope === 'internal') return found
  const description = "Of the client's making, another for each request: a request that is sent again is done once"
  return [...found, header('Idempotency-Key', description, { type: 'string', maxLength: 255 })]
}

function requestBody({ types, optional }: NonNullable<Route<never>['body']>): object {
  const content = Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }]))
  return { required: !optional, content }
}

function responses({ answers, formats }: Route<never>): Record<string, object> {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer, formats)]))
}

function response({ description, schema }: AnswerSpec, formats: Route<never>['formats']): object {
  if (!schema) return { description }
  const types = formats ? Object.values(formats) : [schema.type === 'string' ? 'text/plain' : 'application/json']
  const content = types.map((type) => [type, { schema: type === 'application/json' ? schema : { type: 'string' } }])
  return { description, content: Object.fromEntries(content) }
}
