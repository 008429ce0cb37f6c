import { splitUnit } from './header.ts'

/** A series that rows go to. */
export interface SeriesSpec {
  name: string
  labels: Record<string, string>
  unit?: string
}

/** A part of a name that labels make. */
export const escapeName = (text: string) => text.replace(/[,= \\]/g, '\\$&')

/** The name that labels make: `base,tag=value,…`, the tags escaped, and sorted by their bytes. */
export function taggedName(base: string, labels: Record<string, string>): string {
  const tags = Object.entries(labels)
  if (tags.length > 1) tags.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return [base, ...tags.map(([tag, value]) => `${escapeName(tag)}=${escapeName(value)}`)].join(',')
}

/** What the name of a label can hold of a text: no space and none of " = ! , ~ { }. */
export function asLabel(text: string): string {
  return text
    .replace(/[\s"=!,~{}\p{Cc}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 128)
}

/** A column's name as a label's. */
export function labelName(column: string): string {
  return asLabel(splitUnit(column).name)
}

/** Names and units of the fields that columns become: without the unit, unless that leaves two of one name. */
export function fieldsOf(columns: string[]): { name: string; unit?: string }[] {
  const split = columns.map(splitUnit)
  return split.map(({ name, unit }, i) => {
    const alone = split.every((other, j) => i === j || other.name !== name)
    return { name: alone ? name : columns[i]!, ...(unit === undefined ? {} : { unit }) }
  })
}
