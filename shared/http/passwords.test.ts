import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { takePassword } from './passwords.ts'

/** The address and the header that a request is left with. */
function left(url: string, authorization?: string) {
  const req = { url, headers: { ...(authorization === undefined ? {} : { authorization }) } }
  takePassword(req as IncomingMessage)
  return [req.url, req.headers.authorization]
}
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

t.test('a password in the query or by Basic becomes a bearer, and leaves the address', async (t) => {
  t.same(left('/write?db=x&u=me&p=key&precision=s'), ['/write?db=x&precision=s', 'Bearer key'])
  t.same(left('/write?p=a%2Bb+c'), ['/write', undefined], 'a space can be in no key')
  t.same(left('/write?%70=a%2Bb'), ['/write', 'Bearer a+b'], 'however it is escaped')
  t.same(left('http://host:80/write?p=key'), ['http://host:80/write', 'Bearer key'])
  t.same(left('/write?db=x', basic('me:key:2')), ['/write?db=x', 'Bearer key:2'])
  t.same(left('/api/v2/write?bucket=b', basic(':key')), ['/api/v2/write?bucket=b', 'Bearer key'])
  t.same(left('/write?p=one', basic('me:two')), ['/write', 'Bearer one'])
  t.same(left('/write?p=one', 'Bearer two'), ['/write', 'Bearer one'])
})

t.test('what shows no password stays as it is', async (t) => {
  t.same(left('/write?p=&db=a%20b', 'Bearer key'), ['/write?db=a%20b', 'Bearer key'])
  t.same(left('/write', 'Token key'), ['/write', 'Token key'])
  t.same(left('/write', 'Basic ???'), ['/write', 'Basic ???'])
  for (const url of ['/series?p=key&u=me', '/writer?p=key', '/write/x?p=key', '/api/v2/writes?p=key', '/'])
    t.same(left(url, basic('me:key')), [url, basic('me:key')], 'no other address takes one')
})
