import type { SeriesInput } from './kind.ts'
import { oneLine } from './text.ts'

/** The source of a series, with its licence in brackets; a licence alone says little. */
export function sourceOf({ source, licence }: SeriesInput): string {
  const [from, under] = [oneLine(source ?? ''), oneLine(licence ?? '')]
  return from && under ? `${from} (${under})` : from
}
