import t from 'tap'
import { isClusterUrl, readClusterUrl } from './redis-url.ts'

t.test('an address of a cluster names some of its servers, and a user', async (t) => {
  t.same(readClusterUrl('redis+cluster://one'), { hosts: [{ host: 'one', port: 6379 }], isSecure: false })
  t.same(readClusterUrl('rediss+cluster://ann:p%40ss%3A%2F@a.example:7000,10.0.0.2,[::1]:7002/'), {
    hosts: [
      { host: 'a.example', port: 7000 },
      { host: '10.0.0.2', port: 6379 },
      { host: '::1', port: 7002 },
    ],
    username: 'ann',
    password: 'p@ss:/',
    isSecure: true,
  })
  t.match(readClusterUrl('redis+cluster://:secret@a'), { password: 'secret' })
  t.notOk('username' in readClusterUrl('redis+cluster://:secret@a')!)
  t.same(readClusterUrl('redis+cluster://ann@a'), {
    hosts: [{ host: 'a', port: 6379 }],
    username: 'ann',
    isSecure: false,
  })
})

t.test('what is no address of a cluster is not read as one', async (t) => {
  for (const url of ['redis://a:1', 'rediss://a', 'http+cluster://a', '']) {
    t.notOk(isClusterUrl(url), url)
    t.equal(readClusterUrl(url), undefined, url)
  }
  const wrong = [
    '',
    '/',
    'a/1',
    'a?x=1',
    'a,',
    ',a',
    'a:0',
    'a:65536',
    'a:b',
    'a b',
    'u:p@q@a',
    'u:%zz@a',
    '::1',
    '[::1',
  ]
  for (const rest of wrong) {
    t.ok(isClusterUrl(`redis+cluster://${rest}`), rest)
    t.equal(readClusterUrl(`redis+cluster://${rest}`), undefined, rest)
  }
})
