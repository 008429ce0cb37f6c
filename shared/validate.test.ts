import t from 'tap'
import { metadataSchema } from './schemas/series.ts'
import { escapePointer, nearest, unknownName, validate } from './validate.ts'

const schema = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', minLength: 1 },
    count: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
    fast: { type: 'boolean' },
    tz: { type: 'string', format: 'time-zone' },
    mark: { enum: ['line', 'bar'] },
    nested: { type: 'object', additionalProperties: false, properties: { width: { type: 'number' } } },
    'a/b~c': { type: 'array', items: { type: 'number' } },
  },
}

t.test('what is right has no faults, and its defaults', async (t) => {
  const value = { kind: 'plot' }
  t.same(validate(schema, value), [])
  t.same(value, { kind: 'plot', count: 5 })
})

t.test('every fault is named with its pointer', async (t) => {
  const value = {
    count: 10,
    fast: 'true',
    tz: 'Mars/Olympus',
    mark: 'dot',
    nested: { widht: 1 },
    'a/b~c': [1, '2'],
    cuont: 1,
  }
  t.same(validate(schema, value), [
    { pointer: '', detail: "'kind' is missing" },
    { pointer: '/cuont', detail: "'cuont' is not known here; did you mean 'count'?" },
    { pointer: '/count', detail: 'must be <= 9' },
    { pointer: '/fast', detail: 'must be boolean' },
    { pointer: '/tz', detail: "'Mars/Olympus' is not an IANA time zone, such as 'Europe/Berlin' or 'UTC'" },
    { pointer: '/mark', detail: 'must be one of "line", "bar"' },
    { pointer: '/nested/widht', detail: "'widht' is not known here; did you mean 'width'?" },
    { pointer: '/a~1b~0c/1', detail: 'must be number' },
  ])
})

t.test('a number that no double holds is called what it became', async (t) => {
  const value = JSON.parse('{"kind":"plot","nested":{"width":-1e400}}')
  t.same(validate(schema, value), [{ pointer: '/nested/width', detail: '-Infinity is not a finite number' }])
})

t.test('texts become numbers and booleans only where that is asked for', async (t) => {
  const value = { kind: 'plot', count: '7', fast: 'false' }
  t.match(validate(schema, { ...value }), [{ pointer: '/count' }, { pointer: '/fast' }])
  t.same(validate(schema, value, { coerce: true }), [])
  t.same(value, { kind: 'plot', count: 7, fast: false })
  for (const count of ['', ' ', '7.5', 'seven', '0', '10'])
    t.match(validate(schema, { kind: 'plot', count }, { coerce: true }), [{ pointer: '/count' }], `'${count}'`)
})

t.test('a fault in a branch is told by the branch, not by the branching', async (t) => {
  const either = {
    type: 'object',
    properties: {
      series: { if: { type: 'array' }, [`${'th'}en`]: { type: 'array', minItems: 1 }, else: { type: 'string' } },
    },
  }
  t.same(validate(either, { series: 5 }), [{ pointer: '/series', detail: 'must be string' }])
  t.same(validate(either, { series: [] }), [{ pointer: '/series', detail: 'must NOT have fewer than 1 items' }])
})

t.test('labels: a wrong name is named, and so is a wrong value', async (t) => {
  t.same(validate(metadataSchema, { labels: { city: 'Köln', größe: '1' }, unit: null }), [])
  const [fault, ...others] = validate(metadataSchema, { labels: { 'a b': 'x' } })
  t.match(fault, {
    pointer: '/labels/a b',
    detail: /^the name 'a b' must have 1 to 128 characters, and no white space/,
  })
  t.same(others, [])
  t.match(validate(metadataSchema, { labels: { city: 5 } }), [{ pointer: '/labels/city', detail: 'must be string' }])
  t.same(validate(metadataSchema, { labels: { city: 'a\nb' } }), [
    { pointer: '/labels/city', detail: 'must have no control characters' },
  ])
  t.match(validate(metadataSchema, JSON.parse('{"__proto__":1}')), [{ pointer: '/__proto__' }])
})

t.test('the nearest name is offered where one is near', async (t) => {
  t.equal(nearest('form', ['from', 'to']), 'from')
  t.equal(nearest('timestmap', ['timestamp', 'value']), 'timestamp')
  t.equal(nearest('colour', ['from', 'to']), undefined)
  t.equal(nearest('x', []), undefined)
  t.equal(unknownName('colour', ['from', 'to']), "'colour' is not known here; known are 'from', 'to'")
  t.equal(unknownName('colour', []), "'colour' is not known here; nothing is")
})

t.test('a name in a pointer is escaped', async (t) => {
  t.equal(escapePointer('a/b~c~1'), 'a~1b~0c~01')
})

t.test('a pattern without a rule is not shown either', async (t) => {
  t.same(validate({ type: 'string', pattern: '^a$' }, 'b'), [{ pointer: '', detail: 'has a wrong form' }])
  const names = { type: 'object', propertyNames: { type: 'string', pattern: '^a$' } }
  t.same(validate(names, { b: 1 }), [{ pointer: '/b', detail: "the name 'b' has a wrong form" }])
})
