import { createHash } from 'node:crypto'
import t from 'tap'
import { ConfigError } from '../config.ts'
import { Problem } from '../problems.ts'
import { authorize, authorizeInternal, authorizeSigned, type Key, parseKeys, type Scope } from './auth.ts'
import { signAddress, takeSignature } from './signature.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The problem that it throws, or the name of the key that passed. */
function outcome(work: () => unknown) {
  try {
    return (work() as Key | undefined)?.name ?? 'passed'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { code: error.code, detail: error.detail, challenge: error.headers['www-authenticate'] }
  }
}

t.test('keys are separated by spaces, commas or lines', async (t) => {
  const [a, b, c] = ['a', 'b', 'c'].map(sha256)
  const keys = parseKeys(`  one:read:${a},two:read+write:${b?.toUpperCase()}\n\nmy-key_3.0:admin:${c} `)
  t.match(keys, [
    { name: 'one', scopes: ['read'] },
    { name: 'two', scopes: ['read', 'write'] },
    { name: 'my-key_3.0', scopes: ['admin'] },
  ])
  t.same(
    keys.map((key) => key.sha256.toString('hex')),
    [a, b, c],
  )
  t.same(parseKeys(' ,\n '), [])
})

t.test('a wrong entry is named by its place, and nothing of it is repeated', async (t) => {
  const good = `ok:read:${sha256('k')}`
  const wrong = ['SECRET', 'SECRET:read', `SECRET:red:${sha256('k')}`, `SECRET::${sha256('k')}`, `:read:${sha256('k')}`]
  const more = [
    `SECRET:read+:${sha256('k')}`,
    `SECRET:read:${sha256('k').slice(1)}`,
    `${good}:SECRET`,
    'SECRET:read:SECRET',
  ]
  for (const entry of [...wrong, ...more, `SECRET:internal:${sha256('k')}`]) {
    let message = ''
    try {
      parseKeys(`${good},${entry}`)
    } catch (error) {
      t.ok(error instanceof ConfigError)
      message = (error as Error).message
    }
    t.match(message, /^API_KEYS: entry 2 is not 'name:scopes:sha256'/, entry)
    t.notMatch(message, /SECRET/)
    t.notMatch(message, sha256('k').slice(1))
  }
})

t.test('a scope lets pass what it says, and admin everything', async (t) => {
  const keys = parseKeys(
    ['read', 'write', 'read+write', 'admin'].map((s) => `${s.replace('+', '-')}:${s}:${sha256(s)}`).join(),
  )
  const passes = (scope: 'read' | 'write' | 'admin') =>
    keys.map(({ name, scopes }) => outcome(() => authorize(keys, scope, `Bearer ${scopes.join('+')}`)) === name)
  t.same(passes('read'), [true, false, true, true])
  t.same(passes('write'), [false, true, true, true])
  t.same(passes('admin'), [false, false, false, true])
  t.same(
    outcome(() => authorize(keys, 'write', 'Bearer read')),
    {
      code: 'forbidden',
      detail: "The key 'read' has read; this needs 'write'.",
      challenge: 'Bearer realm="kymograph", scope="write"',
    },
  )
})

t.test('a key is a bearer, or a token, in any case of these words', async (t) => {
  const keys = parseKeys(`one:read:${sha256('right')}`)
  for (const header of ['Bearer right', 'bearer  right', 'Token right', 'TOKEN right'])
    t.equal(
      outcome(() => authorize(keys, 'read', header)),
      'one',
      header,
    )
  t.match(
    outcome(() => authorize(keys, 'read', 'Token wrong')),
    { code: 'unauthorized', detail: 'The key is not known.' },
  )
})

t.test('without a key, or with an unknown one, it is 401 and says what is missing', async (t) => {
  const keys = parseKeys(`one:read:${sha256('right')}`)
  const challenge = 'Bearer realm="kymograph", scope="read"'
  const missing = "Send 'Authorization: Bearer KEY' with a key that has the scope 'read'."
  for (const header of [undefined, '', 'Basic right', 'Bearer', 'Bearer ', 'right', 'Bearer a b', 'xBearer right'])
    t.same(
      outcome(() => authorize(keys, 'read', header)),
      { code: 'unauthorized', detail: missing, challenge },
      `${header}`,
    )
  for (const key of ['wrong', 'Right', sha256('right')])
    t.same(
      outcome(() => authorize(keys, 'read', `Bearer ${key}`)),
      { code: 'unauthorized', detail: 'The key is not known.', challenge },
    )
  for (const scheme of ['Bearer', 'bearer', 'BEARER  '])
    t.equal(
      outcome(() => authorize(keys, 'read', `${scheme} right`)),
      'one',
    )
})

t.test('where no key is configured, and for open routes, everybody passes', async (t) => {
  t.equal(
    outcome(() => authorize([], 'admin', undefined)),
    'passed',
  )
  t.equal(
    outcome(() => authorize(parseKeys(`one:read:${sha256('k')}`), 'open', undefined)),
    'passed',
  )
})

t.test('the internal token, where there is one', async (t) => {
  t.equal(
    outcome(() => authorizeInternal('', undefined)),
    'passed',
  )
  t.equal(
    outcome(() => authorizeInternal('token', 'Bearer token')),
    'passed',
  )
  const challenge = 'Bearer realm="kymograph", scope="internal"'
  for (const header of [undefined, 'token', 'Basic token'])
    t.match(
      outcome(() => authorizeInternal('token', header)),
      { code: 'unauthorized', detail: /is missing/, challenge },
    )
  for (const header of ['Bearer tokem', 'Bearer token2', 'Bearer toke'])
    t.match(
      outcome(() => authorizeInternal('token', header)),
      { code: 'unauthorized', detail: /is wrong/, challenge },
    )
})

t.test('a signed address reads, and nothing more, while its key may', async (t) => {
  const keys = parseKeys(['read', 'write', 'admin'].map((s) => `${s}:${s}:${sha256(s)}`).join())
  const [reader, writer, boss] = keys.map((key) => takeSignature(signAddress(key.sha256, '/a', 1000))!)
  const now = 999_999
  const asked = (scope: Scope, signed = reader!, more: { method?: string; now?: number } = {}, known = keys) =>
    outcome(() => authorizeSigned(known, scope, { method: 'GET', signed, now, ...more }))
  t.equal(asked('read'), 'passed')
  t.equal(asked('read', boss), 'passed')
  t.equal(asked('read', reader, { method: 'HEAD' }), 'passed')
  t.match(asked('read', reader, { now: 1_000_000 }), {
    code: 'link-expired',
    detail: 'The address held until 1970-01-01T00:16:40.000Z; POST /links signs another.',
  })
  for (const scope of ['write', 'admin'] as const)
    t.match(asked(scope, boss), { code: 'forbidden', detail: `A signed address allows 'read'; this needs '${scope}'.` })
  t.match(asked('read', writer), { code: 'link-invalid' }, 'its key may not read')
  t.match(asked('read', reader, {}, keys.slice(1)), { code: 'link-invalid' }, 'its key is gone')
  t.match(
    asked('read', { ...reader!, address: '/b' }, { now: 1_000_000 }),
    { code: 'link-invalid' },
    'not expired alone',
  )
  for (const method of ['POST', 'PUT', 'DELETE']) t.match(asked('read', reader, { method }), { code: 'link-invalid' })
  t.equal(asked('read', writer, {}, []), 'passed', 'where no key is configured')
  t.equal(asked('open', writer), 'passed')
})
