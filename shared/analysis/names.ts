import { oneLine } from './text.ts'

/** What a series is known by. */
export interface Named {
  name: string
  description?: string | null
}

/** A name made of labels, `base,tag=value,…` with `, = space \` escaped by a backslash, in its parts. */
interface NameParts {
  base: string
  tags: Map<string, string>
}

const unescaped = (text: string) => text.replace(/\\([,= \\])/g, '$1')

/** The parts of a name; one that is not made of labels is its own base. */
export function nameParts(name: string): NameParts {
  const pieces = name.split(/(?<=(?:^|[^\\])(?:\\\\)*),/)
  const tags = new Map<string, string>()
  for (const piece of pieces.slice(1)) {
    const [, tag, value] = /^((?:[^\\=]|\\.)+)=((?:[^\\=]|\\.)+)$/s.exec(piece) ?? []
    if (tag === undefined || value === undefined) return { base: name, tags: new Map() }
    tags.set(unescaped(tag), unescaped(value))
  }
  return { base: tags.size > 0 ? unescaped(pieces[0]!) : name, tags }
}

/** What one series is called: its description, or its name with the values of the labels that it is made of. */
export function labelOf({ name, description }: Named): string {
  if (description) return oneLine(description)
  const { base, tags } = nameParts(name)
  return oneLine([base, ...tags.values()].join(', '))
}

export interface Labels {
  /** What tells each series apart from the others. */
  labels: string[]
  /** What all of them have in common, '' if nothing. */
  shared: string
}

/**
 * What several series are called beside one another: the descriptions, or the measurements, where they differ, and the
 * values of the labels that differ. Labels that would be the same are told apart by the whole name.
 */
export function labelsOf(series: Named[]): Labels {
  if (series.length === 1) return { labels: [labelOf(series[0]!)], shared: '' }
  const parts = series.map(({ name }) => nameParts(name))
  const bases = series.map(({ description }, i) => oneLine(description || parts[i]!.base))
  const described = series.every(({ description }) => Boolean(description))
  const isUnique = (texts: string[]) => new Set(texts).size === texts.length
  if (described && isUnique(bases)) return { labels: bases, shared: '' }

  const tags = [...new Set(parts.flatMap((part) => [...part.tags.keys()]))]
  const differs = (tag: string) => new Set(parts.map((part) => part.tags.get(tag))).size > 1
  const isOneBase = new Set(bases).size === 1
  const differing = tags.filter(differs)
  const labels = parts.map((part, i) => {
    const values = differing.flatMap((tag) => part.tags.get(tag) ?? [])
    return oneLine([...(isOneBase && values.length > 0 ? [] : [bases[i]!]), ...values].join(', '))
  })
  const common = tags.filter((tag) => !differs(tag)).map((tag) => parts[0]!.tags.get(tag)!)
  const shared = oneLine([...(isOneBase && differing.length > 0 ? [bases[0]!] : []), ...common].join(', '))
  const whole = series.map(({ name }) => oneLine(name))
  return {
    labels: labels.map((label, i) => (labels.indexOf(label) < i || labels.includes(label, i + 1) ? whole[i]! : label)),
    shared,
  }
}

/** The title of a chart of series: what they have in common, and what the first of them are called. */
export function titleOf({ labels, shared }: Labels): string {
  const list = labels.length <= 3 ? labels.join(', ') : `${labels.slice(0, 2).join(', ')} and ${labels.length - 2} more`
  return shared === '' ? list : `${shared}: ${list}`
}
