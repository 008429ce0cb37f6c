import { Problem } from '../problems.ts'

export function unknownSeries(name: string): Problem {
  return new Problem('unknown-series', `There is no series '${name}'.`)
}

export function contended(name: string): Problem {
  return new Problem('contended', `The series '${name}' is being changed by too many writers at once; try again.`)
}
