import { plot } from '../../shared/analysis/plot.ts'
import { type JsonSchema, type Request, summarizeErrors } from '../../shared/http/http.ts'
import { rangeQuery } from '../../shared/http/range.ts'
import { type InputError, Problem } from '../../shared/problems.ts'
import { nameFault } from '../../shared/series/name.ts'
import { validate } from '../../shared/validate.ts'

/** Most series of one chart. */
const maxSeries = 100

/** Longest that a chart is waited for, and how long unless said otherwise. */
const maxWaitS = 60
const defaultWaitS = 30

type Properties = Record<string, JsonSchema>

const params = plot.params as unknown as { properties: Properties }

/** Whether a query can say it in one word; else it is given as JSON. */
const isPlain = (schema: JsonSchema) =>
  'enum' in schema || ['string', 'integer', 'number', 'boolean'].includes(String(schema.type))

/** The members of an object as parameters of a query. */
export function asQuery(properties: Properties): Properties {
  const parameters = Object.entries(properties).map(([name, schema]) => {
    return [name, isPlain(schema) ? schema : { type: 'string', description: `${schema.description}; as JSON` }]
  })
  return Object.fromEntries(parameters)
}

/** The object that such parameters say, validated, its defaults filled in. Throws Problem with the place of each fault. */
export function fromQuery(schema: { properties: Properties }, query: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(schema.properties).filter(([name]) => query[name] !== undefined)
  const value = Object.fromEntries(
    given.map(([name, member]) => [name, isPlain(member) ? query[name] : read(query[name])]),
  )
  refuse(
    validate(schema, value).map(({ pointer = '', detail }) => {
      const [parameter = '', ...within] = pointer.slice(1).split('/')
      return { parameter, detail: within.length > 0 ? `/${within.join('/')}: ${detail}` : detail }
    }),
  )
  return value
}

/** A value that is given as JSON; a word that is none stands for itself. */
function read(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return text
  }
}

/** What the address of a chart takes: the parameters of a plot, and which points. */
export const plotQuery: Record<string, JsonSchema> = {
  series: {
    type: 'array',
    items: { type: 'string' },
    description: 'A further series of the same chart; the parameter once for each, the name as it is',
  },
  from: rangeQuery.from,
  to: rangeQuery.to,
  wait: {
    type: 'integer',
    minimum: 0,
    default: defaultWaitS,
    description: `Seconds to wait for a chart that is not drawn yet, at most ${maxWaitS}; then 503`,
  },
  ...asQuery(params.properties),
}

export const waitMs = ({ query }: Request): number => Math.min(Number(query.wait), maxWaitS) * 1000

/** The names of the series in the path and the query, each once. Throws Problem. */
export function plotSeries({ params, query }: Request): string[] {
  const first = params.series!
  const fault = nameFault(first)
  if (fault !== undefined) throw new Problem('invalid-path', `${fault[0]!.toUpperCase()}${fault.slice(1)}.`)
  const names = [...new Set([first, ...((query.series as string[] | undefined) ?? [])])]
  const faults = names.flatMap((name) => {
    const detail = nameFault(name)
    return detail === undefined ? [] : [{ parameter: 'series', detail }]
  })
  if (names.length > maxSeries) faults.push({ parameter: 'series', detail: `a chart has ${maxSeries} series at most` })
  refuse(faults)
  return names
}

/** The parameters of the plot. Throws Problem. */
export const plotParams = ({ query }: Request): Record<string, unknown> => fromQuery(params, query)

function refuse(errors: InputError[]): void {
  if (errors.length > 0) throw new Problem('invalid-query', summarizeErrors('The query', errors), { errors })
}
