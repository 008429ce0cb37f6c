import { isUtf8 } from 'node:buffer'
import { asLabel, escapeName, type SeriesSpec, taggedName } from '../import/names.ts'
import { labelNameSchema } from '../schemas/series.ts'
import { show } from '../text/show.ts'
import { nameFault } from './name.ts'

/** What stands before the fields of a line. */
export interface Measured {
  measurement: string
  tags: Record<string, string>
}

/** An escaped character is one that a backslash precedes; any other backslash is itself. */
const [comma, equals] = [/(?<!\\),/, /(?<!\\)=/]
const bare = (text: string) => text.replace(/\\([,= ])/g, '$1')

const label = new RegExp(labelNameSchema.pattern)
const labelOf = (tag: string) => (label.test(tag) ? tag : asLabel(tag))

const form = "a line is 'measurement,tag=text field=1 time', the tags and the time may be missing"

/** Reads the measurement and the tags of a line; a text says what is wrong with them. */
export function readMeasured(bytes: Buffer): Measured | string {
  if (!isUtf8(bytes)) return notUtf8
  const [name, ...parts] = bytes.toString().split(comma)
  if (name === '') return `the measurement is missing: ${form}`
  const tags = new Map<string, string>()
  for (const part of parts) {
    const [tag = '', value = '', ...more] = part.split(equals)
    if (tag === '') return `a tag is missing behind a comma: ${form}; a comma in a text is written '\\,'`
    if (value === '') return `the tag ${show(tag)} has no value: it is left out where there is none`
    if (more.length > 0) return `the tag ${show(tag)} has a second '='; one in a text is written '\\='`
    if (tags.has(bare(tag))) return `the tag ${show(tag)} stands there twice`
    tags.set(bare(tag), bare(value))
  }
  return { measurement: bare(name!), tags: Object.fromEntries(tags) }
}

/**
 * The series that a field goes to: `measurement.field,tag=text,…`, the tags as its labels too, where what the name of a
 * label can't hold is replaced by `_`. A text says why there can be none.
 */
export function fieldSeries({ measurement, tags }: Measured, field: Buffer): SeriesSpec | string {
  if (!isUtf8(field)) return notUtf8
  const base = `${escapeName(measurement)}.${escapeName(bare(field.toString()))}`
  const name = taggedName(base, tags)
  const labels = Object.entries(tags).map(([tag, value]) => [labelOf(tag), value])
  return nameFault(name) ?? { name, labels: Object.fromEntries(labels.filter(([label]) => label !== '')) }
}

const notUtf8 = 'the name is not UTF-8'
