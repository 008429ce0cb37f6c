import { createHash, timingSafeEqual } from 'node:crypto'
import { ConfigError } from '../config.ts'
import { Problem } from '../problems.ts'
import { formatTime } from '../time.ts'
import { isSignedWith, type SignedAddress } from './signature.ts'

/** What a route may ask for. `internal` is for the functions among themselves, `open` for everybody. */
export type Scope = 'open' | 'read' | 'write' | 'admin' | 'internal'

const grantable = ['read', 'write', 'admin']

export interface Key {
  name: string
  scopes: string[]
  sha256: Buffer
}

/** Reads `name:scopes:sha256` entries, separated by spaces or commas; throws ConfigError without repeating a secret. */
export function parseKeys(text: string): Key[] {
  const entries = text.split(/[\s,]+/).filter(Boolean)
  return entries.map((entry, index) => {
    const [name = '', scopes = '', sha256 = '', ...more] = entry.split(':')
    const granted = scopes.split('+')
    const isKey = /^[\w.-]+$/.test(name) && /^[0-9a-f]{64}$/i.test(sha256) && more.length === 0
    if (!isKey || !granted.every((s) => grantable.includes(s))) {
      throw new ConfigError(
        `API_KEYS: entry ${index + 1} is not 'name:scopes:sha256', the scopes of read, write, admin joined by '+', the SHA-256 in 64 hexadecimal digits`,
      )
    }
    return { name, scopes: granted, sha256: Buffer.from(sha256, 'hex') }
  })
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** The key that a header shows; `Token` is what clients of InfluxDB say. */
function bearer(authorization: string | undefined): string | undefined {
  return /^(?:Bearer|Token) +([^\s]+)$/i.exec(authorization ?? '')?.[1]
}

/**
 * Lets a caller pass, or throws 401 or 403. Without any configured key everybody passes.
 * `admin` includes `write`, `write` does not include `read`. Returns the key.
 */
export function authorize(keys: Key[], scope: Scope, authorization: string | undefined): Key | undefined {
  if (scope === 'open' || scope === 'internal' || keys.length === 0) return undefined
  const shown = bearer(authorization)
  const challenge = { 'www-authenticate': `Bearer realm="kymograph", scope="${scope}"` }
  if (shown === undefined) {
    throw new Problem('unauthorized', `Send 'Authorization: Bearer KEY' with a key that has the scope '${scope}'.`, {
      headers: challenge,
    })
  }
  const hash = digest(shown)
  // Every key is compared, whichever matches, so that the time tells nothing.
  const matches = keys.filter((key) => timingSafeEqual(key.sha256, hash))
  const key = matches[0]
  if (!key) throw new Problem('unauthorized', 'The key is not known.', { headers: challenge })
  if (!allows(key, scope)) {
    throw new Problem('forbidden', `The key '${key.name}' has ${key.scopes.join(', ')}; this needs '${scope}'.`, {
      headers: challenge,
    })
  }
  return key
}

const allows = ({ scopes }: Key, scope: Scope) => scopes.includes(scope) || scopes.includes('admin')

/** Whether a request shows a key, be it a wrong one: then that decides, and not a signature in its address. */
export const showsKey = (authorization: string | undefined): boolean => bearer(authorization) !== undefined

/**
 * Lets a request by a signed address pass, or throws 403 or 410. The address holds as long as the key that signed it is
 * configured and may read, and allows no more than to read. `now` is in Unix milliseconds.
 */
export function authorizeSigned(
  keys: Key[],
  scope: Scope,
  { method, signed, now }: { method: string; signed: SignedAddress; now: number },
): void {
  if (scope === 'open' || scope === 'internal' || keys.length === 0) return
  if (method !== 'GET' && method !== 'HEAD')
    throw new Problem('link-invalid', `A signed address is for GET and HEAD, not for ${method}.`)
  // Every key is tried, whichever fits, so that the time tells nothing.
  const signers = keys.filter((key) => isSignedWith(key.sha256, signed))
  if (!signers.some((key) => allows(key, 'read'))) {
    throw new Problem(
      'link-invalid',
      'The signature does not fit: the address was altered, or the key that signed it has been removed or may no longer read.',
    )
  }
  const until = Number(signed.expires) * 1000
  if (until <= now)
    throw new Problem('link-expired', `The address held until ${formatTime(until)}; POST /links signs another.`)
  if (scope !== 'read') throw new Problem('forbidden', `A signed address allows 'read'; this needs '${scope}'.`)
}

/** Lets another function pass that shows the internal token; without a configured token everybody passes. */
export function authorizeInternal(token: string, authorization: string | undefined): void {
  if (token === '') return
  const shown = bearer(authorization)
  const challenge = { headers: { 'www-authenticate': 'Bearer realm="kymograph", scope="internal"' } }
  if (shown === undefined)
    throw new Problem(
      'unauthorized',
      'This address is for the functions themselves: the internal token is missing.',
      challenge,
    )
  if (!timingSafeEqual(digest(shown), digest(token)))
    throw new Problem('unauthorized', 'The internal token is wrong.', challenge)
}
