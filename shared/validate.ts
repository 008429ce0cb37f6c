import { Ajv2020 as Ajv, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import leven, { closestMatch } from 'leven'
import type { InputError } from './problems.ts'
import { isTimeZone } from './time.ts'

type Schema = Record<string, unknown> | object

interface Checker {
  ajv: Ajv
  compiled: WeakMap<object, ValidateFunction>
}

function makeChecker(coerceTypes: boolean): Checker {
  // What ajv finds odd in a schema it would else print, among the lines of the log.
  const odd = { strictTuples: false, strictTypes: true, allowUnionTypes: true } as const
  const common = { allErrors: true, useDefaults: true, verbose: true, ...odd }
  // The schemas are ours, and a test checks them: doing so here would slow each start.
  const ajv = new Ajv({ ...common, coerceTypes, validateSchema: false })
  ajv.addFormat('time-zone', isTimeZone)
  // A time is resolved, with its own message, where it is used: its form depends on the other parameters.
  // A rule says in words what a pattern asks for.
  for (const annotation of ['time', 'secret', 'example', 'rule']) ajv.addKeyword(annotation)
  return { ajv, compiled: new WeakMap() }
}

const strict = makeChecker(false)
const coercing = makeChecker(true)

/**
 * Validates `value` against a JSON Schema and fills in its defaults, in place.
 * With `coerce`, texts become the numbers and booleans that the schema asks for (queries, the environment).
 * Returns the faults: none means valid.
 */
export function validate(schema: Schema, value: unknown, options: { coerce?: boolean } = {}): InputError[] {
  const { ajv, compiled } = options.coerce ? coercing : strict
  let check = compiled.get(schema)
  if (!check) {
    check = ajv.compile(schema)
    compiled.set(schema, check)
  }
  if (check(value)) return []
  return explain(check.errors ?? [])
}

/** What keeps a schema from being a JSON Schema; undefined when it is one. */
export function schemaFault(schema: Schema): string | undefined {
  const { ajv } = strict
  return ajv.validateSchema(schema) ? undefined : ajv.errorsText()
}

/** The known name that is nearest to a mistyped one, if any is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const match = closestMatch(name, [...known])
  return match !== undefined && leven(name, match) <= Math.max(2, name.length / 3) ? match : undefined
}

export function unknownName(name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  if (near !== undefined) return `'${name}' is not known here; did you mean '${near}'?`
  return known.length > 0
    ? `'${name}' is not known here; known are ${known.map((k) => `'${k}'`).join(', ')}`
    : `'${name}' is not known here; nothing is`
}

// With allErrors, a failed branch of an if/anyOf/oneOf comes with an error of its own that says less than its parts.
const combining = new Set(['if', 'anyOf', 'oneOf', 'allOf', 'propertyNames'])

function explain(errors: ErrorObject[]): InputError[] {
  const telling = errors.filter((error) => !combining.has(error.keyword))
  const seen = new Set<string>()
  const explained: InputError[] = []
  for (const error of telling.length > 0 ? telling : errors) {
    const fault = explainOne(error)
    const key = JSON.stringify(fault)
    if (!seen.has(key)) explained.push(fault)
    seen.add(key)
  }
  return explained
}

function explainOne(error: ErrorObject): InputError {
  const pointer = error.instancePath
  if (error.propertyName !== undefined) {
    return {
      pointer: `${pointer}/${escapePointer(error.propertyName)}`,
      detail: `the name '${error.propertyName}' ${ruleOf(error) ?? error.message}`,
    }
  }
  switch (error.keyword) {
    case 'additionalProperties': {
      const name = String(error.params.additionalProperty)
      const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {})
      return { pointer: `${pointer}/${escapePointer(name)}`, detail: unknownName(name, known) }
    }
    case 'required':
      return { pointer, detail: `'${error.params.missingProperty}' is missing` }
    case 'enum':
      return {
        pointer,
        detail: `must be one of ${(error.params.allowedValues as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`,
      }
    case 'type':
      if (typeof error.data === 'number' && !Number.isFinite(error.data))
        return { pointer, detail: `${error.data} is not a finite number` }
      return { pointer, detail: `must be ${[error.params.type].flat().join(' or ')}` }
    case 'const':
      return { pointer, detail: `must be ${JSON.stringify(error.params.allowedValue)}` }
    case 'pattern':
      return { pointer, detail: ruleOf(error)! }
    case 'format':
      return error.params.format === 'time-zone'
        ? { pointer, detail: `'${error.data}' is not an IANA time zone, such as 'Europe/Berlin' or 'UTC'` }
        : { pointer, detail: error.message ?? 'has a wrong form' }
    default:
      return { pointer, detail: error.message ?? 'is not valid' }
  }
}

/** What a pattern asks for, in words: nobody is to read a regular expression. */
function ruleOf({ keyword, parentSchema }: ErrorObject): string | undefined {
  return keyword === 'pattern' ? String(parentSchema?.rule ?? 'has a wrong form') : undefined
}

/** A name as a part of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
