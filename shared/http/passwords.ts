import type { IncomingMessage } from 'node:http'

/** What clients of InfluxDB write to: some of them show a key as a password. */
const written = /^(?:https?:\/\/[^/?]*)?\/(?:write|ping|query|api\/v2\/write)\/?(?=\?|$)/i

/**
 * Lets a key be shown as a password, with any user's name: as `p` in the query, which goes first, or by Basic (RFC
 * 7617). Both become `Authorization: Bearer KEY`. `u` and `p` are taken off the address, so that no handler, log or
 * answer sees them.
 */
export function takePassword(req: IncomingMessage): void {
  const url = req.url ?? '/'
  const [path] = written.exec(url) ?? []
  if (path === undefined) return
  const kept: string[] = []
  let password = ''
  for (const part of url.slice(path.length + 1).split('&')) {
    const [[name, value] = ['', '']] = new URLSearchParams(part)
    if (name === 'p') password = value
    else if (name !== 'u' && part !== '') kept.push(part)
  }
  req.url = kept.length === 0 ? path : `${path}?${kept.join('&')}`
  const shown = password || passwordOf(req.headers.authorization)
  if (shown === '') return
  // What no header can hold is no key.
  if (/^[\x21-\x7e]+$/.test(shown)) req.headers.authorization = `Bearer ${shown}`
  else delete req.headers.authorization
}

function passwordOf(authorization: string | undefined): string {
  const [, encoded = ''] = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? []
  const pair = Buffer.from(encoded, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}
