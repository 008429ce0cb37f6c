import { Problem } from '../problems.ts'
import { ChunkError } from './chunk-error.ts'

export function unknownSeries(name: string): Problem {
  return new Problem('unknown-series', `There is no series '${name}'.`)
}

export function contended(name: string): Problem {
  return new Problem('contended', `The series '${name}' is being changed by too many writers at once; try again.`)
}

/** Whether fewer points may fare better: one chunk is damaged, or so many take so long that others are always faster. */
export const isWorthParting = (error: unknown) =>
  error instanceof ChunkError || (error instanceof Problem && error.code === 'contended')
