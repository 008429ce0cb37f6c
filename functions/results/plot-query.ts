import { type PlotParams, plot } from '../../shared/analysis/plot.ts'
import { type JsonSchema, type Request, summarizeErrors } from '../../shared/http/http.ts'
import type { Notes } from '../../shared/http/notes.ts'
import { rangeQuery } from '../../shared/http/range.ts'
import { maxWaitS } from '../../shared/http/waiting.ts'
import { type InputError, Problem } from '../../shared/problems.ts'
import { nameFault } from '../../shared/series/name.ts'
import { validate } from '../../shared/validate.ts'

/** Most series of one chart. */
const maxSeries = 100

/** So long a chart is waited for unless said otherwise. */
export const defaultWaitS = 30

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
  refuse(validate(schema, value).map(byParameter))
  return value
}

/** The same fault by its parameter, and its place within. */
function byParameter({ pointer = '', detail }: InputError): InputError {
  const [parameter = '', ...within] = pointer.slice(1).split('/')
  return { parameter, detail: within.length > 0 ? `/${within.join('/')}: ${detail}` : detail }
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
    description: `Seconds to wait for a chart that is not drawn yet, ${defaultWaitS} unless given, at most ${maxWaitS}; then 503`,
  },
  ...asQuery(params.properties),
}

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

/**
 * The parameters of a plot of these series. Times in them that are relative count from the last full minute, or each moment
 * would be another question. Throws Problem.
 */
export function plotParams({ query }: Request, series: string[], notes: Notes): Record<string, unknown> {
  const value = fromQuery(params, query)
  const now = Math.floor(Date.now() / minuteMs) * minuteMs
  const faults = plot.resolve?.(value as unknown as PlotParams, { series, now, note: notes.add }) ?? []
  refuse(faults.map(({ pointer = '', detail }) => byParameter({ pointer: pointer.replace(/^\/params/, ''), detail })))
  return value
}

const minuteMs = 60_000

function refuse(errors: InputError[]): void {
  if (errors.length > 0) throw new Problem('invalid-query', summarizeErrors('The query', errors), { errors })
}
