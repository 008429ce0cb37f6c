import type { SeriesInput } from './kind.ts'
import { oneLine } from './text.ts'

/** The source of a series, with its licence in brackets; a licence alone says little. */
export function sourceOf({ source, licence }: SeriesInput): string {
  const [from, under] = [oneLine(source ?? ''), oneLine(licence ?? '')]
  return from && under ? `${from} (${under})` : from
}

/** What a chart of so many series is called. */
export function titleOf(names: string[]): string {
  if (names.length <= 3) return names.join(', ')
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
}
