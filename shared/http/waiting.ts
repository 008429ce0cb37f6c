import { header, type Request } from './http.ts'

/** Longest that a request waits. */
export const maxWaitS = 60

/** The seconds that a caller is ready to wait, by `Prefer: wait=N` or `?wait=N`; undefined where it says nothing. */
export function waitSeconds(request: Request): number | undefined {
  const preferred = /(?:^|[,;\s])wait\s*=\s*"?(\d+)/i.exec(header(request, 'prefer') ?? '')?.[1]
  const asked = preferred ?? request.query.wait
  return asked === undefined ? undefined : Math.min(Number(asked), maxWaitS)
}

/** The header that says how long the request was ready to wait. */
export const applied = (seconds: number | undefined): Record<string, string> =>
  seconds === undefined ? {} : { 'preference-applied': `wait=${seconds}` }
