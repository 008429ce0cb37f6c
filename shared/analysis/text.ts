import { Temporal } from 'temporal-polyfill'

/** Advance widths of the characters from space to ~ in thousandths of an em: IBM Plex Sans, regular. */
const asciiWidths =
  `236 284 419 713 598 927 694 242 335 335 450 600 272 399 272 383 600 600 600 600 600 600 600 600 600 600 292 292 600 600
  600 477 891 641 653 621 671 583 559 695 707 400 510 634 501 812 707 708 606 708 640 581 572 678 609 891 613 593 580 317
  383 317 600 565 600 534 580 503 580 549 324 528 568 250 250 527 272 873 568 560 580 580 367 487 351 568 492 768 507 499
  464 343 314 343 600`
    .split(/\s+/)
    .map((width) => Number(width) / 1000)

/** About how wide a character is, in em, where the font's own table doesn't tell. */
export function emWidth(code: number): number {
  if (code >= 0x20 && code < 0x7f) return asciiWidths[code - 0x20]!
  if ((code >= 0x300 && code < 0x370) || (code >= 0x200b && code < 0x2010) || (code >= 0xfe00 && code < 0xfe10))
    return 0
  if ((code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xd7b0)) return 1
  if ((code >= 0xf900 && code < 0xfb00) || (code >= 0xfe30 && code < 0xfe70) || (code >= 0xff00 && code < 0xff61))
    return 1
  return code >= 0x1f000 ? 1.2 : 0.62
}

/** About how wide a line is in pixels, rather too wide than too narrow: bold letters are 4 % wider. */
export function textWidth(text: string, size: number): number {
  let ems = 0
  for (const character of text) ems += emWidth(character.codePointAt(0)!)
  return ems * size * 1.04
}

const graphemes = (text: string) => Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment)

/** One line without control characters: what a title can hold. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .toWellFormed()
    .trim()

/**
 * A label as a chart can hold it: Vega looks texts up in an object that has `constructor` and the like by nature. A space of
 * no width makes such a word a text again.
 */
export const plainLabel = (label: string): string => (label in Object.prototype ? `${label}\u200B` : label)

/** The text, or as much of it as fits, with an ellipsis; of a name the end, of a title the start matters. */
export function fit(text: string, width: number, size: number, keep: 'start' | 'both' = 'start'): string {
  if (textWidth(text, size) <= width) return text
  const letters = graphemes(text)
  for (let count = letters.length - 1; count > 0; count--) {
    const head = keep === 'start' ? count : Math.ceil(count / 2)
    const tail = letters.slice(letters.length - (count - head)).join('')
    const cut = `${letters.slice(0, head).join('').trimEnd()}…${count > head ? tail.trimStart() : ''}`
    if (textWidth(cut, size) <= width) return cut
  }
  return '…'
}

/** The text in lines of at most that width; what doesn't fit in the last of them ends in an ellipsis. */
export function wrap(text: string, width: number, size: number, maxLines: number): string[] {
  const lines: string[] = []
  let line = ''
  // Lines break at spaces, after punctuation of names and around ideographs; a longer word breaks anywhere.
  const pieces = text.split(/(?<=[\s,;:/|_-])|(?<=[\u3000-\u9fff\uf900-\ufaff\uff00-\uff60])|(?=[\u3040-\u9fff])/u)
  const words = pieces.flatMap((piece) => (textWidth(piece.trim(), size) > width ? graphemes(piece) : [piece]))
  for (const [i, word] of words.entries()) {
    if (textWidth((line + word).trim(), size) <= width || line === '') line += word
    else if (lines.length + 1 < maxLines) {
      lines.push(line.trim())
      line = word
    } else return [...lines, fit(line + words.slice(i).join(''), width, size)]
  }
  return line.trim() === '' ? lines : [...lines, line.trim()]
}

/** A number for a sentence: thousands apart, fractions to six significant digits, a true minus. */
export function numberWords(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size >= 1e15 || size < 1e-6)) return String(Number(value.toPrecision(6))).replaceAll('-', '−')
  const decimals = Number.isInteger(value) ? 0 : Math.max(2, 5 - Math.floor(Math.log10(size)))
  const [whole, fraction] = size.toFixed(decimals).split('.') as [string, string?]
  const text = grouped(whole) + (fraction ? `.${fraction}`.replace(/\.?0+$/, '') : '')
  return value < 0 ? `−${text}` : text
}

/** `1 point`, `1,461 points`. */
export const countWords = (count: number): string => (count === 1 ? '1 point' : `${numberWords(count)} points`)

/** A number with so many decimals, thousands apart, a true minus. */
export function fixedWords(value: number, decimals: number): string {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.') as [string, string?]
  const text = grouped(whole) + (fraction ? `.${fraction}` : '')
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? `−${text}` : text
}

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, ',')

export const monthNames = 'January February March April May June July August September October November December'.split(
  ' ',
)

export type Precision = 'day' | 'minute' | 'second' | 'millisecond'

/** The coarsest that still tells these times exactly, in that zone. */
export function precisionOf(times: number[], tz: string): Precision {
  if (times.some((time) => time % 1000 !== 0)) return 'millisecond'
  if (times.some((time) => time % 60_000 !== 0)) return 'second'
  return times.every((time) => clock(wallTime(time, tz), 'minute') === '00:00') ? 'day' : 'minute'
}

/** A time for a sentence: `31 March 2024, 14:00`. */
export function timeWords(time: number, tz: string, precision: Precision): string {
  const wall = wallTime(time, tz)
  const date = `${wall.day} ${monthNames[wall.month - 1]} ${wall.year}`
  return precision === 'day' ? date : `${date}, ${clock(wall, precision)}`
}

export const wallTime = (time: number, tz: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(tz)

/** The time of day: `14:00`, `14:00:05` or `14:00:05.250`. */
export function clock(wall: Temporal.ZonedDateTime, precision: Precision): string {
  const two = (part: number) => String(part).padStart(2, '0')
  const text = `${two(wall.hour)}:${two(wall.minute)}`
  if (precision === 'minute' || precision === 'day') return text
  const seconds = `${text}:${two(wall.second)}`
  return precision === 'second' ? seconds : `${seconds}.${String(wall.millisecond).padStart(3, '0')}`
}
