import { createHash } from 'node:crypto'
import { bodyStream, watchBody } from './body.ts'
import { type Answer, contentType, type Request, type Route } from './http.ts'
import { type Once, type Onces, readOnceKey } from './once.ts'

/**
 * Calls a handler, and for a POST with an Idempotency-Key sees to it that it is called once. The body is hashed as it
 * passes; a repetition's is read to the end to be compared.
 */
export async function handleOnce<Services>(
  request: Request,
  route: Route<Services>,
  services: Services,
  { onces, caller, maxBodyBytes }: { onces: Onces | undefined; caller: string | undefined; maxBodyBytes: number },
): Promise<Answer> {
  const key = route.method === 'POST' && onces ? readOnceKey(request.raw.headers['idempotency-key']) : undefined
  if (key === undefined || !onces) return route.handle(request, services)

  const hash = createHash('sha256')
  hash.update(`${JSON.stringify([request.url.pathname, request.url.search, contentType(request.raw)])}\n`)
  let digest: string | undefined
  if (route.direct) watchBody(request.raw, (chunk) => hash.update(chunk))
  else digest = hash.update(request.body).digest('base64url')
  const readDigest = async () => {
    if (digest === undefined && !request.raw.readableEnded) {
      // What the handler has left of its body belongs to the request as well.
      for await (const _ of bodyStream(request.raw, maxBodyBytes));
    }
    digest ??= hash.digest('base64url')
    return digest
  }
  const asked = {
    ...{ caller: caller ?? '', route: `${route.method} ${route.path}`, key, digest, readDigest },
    again: route.repetition === 'again',
  }
  const handle = (once: Once) => {
    request.once = once
    return route.handle(request, services)
  }
  return onces.run(asked, handle, request.log)
}
