import { splitUnit } from './header.ts'

/** A series that rows go to. */
export interface SeriesSpec {
  name: string
  labels: Record<string, string>
  unit?: string
}

const escapeTag = (text: string) => text.replace(/[,= \\]/g, '\\$&')

/** The name that labels make: `base,tag=value,…`, the tags sorted and escaped. */
export function taggedName(base: string, labels: Record<string, string>): string {
  const tags = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return [base, ...tags.map(([tag, value]) => `${escapeTag(tag)}=${escapeTag(value)}`)].join(',')
}

/** A column's name as a label's: labels have no space and none of " = ! , ~ { }. */
export function labelName(column: string): string {
  return splitUnit(column)
    .name.replace(/[\s"=!,~{}\p{Cc}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 128)
}

/** Names and units of the fields that columns become: without the unit, unless that leaves two of one name. */
export function fieldsOf(columns: string[]): { name: string; unit?: string }[] {
  const split = columns.map(splitUnit)
  return split.map(({ name, unit }, i) => {
    const alone = split.every((other, j) => i === j || other.name !== name)
    return { name: alone ? name : columns[i]!, ...(unit === undefined ? {} : { unit }) }
  })
}
