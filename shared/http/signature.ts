import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A signed address, taken apart. */
export interface SignedAddress {
  /** Path and query without the two parameters that the signature adds. */
  address: string
  /** Unix seconds, as they stand there. */
  expires: string
  signature: string
}

/**
 * Signs an address until a time in Unix seconds: path and query, with `expires` and `signature` behind them. The key is
 * the SHA-256 of an API key. Throws URIError where the path is not percent-encoded UTF-8.
 */
export function signAddress(key: Buffer, address: string, expires: number): string {
  const signature = signatureOf(key, address, String(expires))
  return `${address}${address.includes('?') ? '&' : '?'}expires=${expires}&signature=${signature}`
}

/** Takes `expires` and `signature` out of a path and query; undefined where there is no signature. */
export function takeSignature(url: string): SignedAddress | undefined {
  const [path, query] = cut(url)
  if (!query.includes('signature=')) return undefined // most requests
  const parts = query.split('&')
  const all = (name: string) => parts.filter((part) => part.startsWith(name)).map((part) => part.slice(name.length))
  const [expires, signature] = [all('expires='), all('signature=')]
  if (signature.length === 0) return undefined
  const rest = parts.filter((part) => !/^(expires|signature)=/.test(part)).join('&')
  // Two of one make a text that no signature fits.
  return { address: rest === '' ? path : `${path}?${rest}`, expires: expires.join(), signature: signature.join() }
}

/** Whether the signature is that of this key; the time that it takes tells nothing. */
export function isSignedWith(key: Buffer, { address, expires, signature }: SignedAddress): boolean {
  let expected: string
  try {
    expected = signatureOf(key, address, expires)
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
  return timingSafeEqual(digest(expected), digest(signature))
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** HMAC-SHA256 (RFC 2104) by a key that serves nothing else, derived from the SHA-256 of the API key. */
function signatureOf(key: Buffer, address: string, expires: string): string {
  const own = createHmac('sha256', key).update('kymograph signed address').digest()
  return createHmac('sha256', own).update(canonical(address, expires)).digest('base64url')
}

/**
 * What an address means, whichever way it is escaped: proxies and browsers write the same address differently. The
 * parameters are in the order of their names; several of one name stay as they are. An escaped dot is none that divides a
 * name from its suffix, so it stays apart.
 */
function canonical(address: string, expires: string): string {
  const [path, query] = cut(address)
  const parameters = [...new URLSearchParams(query)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const segments = path.split('/').map((segment) => segment.split(/%2e/i).map(decodeURIComponent))
  return JSON.stringify([segments, parameters, expires])
}

function cut(url: string): [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}
