import t from 'tap'
import { makeCursor, nextLink, readCursor } from './cursor.ts'

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

t.test('the next page is a link with the same query and the new cursor', async (t) => {
  const url = new URL('http://localhost/series/a%2Fb/points.csv?limit=2&cursor=old&from=-7d')
  t.same(nextLink(url, 'new'), { link: '</series/a%2Fb/points.csv?limit=2&cursor=new&from=-7d>; rel="next"' })
  t.match(nextLink(new URL('http://localhost/series'), 'c'), { link: '</series?cursor=c>; rel="next"' })
  t.same(nextLink(url, undefined), {})
  t.equal(url.searchParams.get('cursor'), 'old', 'the address itself stays')
})
