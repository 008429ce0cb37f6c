import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { isSignedWith, signAddress, takeSignature } from './signature.ts'

const key = createHash('sha256').update('a key').digest()
const other = createHash('sha256').update('another').digest()
const holds = (url: string, by = key) => {
  const signed = takeSignature(url)
  return signed !== undefined && isSignedWith(by, signed)
}

t.test('a signed address is the address with two parameters behind it', async (t) => {
  const plain = signAddress(key, '/results/1.png', 1893456000)
  t.match(plain, /^\/results\/1\.png\?expires=1893456000&signature=[\w-]{43}$/)
  const asked = signAddress(key, '/points?series=a&series=b', 1893456000)
  t.match(asked, /^\/points\?series=a&series=b&expires=1893456000&signature=[\w-]{43}$/)
  t.match(takeSignature(plain), { address: '/results/1.png', expires: '1893456000', signature: /^[\w-]{43}$/ })
  t.match(takeSignature(asked), { address: '/points?series=a&series=b' })
  t.equal(holds(plain), true)
  t.equal(holds(plain, other), false, 'of another key')
  t.not(signAddress(other, '/results/1.png', 1893456000), plain)
})

t.test('an address without a signature is left alone', async (t) => {
  for (const url of [
    '/series',
    '/series?',
    '/series?expires=1',
    '/series?x=signature',
    '/signature=1',
    '/a?asignature=1',
  ])
    t.equal(takeSignature(url), undefined, url)
})

t.test('other ways to write the same address keep the signature', async (t) => {
  const url = signAddress(key, '/series/a%2Fb%20%C3%A9/points?from=2024-01-01T00:00Z&tz=Europe/Berlin', 1893456000)
  const [, end] = url.split('Berlin')
  for (const same of [
    '/series/a%2fb%20%c3%a9/points?from=2024-01-01T00%3A00Z&tz=Europe%2FBerlin',
    '/series/%61%2Fb%20%C3%A9/points?tz=Europe/Berlin&from=2024-01-01T00:00Z',
  ])
    t.equal(holds(same + end), true, same)
  const [query = ''] = (end ?? '').slice(1).split('?')
  t.equal(holds(`/series/a%2Fb%20%C3%A9/points?${query}&tz=Europe/Berlin&from=2024-01-01T00:00Z`), true, 'in front')
})

t.test('an address that means something else does not hold', async (t) => {
  const path = '/series/a%2Fb/points?series=x&series=y&from=1&to='
  const end = signAddress(key, path, 1893456000).slice(path.length)
  t.equal(holds(path + end), true)
  for (const altered of [
    '/series/a/b/points?series=x&series=y&from=1&to=',
    '/series/a%252Fb/points?series=x&series=y&from=1&to=',
    '/series/a%2FB/points?series=x&series=y&from=1&to=',
    '/series/a%2Fb/points.csv?series=x&series=y&from=1&to=',
    '/series/a%2Fb/points/?series=x&series=y&from=1&to=',
    '/series/a%2Fb/points?series=y&series=x&from=1&to=',
    '/series/a%2Fb/points?series=x&from=1&to=',
    '/series/a%2Fb/points?series=x&series=y&from=1',
    '/series/a%2Fb/points?series=x&series=y&from=2&to=',
    '/series/a%2Fb/points?series=x&series=y&from=1&to=&limit=1',
    '/series/a%2Fb/points?series=x&series=y&from=1&to=&expires=1893456000',
    '/series/a%2Fb/points?series=x&series=y&from=1&to=&signature=x',
    '/series/%/points?series=x&series=y&from=1&to=',
  ])
    t.equal(holds(altered + end), false, altered)
  const chart = signAddress(key, '/plots/a.png', 1893456000)
  t.equal(holds(chart), true)
  t.equal(holds(chart.replace('a.png', '%61.png')), true)
  t.equal(holds(chart.replace('a.png', 'a%2Epng')), false, 'a series whose name ends so')
  t.equal(holds(path + end.replace('1893456000', '1893456001')), false, 'a later end')
  t.equal(holds(path + end.replace('1893456000', '1893456000.0')), false, 'the same end in other words')
  t.equal(holds(path + end.replace(/expires=\d+&/, '')), false, 'no end')
  t.equal(holds(`${path}&signature=`), false)
})

t.test('a signature with any character altered does not hold', async (t) => {
  const url = signAddress(key, '/points?series=a', 1893456000)
  const start = url.indexOf('signature=') + 10
  let tried = 0
  for (let at = start; at < url.length; at++) {
    for (const character of 'AB_-') {
      if (url[at] === character) continue
      if (holds(url.slice(0, at) + character + url.slice(at + 1))) t.fail(`character ${at - start} may be ${character}`)
      tried++
    }
  }
  t.ok(tried > 43 * 3)
  t.equal(holds(url.slice(0, -1)), false)
  t.equal(holds(`${url}A`), false)
})

t.test('any names and values are signed as they are, and told apart', async (t) => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  const address = fc.tuple(text, fc.array(fc.tuple(text, text), { maxLength: 3 }))
  const write = ([name, query]: [string, [string, string][]]) =>
    `/series/${encodeURIComponent(name)}/points${query.length > 0 ? `?${new URLSearchParams(query)}` : ''}`
  fc.assert(
    fc.property(address, address, (one, two) => {
      const url = signAddress(key, write(one), 1893456000)
      const taken = takeSignature(url)
      if (!holds(url) || taken?.address !== write(one)) return false
      const moved = write(two) + (two[1].length > 0 ? '&' : '?') + url.slice(url.lastIndexOf('expires='))
      return write(two) === write(one) || !holds(moved) || hasSameMeaning(write(one), write(two))
    }),
    { numRuns: 300 },
  )
  t.throws(() => signAddress(key, '/series/%zz', 1), URIError)
})

/** Parameters in another order of names mean the same. */
function hasSameMeaning(one: string, two: string): boolean {
  const sorted = (url: string) => [
    new URL(url, 'http://x').pathname,
    ...new URL(url, 'http://x').search.slice(1).split('&').sort(),
  ]
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(two))
}
