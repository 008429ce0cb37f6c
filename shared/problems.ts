/** Every error that a caller can meet: its code, its status, its title. docs/problems.md is printed from it. */
export const problemTable = {
  'bad-request': [400, 'The request is malformed'],
  'invalid-body': [400, 'The body has errors'],
  'invalid-query': [400, 'The query has errors'],
  'unclear-mapping': [400, 'What the columns of the data set mean is not clear'],
  'invalid-path': [400, 'The path has errors'],
  'invalid-cursor': [400, 'The cursor does not belong to this query'],
  'too-many-series': [400, 'The query reads more series than are given at once'],
  unauthorized: [401, 'A key is needed'],
  forbidden: [403, 'The key does not allow this'],
  'link-invalid': [403, 'The signed address does not hold'],
  'not-found': [404, 'There is nothing at this address'],
  'unknown-series': [404, 'There is no such series'],
  'unknown-point': [404, 'The series has no such point'],
  'no-points': [404, 'There are no points to draw'],
  'unknown-job': [404, 'There is no such job'],
  'unknown-result': [404, 'There is no such result'],
  'unknown-kind': [404, 'There is no such kind of job'],
  'method-not-allowed': [405, 'The address does not take this method'],
  'not-acceptable': [406, 'None of the accepted types can be given'],
  'request-timeout': [408, 'The request did not come in time'],
  'job-not-finished': [409, 'The job has not ended yet'],
  'job-unsuccessful': [409, 'The job ended without a result'],
  'job-ended': [409, 'The job has ended already'],
  'not-asked': [409, 'The key has not asked for this job'],
  'not-retryable': [409, 'Only a job that failed or was cancelled is run again'],
  'key-in-use': [409, 'A request with this Idempotency-Key is under way'],
  expired: [410, 'The job has expired'],
  'link-expired': [410, 'The signed address has expired'],
  removed: [410, 'The result was removed'],
  'precondition-failed': [412, 'A condition of the request does not hold'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-type': [415, 'The body has a type that is not read here'],
  'range-not-satisfiable': [416, 'The range lies outside of the content'],
  'key-reused': [422, 'The Idempotency-Key belongs to another request'],
  'headers-too-large': [431, 'The header fields are too large'],
  damaged: [500, 'A part of the series is damaged'],
  internal: [500, 'The server made a mistake'],
  contended: [503, 'Too many writers change the series at once'],
  'queue-full': [503, 'Too many jobs are waiting'],
  'not-drawn-yet': [503, 'The chart is not drawn yet'],
  'storage-unavailable': [503, 'Redis does not answer'],
  unreachable: [503, 'A part of the server can not be reached'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof problemTable

/** One fault of an input: where it is (a JSON pointer, a line and column, a parameter), what stands there, what would be right. */
export interface InputError {
  pointer?: string
  line?: number
  column?: string
  text?: string
  parameter?: string
  detail: string
}

/** A detail as a sentence: with a full stop, unless it ends in a mark of its own. */
export const sentence = (detail: string): string => (/[.?!…]$/.test(detail) ? detail : `${detail}.`)

/** A detail as the beginning of a sentence. */
export const capitalized = (detail: string): string => detail.slice(0, 1).toUpperCase() + detail.slice(1)

/** At most this many faults of one input are named. */
export const maxInputErrors = 100

/** An error that is meant for the caller: thrown anywhere, turned into an RFC 9457 document in one place. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: InputError[] | undefined
  readonly headers: Record<string, string>

  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: InputError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.name = 'Problem'
    this.code = code
    this.detail = detail
    this.errors = more.errors?.slice(0, maxInputErrors)
    this.headers = { ...(this.status === 503 ? { 'retry-after': '1' } : {}), ...more.headers }
  }

  get status(): number {
    return problemTable[this.code][0]
  }

  /** The body of the answer, `application/problem+json`. */
  document(instance: string): Record<string, unknown> {
    const [status, title] = problemTable[this.code]
    return {
      type: `urn:kymograph:problem:${this.code}`,
      title,
      status,
      detail: this.detail,
      instance,
      ...(this.errors ? { errors: this.errors } : {}),
    }
  }
}
