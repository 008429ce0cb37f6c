import { parseTime, type TimeOptions, type TimeUnit, unitOfSize } from '../time.ts'
import { monthOf, monthPattern } from './months.ts'

/**
 * How a column of times is written: 'iso', 'epoch', 'decimal-year', or a pattern of the tokens YYYY YY MM MMM DD HH hh
 * mm ss A Z Q, such as 'DD/MM/YYYY HH:mm'. Texts in square brackets stand for themselves.
 */
export interface TimeFormat {
  text: string
  /** Whether a text has this form; its numbers may still be no time of the calendar. */
  matches(text: string): boolean
  /** Unix milliseconds. Throws RangeError with a message for the caller. */
  read(text: string, options: TimeOptions): number
  /** Whether a text of this form says its offset from UTC itself. */
  zoned(text: string): boolean
}

const iso = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?\s*(?:[Zz]|UTC|[+-]\d\d(?::?\d\d)?)?)?$/
const epoch = /^-?\d+(?:\.\d+)?(?:[eE]\+?\d+)?$/
const decimalYear = /^[12]\d{3}\.\d+$/
const offset = /(?:[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)$/

const special: Record<string, TimeFormat> = {
  iso: {
    text: 'iso',
    matches: (text) => iso.test(text),
    read: (text, options) => parseTime(canonical(text), options),
    zoned: (text) => text.length > 13 && offset.test(text),
  },
  epoch: {
    text: 'epoch',
    matches: (text) => epoch.test(text),
    read: (text, options) => parseTime(text, options),
    zoned: () => true,
  },
  'decimal-year': {
    text: 'decimal-year',
    matches: (text) => decimalYear.test(text),
    read: (text) => {
      const year = Math.floor(Number(text))
      const [start, end] = [Date.UTC(year), Date.UTC(year + 1)]
      return Math.round(start + (Number(text) - year) * (end - start))
    },
    zoned: () => true,
  },
}

/** ISO 8601 as the parser of times takes it: the zone joined, an offset with its minutes. */
function canonical(text: string): string {
  const joined = text.length <= 16 ? text : text.replace(/\s*UTC$/, 'Z').replace(/\s+(?=[Zz+-])/, '')
  return /T?\d\d:\d\d.*[+-]\d\d$/.test(joined) ? `${joined}:00` : joined
}

const token = /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|HH|H|hh|h|mm|ss|A|Z|Q|\s+|./gs

const compiled = new Map<string, TimeFormat>()

/** The format that a text names. Throws RangeError when it names none. */
export function timeFormat(text: string): TimeFormat {
  const known = special[text.toLowerCase()] ?? compiled.get(text)
  if (known) return known
  const format = compile(text)
  if (compiled.size < 1000) compiled.set(text, format)
  return format
}

function compile(text: string): TimeFormat {
  const parts: string[] = []
  // Without anything between them numbers must have all their digits.
  const digits = /YYYYMM|MMDD/.test(text) ? String.raw`(\d\d)` : String.raw`(\d{1,2})`
  const patterns: Record<string, string> = {
    YYYY: String.raw`(\d{4})`,
    YY: String.raw`(\d\d)`,
    MMM: monthPattern,
    M: digits,
    D: digits,
    H: digits,
    h: digits,
    mm: String.raw`(\d\d)`,
    ss: String.raw`(\d\d(?:[.,]\d+)?)`,
    A: String.raw`([AaPp]\.?[Mm]\.?)`,
    Z: '(Z|z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?)',
    Q: '([1-4])',
  }
  const names: Record<string, string> = { MMMM: 'MMM', MM: 'M', DD: 'D', HH: 'H', hh: 'h' }
  const source = text.replaceAll(token, (found: string, literal: string | undefined) => {
    const name = names[found] ?? found
    if (patterns[name]) {
      parts.push(name)
      return patterns[name]
    }
    if (/^\s+$/.test(found)) return String.raw`(?:\s*,?\s+|[T_])`
    return (literal ?? found).replace(/[$()*+.?[\\\]^{|}/]/g, '\\$&')
  })
  const has = (...wanted: string[]) => wanted.some((part) => parts.includes(part))
  if (!has('YYYY', 'YY') || new Set(parts).size < parts.length) {
    throw new RangeError(
      `'${text}' is no format of times; it is made of YYYY, YY, MM, MMM, DD, HH, hh, mm, ss, A, Z and Q, such as 'DD/MM/YYYY HH:mm', or it is 'iso', 'epoch' or 'decimal-year'`,
    )
  }
  const pattern = new RegExp(`^${source.replace('(?:\\s*,?\\s+|[T_])(Z|', '\\s*(Z|')}$`, 'iu')
  return {
    text,
    matches: (text) => pattern.test(text),
    read: (given, options) => {
      const found = pattern.exec(given)
      if (!found) throw new RangeError(`'${given}' is not a time of the form ${text}`)
      return readParts(given, parts, found, options)
    },
    zoned: () => parts.includes('Z'),
  }
}

function readParts(given: string, parts: string[], found: RegExpExecArray, options: TimeOptions): number {
  let [year, month, day, hour, minute, second, zone] = ['', '01', '01', '00', '00', '00', '']
  let half = ''
  for (const [i, part] of parts.entries()) {
    const text = found[i + 1]!
    if (part === 'YYYY') year = text
    else if (part === 'YY') year = `${Number(text) < 70 ? 20 : 19}${text}`
    else if (part === 'M') month = text.padStart(2, '0')
    else if (part === 'MMM') month = monthOf(text)
    else if (part === 'D') day = text.padStart(2, '0')
    else if (part === 'H' || part === 'h') hour = text.padStart(2, '0')
    else if (part === 'mm') minute = text
    else if (part === 'ss') second = text
    else if (part === 'A') half = text[0]!.toLowerCase()
    else if (part === 'Z') zone = /^[+-]/.test(text) ? text : 'Z'
    else if (part === 'Q') month = String(Number(text) * 3 - 2).padStart(2, '0')
  }
  if (half !== '') hour = String((Number(hour) % 12) + (half === 'p' ? 12 : 0)).padStart(2, '0')
  // The end of a day, as logs of weather write it.
  const midnight = hour === '24' && minute === '00' && Number(second) === 0
  const local = `${year}-${month}-${day}T${midnight ? '00' : hour}:${minute}:${second}`
  try {
    const time = parseTime(local + (/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone), options)
    return midnight ? time + 86_400_000 : time
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new RangeError(`'${given}' is not a time of the calendar`)
  }
}

const timeLike =
  /^(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:\D.*)?|\d{4}[-/]\d{1,2}|\d{4}-?[MQW]\d{1,2}|\d{1,2}:\d\d(?::\d\d.*)?(?:\s?[ap]m)?)$/i
const named = new RegExp(`^(?:\\d{1,4}[ /-])?${monthPattern}[ .,/-]+\\d{1,4}`, 'iu')

/** Whether a cell is more likely a time than a name; numbers are not looked at. */
export function looksLikeTime(cell: string): boolean {
  return timeLike.test(cell) || named.test(cell)
}

/** The unit that the largest of a column's epoch numbers tells. */
export function epochUnit(cells: Iterable<string>): TimeUnit {
  let largest = 0
  for (const cell of cells) largest = Math.max(largest, Math.abs(Number(cell)) || 0)
  return unitOfSize(largest)
}
