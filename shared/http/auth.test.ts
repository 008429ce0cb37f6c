import { createHash } from 'node:crypto'
import t from 'tap'
import { ConfigError } from '../config.ts'
import { Problem } from '../problems.ts'
import { authorize, authorizeInternal, parseKeys } from './auth.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** The problem that it throws, or the name of the key that passed. */
function outcome(work: () => unknown) {
  try {
    return work() ?? 'passed'
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
