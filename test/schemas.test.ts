import { readdirSync } from 'node:fs'
import t from 'tap'
import { loadAll } from '../functions/local.ts'
import { catalogue } from '../shared/analysis/catalogue.ts'
import { schemaFault, validate } from '../shared/validate.ts'

/** What each place calls its schema. */
async function allSchemas(): Promise<[string, object][]> {
  const found: [string, object][] = []
  const folder = new URL('../shared/schemas/', import.meta.url)
  for (const file of readdirSync(folder).filter((name) => !name.endsWith('.test.ts'))) {
    const exported: Record<string, unknown> = await import(new URL(file, folder).href)
    for (const [name, schema] of Object.entries(exported))
      if (typeof schema === 'object' && schema !== null) found.push([`${file}: ${name}`, schema])
  }
  for (const { name, params } of catalogue) found.push([`the kind ${name}`, params])
  for (const { routes } of await loadAll())
    for (const { method, path, query = {}, body, answers } of routes) {
      const route = `${method} ${path}`
      for (const [name, schema] of Object.entries(query)) found.push([`${route}?${name}`, schema as object])
      for (const [type, schema] of Object.entries(body?.types ?? {})) found.push([`${route} ${type}`, schema as object])
      for (const [status, { schema }] of Object.entries(answers)) if (schema) found.push([`${route} ${status}`, schema])
    }
  return found
}

t.test('every schema is a JSON Schema', async (t) => {
  t.match(schemaFault({ type: 'nothing' }), /type/, 'one that is none is found')
  for (const [where, schema] of await allSchemas()) t.equal(schemaFault(schema), undefined, where)
})

t.test('what checks input finds nothing odd in its schemas', async (t) => {
  t.throws(() => validate({ minimum: 1 }, 1), /strict mode/, 'a schema that leaves its type out')
  for (const { name, params } of catalogue) t.doesNotThrow(() => validate(params, {}), name)
  for (const { routes } of await loadAll())
    for (const { method, path, query = {}, body } of routes) {
      t.doesNotThrow(() => validate({ type: 'object', properties: query }, {}), `${method} ${path}?`)
      const schema = body?.types['application/json']
      if (schema) t.doesNotThrow(() => validate(schema, {}), `${method} ${path}`)
    }
})

/** Everything in a schema that has a pattern. */
function patternsIn(schema: unknown): { pattern: string; rule?: string }[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'pattern' in schema && typeof schema.pattern === 'string' ? [schema as { pattern: string }] : []
  return [...own, ...Object.values(schema).flatMap(patternsIn)]
}

t.test('every pattern has a rule in words, which is all that is told of it', async (t) => {
  const all = (await allSchemas()).flatMap(([where, schema]) =>
    patternsIn(schema).map((found) => ({ where, ...found })),
  )
  t.ok(all.length > 3, `${all.length} patterns`)
  for (const { where, pattern, rule } of all) {
    t.match(rule, /^must \w+ /, `${where}: ${pattern}`)
    const wrong = ['', ' ', '\u0000'].find((text) => !new RegExp(pattern, 'u').test(text))
    t.not(wrong, undefined, `a text that ${pattern} refuses`)
    t.same(validate({ type: 'string', pattern, rule }, wrong), [{ pointer: '', detail: rule }])
  }
})

t.test('no route has a parameter that a signature adds to an address', async (t) => {
  const taken = new Set(['expires', 'signature'])
  for (const { routes } of await loadAll())
    for (const { method, path, query = {} } of routes)
      t.same(
        Object.keys(query).filter((name) => taken.has(name)),
        [],
        `${method} ${path}`,
      )
})
