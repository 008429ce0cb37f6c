import { Problem } from '../problems.ts'

export function unknownSeries(name: string): Problem {
  return new Problem('unknown-series', `There is no series '${name}'.`)
}

export function checkMatch(expected: string[] | '*' | undefined, actual: string | undefined): void {
  if (expected === undefined) return
  const match = actual !== undefined && (expected === '*' || expected.includes(actual))
  if (!match) throw preconditionFailed(expected, actual)
}

export function preconditionFailed(expected: string[] | '*', actual: string | undefined): Problem {
  if (actual === undefined) return new Problem('precondition-failed', 'The series does not exist; nothing was changed.')
  const asked = expected === '*' || expected.length === 0 ? 'that was asked for' : `'${[...expected].join("' or '")}'`
  return new Problem('precondition-failed', `The series has not the revision ${asked}; nothing was changed.`)
}

export function contended(name: string): Problem {
  return new Problem('contended', `The series '${name}' is being changed by too many writers at once; try again.`)
}
