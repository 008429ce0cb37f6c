import t from 'tap'
import { call, startLocal } from '../../test/local.ts'
import { problemTable } from '../problems.ts'
import { schemaFault, validate } from '../validate.ts'

type Json = Record<string, unknown>
interface Operation {
  operationId: string
  tags: string[]
  summary: string
  parameters: { name: string; in: string; required?: boolean; schema: Json }[]
  requestBody?: { content: Record<string, { schema: Json }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: Json }> }>
  security: Json[]
}

const local = await startLocal()
t.teardown(() => local.stop())
const { body: document } = await call(local.url, 'GET', '/openapi.json')

const paths = document.paths as Record<string, Record<string, Operation>>
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation, label: `${method} ${path}` })),
)

/** Every object in the document with its place. */
function* objects(value: unknown, place = '#'): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [place, value as Json]
  for (const [name, member] of Object.entries(value)) yield* objects(member, `${place}/${name}`)
}

t.test('the document is OpenAPI 3.1 of the whole program', async (t) => {
  t.match(document, {
    openapi: /^3\.1\.\d$/,
    info: { title: 'Kymograph', version: /^\d+\.\d+\.\d+/, license: { name: 'MIT' } },
  })
  for (const path of ['/', '/healthz', '/series', '/series/{series}/points', '/jobs', '/kinds', '/results/{id}'])
    t.ok(path in paths, path)
  const tags = (document.tags as { name: string }[]).map(({ name }) => name)
  t.equal(new Set(tags).size, tags.length)
  for (const { operation, label } of operations)
    for (const tag of operation.tags) t.ok(tags.includes(tag), `${label}: ${tag}`)
})

t.test('an operation has a name of its own, a summary and an answer', async (t) => {
  const ids = operations.map(({ operation }) => operation.operationId)
  t.same(
    ids.filter((id, i) => ids.indexOf(id) !== i),
    [],
  )
  for (const { method, operation, label } of operations) {
    t.match(method, /^(get|put|post|delete)$/, label)
    t.match(operation.operationId, /^[a-z][A-Za-z0-9]+$/, label)
    t.match(operation.summary, /^[A-Z]/, label)
    t.ok(
      Object.keys(operation.responses).some((status) => /^2\d\d$/.test(status)),
      label,
    )
    for (const [status, { description }] of Object.entries(operation.responses)) {
      t.match(status, /^([1-5]\d\d|default)$/, label)
      t.match(description, /./, label)
    }
  }
})

t.test('parameters: each of the path is there and needed, none twice', async (t) => {
  for (const { path, operation, label } of operations) {
    const names = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
    t.equal(new Set(names).size, names.length, label)
    const placed = operation.parameters.filter((parameter) => parameter.in === 'path')
    t.same(placed.map(({ name }) => `{${name}}`).sort(), (path.match(/\{\w+\}/g) ?? []).sort(), label)
    t.ok(
      placed.every(({ required }) => required === true),
      label,
    )
  }
  const shapes = Object.keys(paths).map((path) => path.replace(/\{\w+\}/g, '{}'))
  t.equal(new Set(shapes).size, shapes.length, 'no two paths differ in the names of their parameters alone')
})

t.test('every schema is JSON Schema 2020-12, and every reference leads somewhere', async (t) => {
  const schemas = operations.flatMap(({ operation, label }) => [
    ...operation.parameters.map(({ name, schema }) => [`${label} ${name}`, schema] as const),
    ...Object.entries(operation.requestBody?.content ?? {}).map(
      ([type, { schema }]) => [`${label} ${type}`, schema] as const,
    ),
    ...Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
      Object.entries(content).map(([type, { schema }]) => [`${label} ${status} ${type}`, schema] as const),
    ),
  ])
  t.ok(schemas.length > 50)
  const faulty = [...schemas, ...Object.entries<Json>(document.components.schemas)].flatMap(([label, schema]) => {
    const fault = schemaFault(schema)
    return fault === undefined ? [] : [`${label}: ${fault}`]
  })
  t.same(faulty, [])
  for (const [place, { $ref }] of objects(document)) {
    if (typeof $ref !== 'string') continue
    const target = $ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, name) => (at as Json | undefined)?.[name], document)
    t.ok($ref.startsWith('#/') && target !== undefined, `${place}: ${$ref}`)
  }
  t.match(schemaFault({ type: 'text' }), /type/, 'a wrong one is found')
})

t.test('a problem document, its codes and the scopes are described', async (t) => {
  const { Problem } = document.components.schemas
  t.same(
    Problem.properties.type.enum,
    Object.keys(problemTable).map((code) => `urn:kymograph:problem:${code}`),
  )
  const unknown = await call(local.url, 'GET', '/nothing')
  t.same(validate(Problem, unknown.body), [])
  for (const { operation, label } of operations) {
    const { schema } = operation.responses.default?.content?.['application/problem+json'] ?? {}
    t.same(schema, { $ref: '#/components/schemas/Problem' }, label)
    const { 'x-scope': scope } = operation as unknown as { 'x-scope': string }
    t.match(scope, /^(open|read|write|admin)$/, label)
    const isSigned = scope === 'read' && /^get /i.test(label)
    t.same(operation.security, scope === 'open' ? [] : [{ key: [] }, ...(isSigned ? [{ link: [] }] : [])], label)
  }
  t.match(document.components.securitySchemes.key, { type: 'http', scheme: 'bearer' })
})
