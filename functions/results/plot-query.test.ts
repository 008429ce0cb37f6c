import t from 'tap'
import { Problem } from '../../shared/problems.ts'
import { asQuery, fromQuery } from './plot-query.ts'

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    mark: { enum: ['line', 'bar'], default: 'line', description: 'the mark' },
    width: { type: 'integer', default: 800, description: 'in pixels' },
    right: {
      if: { type: 'string' },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { enum: ['unit', 'none'] },
      else: { type: 'array' },
      description: 'which',
    },
    lines: { type: 'array', default: [], items: { type: 'object', required: ['value'] }, description: 'lines' },
  },
}

t.test('what one word says stays as it is, the rest is given as JSON', async (t) => {
  const { mark, width, right, lines } = asQuery(schema.properties)
  t.same([mark, width], [schema.properties.mark, schema.properties.width])
  t.same(right, { type: 'string', description: 'which; as JSON' })
  t.same(lines, { type: 'string', description: 'lines; as JSON' })
})

t.test('the parameters become the object, with its defaults', async (t) => {
  t.same(fromQuery(schema, {}), { mark: 'line', width: 800, lines: [] })
  t.same(fromQuery(schema, { from: 'now', width: 300, right: 'none' }), {
    mark: 'line',
    width: 300,
    right: 'none',
    lines: [],
  })
  t.same(fromQuery(schema, { right: '["a","b"]', lines: '[{"value":3}]' }), {
    mark: 'line',
    width: 800,
    right: ['a', 'b'],
    lines: [{ value: 3 }],
  })
})

t.test('a fault is named by its parameter, and its place within', async (t) => {
  const faults = (query: Record<string, unknown>) => {
    try {
      return fromQuery(schema, query)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return error.errors
    }
  }
  t.same(faults({ lines: '[{"value":3},{}]' }), [{ parameter: 'lines', detail: "/1: 'value' is missing" }])
  t.match(faults({ lines: '[{"value":3}' }), [{ parameter: 'lines', detail: 'must be array' }])
  t.match(faults({ right: 'up' }), [{ parameter: 'right', detail: 'must be one of "unit", "none"' }])
})
