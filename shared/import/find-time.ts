import { clip, ImportFault, quoted } from './faults.ts'
import { type Guess, guessFormat } from './guess.ts'
import { findColumns, type Said, writeList } from './said.ts'
import { type Sample, wordsOf } from './sample.ts'
import { epochUnit, type TimeFormat, timeFormat } from './times.ts'

export interface TimeMapping {
  columns: number[]
  format: TimeFormat
  unit?: 's' | 'ms' | 'us' | 'ns'
  /** Whether the texts say their offset from UTC. */
  zoned: boolean
  /** Whether the rows of the sample are in time order. */
  sorted: boolean
  /** Columns that say the time in another way, and so are no values. */
  also: number[]
}

interface Candidate {
  columns: number[]
  guess: Guess
  score: number
}

const hints = new Set(
  'time date day timestamp ts year month period when epoch quarter week at dt datetime hour unix zeit datum jahr monat uhrzeit tag zeitpunkt zeitstempel année annee mois heure fecha año ano mes hora data anno mese datetimes utc'.split(
    ' ',
  ),
)
const exact =
  /^(timestamps?|date ?times?|dates?|times?|ts|when|time period|datum|zeit|zeitpunkt|zeitstempel|fecha|datetime (utc|gmt|local)|(date|time) (utc|gmt|local))$/
const clock = /^\d{1,2}:\d\d(:\d\d(\.\d+)?)?(\s*[ap]\.?m\.?)?$/i

/** The names of columns that hold one part of a time. */
const parts = {
  month: new Set(['month', 'mon', 'mo', 'monat', 'mois', 'mes', 'mese', 'mm']),
  day: new Set(['day', 'dy', 'tag', 'jour', 'día', 'dia', 'giorno', 'dd']),
  hour: new Set(['hour', 'hr', 'hours', 'stunde', 'heure', 'hora', 'hh']),
}
const partNames = new Set([
  ...parts.month,
  ...parts.day,
  ...parts.hour,
  'year',
  'yr',
  'yyyy',
  'jahr',
  'année',
  'año',
  'minute',
  'quarter',
  'week',
  'doy',
])

export const isTimePart = (column: string) => partNames.has(wordsOf(column).join(' '))

/** Which columns hold the time, and in which format. Throws ImportFault with what must be said where it is open. */
export function findTime(sample: Sample, said: Said): TimeMapping {
  const candidates = candidatesOf(sample)
  const columns = said.time === undefined ? choose(sample, candidates) : findColumns('time', said.time, sample.columns)
  if (columns.length === 0) throw new ImportFault({ parameter: 'time', detail: 'time= names no column' })
  const cells = sample.filled(...columns)
  const { format, rivals } =
    said.time_format === undefined ? formatOf(sample, columns) : { format: sayFormat(said.time_format), rivals: [] }
  if (rivals.length > 0) {
    const ways = [format, ...rivals].map(({ text }) => `time_format=${text}`)
    throw new ImportFault({
      parameter: 'time_format',
      detail: `'${cells[0]}' and all ${cells.length} times that were looked at in ${quoted(columns.map((c) => sample.columns[c]!))} have a day of at most 12, so day and month can't be told apart; add ${ways.join(' or ')}`,
    })
  }
  const unit = format.text === 'epoch' ? (said.unit ?? epochUnit(cells)) : undefined
  const zoned = cells.filter((cell) => format.zoned(cell)).length
  if (zoned > 0 && zoned < cells.length && said.tz === undefined) {
    const [without, withOne] = [cells.find((cell) => !format.zoned(cell))!, cells.find((cell) => format.zoned(cell))!]
    throw new ImportFault({
      parameter: 'tz',
      detail: `some times say their offset from UTC ('${clip(withOne)}'), others do not ('${clip(without)}'); add tz=, such as tz=UTC or tz=Europe/Berlin, for those without`,
    })
  }
  const also = candidates.filter(({ guess }) => guess.numeric).flatMap(({ columns }) => columns)
  return { columns, format, ...(unit ? { unit } : {}), zoned: zoned > 0, sorted: isSorted(cells, format), also }
}

