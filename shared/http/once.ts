import { createHash, randomBytes } from 'node:crypto'
import { onceKey } from '../keys.ts'
import type { Log } from '../log.ts'
import { Problem } from '../problems.ts'
import { type Redis, runScriptForBuffers } from '../redis.ts'
import type { Answer } from './http.ts'

export interface OnceSettings {
  IDEMPOTENCY_TTL_MS: number
  IDEMPOTENCY_LEASE_MS: number
}

/** What a handler sees of the Idempotency-Key of its request, where a repetition is not answered with the first answer. */
export interface Once {
  /** What an earlier request with this key noted. */
  readonly reference: string | undefined
  /** Whether that request was answered; else it broke off in the middle. */
  readonly done: boolean
  /** Notes what this request is about to make, so that no repetition makes another. */
  refer(reference: string): Promise<void>
}

/** A request with an Idempotency-Key. */
export interface OnceRequest {
  /** Name of the API key, and method and path of the route. */
  caller: string
  route: string
  key: string
  /** Digest of the whole request; undefined while its body is still to come. */
  digest: string | undefined
  /** Reads the body, if the handler has not, and gives the digest of the whole request. */
  readDigest(): Promise<string>
  /** Whether a repetition is handled again, with a reference to what the first request made. */
  again: boolean
}

/** Sees to it that a request with an Idempotency-Key is done once, and answered alike each time that it is sent. */
export interface Onces {
  /**
   * Throws Problem: 'key-in-use' while the first request is under way, 'key-reused' when the key is that of another
   * request. An error of the handler gives the key back.
   */
  run(request: OnceRequest, handle: (once: Once) => Promise<Answer>, log: Log): Promise<Answer>
}

/** For requests without an Idempotency-Key. */
export const always: Once = { reference: undefined, done: false, refer: async () => {} }

export function openOnces(
  redis: Redis,
  { IDEMPOTENCY_TTL_MS: ttlMs, IDEMPOTENCY_LEASE_MS: leaseMs }: OnceSettings,
): Onces {
  async function claimAndRun(
    record: string,
    { digest, readDigest, again }: OnceRequest,
    handle: (once: Once) => Promise<Answer>,
    log: Log,
  ): Promise<Answer> {
    const claim = randomBytes(9).toString('base64url')
    const call = (script: string, ...args: (string | number | Buffer)[]) =>
      runScriptForBuffers(redis, script, [record], [claim, ...args])
    const [state, more] = (await call('claimOnce', digest ?? '', leaseMs, ttlMs)) as [Buffer, (Buffer | Buffer[])?]
    switch (String(state)) {
      case 'busy':
        throw new Problem('key-in-use', 'The first request with this Idempotency-Key is still under way.', {
          headers: { 'retry-after': '1' },
        })
      case 'other':
        throw keyReused()
      case 'done': {
        const known = readRecord(more as Buffer[])
        if (known.digest !== (await readDigest())) throw keyReused()
        if (!again) return { ...known.answer, headers: { ...known.answer.headers, ...replayed } }
        const answer = await handle({ ...always, reference: known.reference, done: true })
        return { ...answer, headers: { ...answer.headers, ...replayed } }
      }
    }

    const reference = String(more) || undefined
    const hold = (ms: number, refersTo = '') => call('holdOnce', ms, refersTo)
    const beat = setInterval(() => void hold(leaseMs).catch(() => {}), leaseMs / 3)
    const refer = async (refersTo: string) => void (await hold(leaseMs, refersTo))
    try {
      const answer = await wholeAnswer(await handle({ reference, done: false, refer }))
      // What was done is answered as done; if this gets lost the lease runs out, and a repetition is done again.
      await readDigest()
        .then((digest) => call('endOnce', ttlMs, ...writeRecord(again ? {} : answer, digest)))
        .catch((error: Error) => log.warn({ reason: error.message }, 'the answer to an Idempotency-Key was not kept'))
      return answer
    } catch (error) {
      await hold(0).catch(() => {})
      throw error
    } finally {
      clearInterval(beat)
    }
  }

  return {
    run(request, handle, log) {
      const { caller, route, key } = request
      const digest = createHash('sha256')
        .update(JSON.stringify([caller, route, key]))
        .digest('base64url')
      return claimAndRun(onceKey(digest), request, handle, log)
    },
  }
}

const replayed = { 'idempotency-replayed': 'true' }

const keyReused = () =>
  new Problem('key-reused', 'This Idempotency-Key was used for another request: another address, query or body.')

/** The Idempotency-Key of a request. Throws Problem when it can't be one. */
export function readOnceKey(value: string | string[] | undefined): string | undefined {
  if (value === undefined) return undefined
  const key = String(value)
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new Problem('bad-request', 'An Idempotency-Key has 1 to 255 printable ASCII characters, and no spaces.')
}

/** Streams are gathered: a repetition gets the same bytes. */
async function wholeAnswer(answer: Answer): Promise<Answer> {
  const { body } = answer
  if (typeof body !== 'object' || body instanceof Uint8Array || Array.isArray(body)) return answer
  if (!(Symbol.iterator in body || Symbol.asyncIterator in body)) return answer
  const parts: Buffer[] = []
  for await (const part of body as AsyncIterable<string | Uint8Array>) parts.push(Buffer.from(part as string))
  return { ...answer, body: Buffer.concat(parts) }
}

function writeRecord({ body, ...rest }: Answer, digest: string): (string | Buffer)[] {
  const isBytes = body instanceof Uint8Array
  const bytes = isBytes ? Buffer.from(body) : Buffer.from(body === undefined ? '' : JSON.stringify(body))
  const form = isBytes ? 'bytes' : body === undefined ? 'none' : 'json'
  return ['digest', digest, 'answer', JSON.stringify(rest), 'form', form, 'body', bytes]
}

function readRecord(pairs: Buffer[]): { digest: string; reference: string | undefined; answer: Answer } {
  const fields = new Map<string, Buffer>()
  for (let i = 0; i < pairs.length; i += 2) fields.set(String(pairs[i]), pairs[i + 1]!)
  const text = (name: string) => fields.get(name)?.toString()
  const form = text('form')
  const body = form === 'bytes' ? fields.get('body')! : form === 'json' ? JSON.parse(text('body')!) : undefined
  return {
    digest: text('digest')!,
    reference: text('reference'),
    answer: { ...JSON.parse(text('answer')!), ...(body === undefined ? {} : { body }) },
  }
}
