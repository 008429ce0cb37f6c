import type { JsonSchema, Request } from '../../shared/http/http.ts'
import type { InputError } from '../../shared/problems.ts'
import type { SeriesInfo } from '../../shared/series/metadata.ts'
import { type Reduction, reductions } from '../../shared/series/reduce.ts'
import { refuse } from './derived-query.ts'

export const groupQuery: Record<string, JsonSchema> = {
  group: {
    type: 'string',
    description: 'Labels, separated by commas: series that have the same values are one group; needs `reduce`',
    example: 'city',
  },
  reduce: {
    enum: reductions,
    description: 'Makes one series of each group, or of all without `group`: each figure is reduced bucket by bucket',
  },
}

export interface Grouping {
  labels: string[]
  reduction: Reduction
}

export interface Group {
  labels: Record<string, string>
  members: SeriesInfo[]
}

/** Reads `group` and `reduce`; undefined when series are not reduced. Throws Problem. */
export function readGrouping({ query }: Request): Grouping | undefined {
  const { group, reduce, every } = query as { group?: string; reduce?: Reduction; every?: string }
  const errors: InputError[] = []
  const labels = group === undefined ? [] : group.split(',').map((label) => label.trim())
  if (labels.includes('')) errors.push({ parameter: 'group', detail: `'${group}' names an empty label` })
  const twice = labels.find((label, i) => labels.indexOf(label) < i)
  if (twice) errors.push({ parameter: 'group', detail: `'${twice}' is given more than once` })
  if (group !== undefined && reduce === undefined) {
    errors.push({ parameter: 'group', detail: "it needs 'reduce', such as reduce=mean" })
  }
  if (reduce !== undefined && every === undefined) {
    errors.push({ parameter: 'reduce', detail: "it needs 'every', the width of the buckets" })
  }
  refuse(errors)
  return reduce === undefined ? undefined : { labels, reduction: reduce }
}

/** The groups in the order of their labels' values; a label that a series has not is ''. */
export function groupSeries(infos: SeriesInfo[], { labels }: Grouping): Group[] {
  const groups = new Map<string, Group>()
  for (const info of infos) {
    const values = labels.map((label) => (Object.hasOwn(info.labels, label) ? info.labels[label]! : ''))
    const key = groupKey(values)
    const group = groups.get(key) ?? {
      labels: Object.fromEntries(labels.map((label, i) => [label, values[i]!])),
      members: [],
    }
    groups.set(key, group)
    group.members.push(info)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

/** What tells a group from others, and by which they are sorted. */
export function groupKey(values: string[]): string {
  return values.join('\u0000')
}
