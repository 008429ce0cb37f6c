import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { makeCursor, nextLink, readCursor } from './cursor.ts'
import type { Request } from './http.ts'
import type { LinkBases } from './links.ts'

const query = { prefix: 'a', match: undefined }
const refused = { name: 'Problem', code: 'invalid-cursor' }

t.test('a cursor gives back the last key, for the query that it belongs to', async (t) => {
  for (const key of ['', 'temp °C', 'a/b?c&d', '日本', '__proto__'])
    t.equal(readCursor(query, makeCursor(query, key), 'string'), key)
  for (const key of [0, -62135596800000, 253402300799999])
    t.equal(readCursor(query, makeCursor(query, key), 'number'), key)
  t.equal(readCursor({ prefix: 'a' }, makeCursor(query, 'k'), 'string'), 'k', 'what is not given is not there')
  t.equal(readCursor(query, undefined, 'string'), undefined)
})

t.test('under another query, of another type or damaged, it is refused', async (t) => {
  const cursor = makeCursor(query, 'key')
  for (const other of [{ prefix: 'b' }, {}, { prefix: 'a', match: 'x="1"' }, null])
    t.throws(() => readCursor(other, cursor, 'string'), refused)
  t.throws(() => readCursor(query, cursor, 'number'), refused)
  t.throws(() => readCursor(query, makeCursor(query, 5), 'string'), refused)
  const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const forged = ['', 'x', '%', 'null', json(null), json([]), json({}), json('key'), json(['key']), json([null, 'key'])]
  for (const text of [...forged, cursor.slice(1), cursor.slice(0, -3), `a${cursor}`, 5, ['a']])
    t.throws(() => readCursor(query, text, 'string'), refused, JSON.stringify(text))
})

t.test('a cursor can stand in an address as it is', async (t) => {
  const cursor = makeCursor(query, 'ÿ?>~ä'.repeat(20))
  t.match(cursor, /^[\w-]+$/)
})

t.test('the next page is an absolute link with the same query and the new cursor', async (t) => {
  const unset = { PUBLIC_POINTS_URL: '', PUBLIC_JOBS_URL: '', PUBLIC_RESULTS_URL: '' }
  const raw = { headers: { host: 'points.ns.example' }, socket: {} } as IncomingMessage
  const url = new URL('http://localhost/series/a%2Fb/points.csv?limit=2&cursor=old&from=-7d')
  const next = (bases: LinkBases, cursor: string | undefined) =>
    nextLink({ url, raw } as Request, bases, 'points', cursor)
  const path = '/series/a%2Fb/points.csv?limit=2&cursor=new&from=-7d'
  t.same(next(unset, 'new'), { link: `<http://points.ns.example${path}>; rel="next"` })
  const behind = { ...unset, PUBLIC_POINTS_URL: 'https://x.example/api/' }
  t.same(next(behind, 'new'), { link: `<https://x.example/api${path}>; rel="next"` })
  t.same(next(unset, undefined), {})
  t.equal(url.searchParams.get('cursor'), 'old', 'the address itself stays')
})
