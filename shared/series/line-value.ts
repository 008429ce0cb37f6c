import { readPlainNumber } from '../import/numbers.ts'
import { show } from '../text/show.ts'

const [point, minus, letterI, letterU] = [46, 45, 105, 117]
/** No byte: a number without fractions. */
const none = -1

const float = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const integer = /^[+-]?\d+i$/
const unsigned = /^\+?\d+u$/
const infinite = /^[+-]?(?:nan|inf(?:inity)?)$/i
const booleans = new Map<string, number>()
for (const text of ['t', 'T', 'true', 'True', 'TRUE']) booleans.set(text, 1)
for (const text of ['f', 'F', 'false', 'False', 'FALSE']) booleans.set(text, 0)

/**
 * Puts the value of a field, between two places of UTF-8, into `into` at `place`: a float, an integer (`1i`, `1u`), or
 * a boolean as 1 or 0. Decimal digits that no double has become the nearest one. Gives what is wrong with any other
 * text; one in quotes is not for here.
 */
export function readFieldValue(
  bytes: Buffer,
  start: number,
  end: number,
  into: Float64Array,
  place: number,
): string | undefined {
  const last = bytes[end - 1]
  if (last === letterI) readPlainNumber(bytes, start, end - 1, none, into, place)
  else if (last === letterU && bytes[start] !== minus) readPlainNumber(bytes, start, end - 1, none, into, place)
  else readPlainNumber(bytes, start, end, point, into, place)
  if (last === letterI && into[place] === 0) into[place] = 0 // an integer has no −0
  if (!Number.isNaN(into[place])) return undefined
  const read = readRare(bytes.toString('utf8', start, end))
  if (typeof read === 'string') return read
  into[place] = read
  return undefined
}

/** The value of a text that is no number of at most 15 digits, or what is wrong with it. */
function readRare(text: string): number | string {
  if (float.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : `${show(text)} is larger than a double can be`
  }
  const boolean = booleans.get(text)
  if (boolean !== undefined) return boolean
  const digits = text.slice(0, -1)
  if (integer.test(text))
    return isWithin(digits, 64, true) ? Number(digits) + 0 : `${show(text)} is no integer of 64 bits`
  if (unsigned.test(text))
    return isWithin(digits, 64, false) ? Number(digits) : `${show(text)} is no unsigned integer of 64 bits`
  if (text === '') return 'the field has no value: a number, or true or false, was expected'
  if (infinite.test(text)) return `${show(text)} is not a finite number: a field without a value is left out`
  return `${show(text)} is not a number (2.5, 3i, 3u), and not true or false`
}

/** Whether an integer has at most so many bits; digits without end are not counted. */
function isWithin(digits: string, bits: number, isSigned: boolean): boolean {
  const bare = digits.replace(/^([+-]?)0+(?=\d)/, '$1').replace('+', '')
  if (bare.length > 20) return false
  const value = BigInt(bare)
  return (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value
}
