/** What a field of a hash must be. */
export interface FieldForm {
  isRight(value: string): boolean
  required?: boolean
}

const isJson = (fits: (value: unknown) => boolean) => (text: string) => {
  try {
    return fits(JSON.parse(text))
  } catch {
    return false
  }
}
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
const isNames = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')

export const count: FieldForm = { isRight: (text) => /^\d+$/.test(text), required: true }
export const time: FieldForm = { isRight: (text) => /^-?\d+$/.test(text) }
export const text: FieldForm = { isRight: () => true, required: true }
export const filled: FieldForm = { isRight: (value) => value !== '', required: true }
export const anyJson: FieldForm = { isRight: isJson(() => true), required: true }
export const json: FieldForm = { isRight: isJson(isObject), required: true }
export const names: FieldForm = { isRight: isJson(isNames), required: true }
export const oneOf = (...values: string[]): FieldForm => ({ isRight: (text) => values.includes(text), required: true })
export const matching = (pattern: RegExp): FieldForm => ({ isRight: (text) => pattern.test(text), required: true })
export const optional = ({ isRight }: FieldForm): FieldForm => ({ isRight })

/** What is wrong with the fields of a hash: those that are malformed, missing or unknown. */
export function fieldFaults(
  hash: Map<string, string>,
  forms: Record<string, FieldForm>,
): { field: string; detail: string; kind: 'malformed' | 'unknown' }[] {
  const faults: ReturnType<typeof fieldFaults> = []
  for (const [field, { isRight, required }] of Object.entries(forms)) {
    const value = hash.get(field)
    if (value === undefined ? !required : isRight(value)) continue
    const detail = value === undefined ? `'${field}' is missing` : `'${field}' is '${shortened(value)}'`
    faults.push({ field, detail, kind: 'malformed' })
  }
  for (const field of hash.keys()) {
    if (!Object.hasOwn(forms, field)) faults.push({ field, detail: `'${field}' is not known here`, kind: 'unknown' })
  }
  return faults
}

const shortened = (value: string) => (value.length > 80 ? `${value.slice(0, 80)}…` : value)

/** The reply of a script to HGETALL. */
export function pairsOf(flat: Buffer[], encoding: BufferEncoding = 'utf8'): Map<string, string> {
  const pair = (i: number): [string, string] => [flat[2 * i]!.toString(), flat[2 * i + 1]!.toString(encoding)]
  return new Map(Array.from({ length: flat.length / 2 }, (_, i) => pair(i)))
}