function isSorted(cells: string[], format: TimeFormat): boolean {
  let last = -Infinity
  for (const cell of cells) {
    if (!format.matches(cell)) continue
    try {
      const time = format.read(cell, {})
      if (time < last) return false
      last = time
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return true
}

function candidatesOf(sample: Sample): Candidate[] {
  return sample.columns.flatMap((name, column) => {
    const cells = sample.filled(column)
    if (cells.length < sample.count / 2) return []
    const guess = guessFormat(cells)
    if (!guess) return []
    const words = wordsOf(name)
    const hinted = words.some((word) => hints.has(word))
    const unnamed = /^column \d+$/.test(name) && column === 0
    if (guess.numeric && !hinted && !unnamed && guess.fineness !== 3) return []
    const score = Math.min(guess.fineness, 3) * 10 + (exact.test(words.join(' ')) ? 5 : 0) + (hinted ? 2 : 0)
    return [{ columns: [column], guess, score: score + (guess.fineness > 3 ? 1 : 0) }]
  })
}

function choose(sample: Sample, candidates: Candidate[]): number[] {
  const [best, second] = [...candidates].sort((a, b) => b.score - a.score)
  if (!best) throw noTime(sample)
  if (second && second.score === best.score) {
    const names = [best, second].map(({ columns }) => sample.columns[columns[0]!]!)
    throw new ImportFault({
      parameter: 'time',
      detail: `the columns ${quoted(names)} both hold times; add ${names.map((name) => `time=${writeList([name])}`).join(' or ')}`,
    })
  }
  const columns = joinParts(sample, best)
  return columns.length > 1 && guessFormat(sample.filled(...columns)) ? columns : best.columns
}

/** A year with its month, day and hour; a date with its time of day. */
function joinParts(sample: Sample, { columns, guess }: Candidate): number[] {
  const named = (names: Set<string>) => sample.columns.findIndex((name) => names.has(wordsOf(name).join(' ')))
  if (guess.format.text === 'YYYY') {
    const [month, day, hour] = [named(parts.month), named(parts.day), named(parts.hour)]
    const found = month < 0 ? [] : day < 0 ? [month] : hour < 0 ? [month, day] : [month, day, hour]
    return [...columns, ...found.filter((column) => !columns.includes(column))]
  }
  if (guess.fineness !== 3) return columns
  const time = sample.columns.findIndex((name, column) => {
    const cells = sample.filled(column)
    const hinted = wordsOf(name).some((word) => hints.has(word) || word === 'clock')
    return hinted && cells.length > 0 && cells.filter((cell) => clock.test(cell)).length >= cells.length * 0.8
  })
  return time < 0 ? columns : [...columns, time]
}

function formatOf(sample: Sample, columns: number[]): { format: TimeFormat; rivals: TimeFormat[] } {
  const cells = sample.filled(...columns)
  const names = quoted(columns.map((column) => sample.columns[column]!))
  if (cells.length === 0) throw new ImportFault({ parameter: 'time', detail: `the column ${names} is empty` })
  const guess = guessFormat(cells)
  if (guess) return guess
  throw new ImportFault({
    parameter: 'time_format',
    detail: `'${clip(cells[0]!)}' in ${names} is not a time of a known form; add time_format=, made of YYYY, MM, DD, HH, mm and ss, such as time_format=DD.MM.YYYY HH:mm, or name another column by time=`,
  })
}

function sayFormat(text: string): TimeFormat {
  try {
    return timeFormat(text)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ImportFault({ parameter: 'time_format', detail: error.message })
  }
}

function noTime(sample: Sample): ImportFault {
  const years = sample.columns.filter((name) => /^(1[5-9]|2[01])\d\d$/.test(name))
  if (years.length > 2) {
    return new ImportFault({
      parameter: 'time',
      detail: `the times are the names of columns (${quoted(years)}): turn the table, so that each row has its time in a column`,
    })
  }
  const shown = sample.columns.slice(0, 8).map((name, i) => `'${clip(name)}' (${clip(sample.filled(i)[0] ?? 'empty')})`)
  return new ImportFault({
    parameter: 'time',
    detail: `no column holds times; there are ${shown.join(', ')}. Add time= with the column's name, and time_format= if its form is unusual, such as time_format=DD.MM.YYYY`,
  })
}
