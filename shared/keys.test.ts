import t from 'tap'
import { readSmqKey, smqKeys, smqPrefix } from './jobs/smq-keys.ts'
import * as keys from './keys.ts'

/** What keys.ts exports that is no key, or one that is never there. */
const noKeys = new Set(['readKey', 'ownPrefix', 'keyFormCount', 'absentKey'])
/** Names that others begin with, and a channel: none of them is a key. */
const noJobKeys = /Prefix$|^changes$/

/** Every key that a module names, made with ids of a usual form. */
function* namesIn(what: unknown, path: string): Generator<[path: string, key: string]> {
  if (typeof what === 'string') yield [path, what]
  else if (typeof what === 'function') {
    const ids = path === 'seriesKeysOf' || path === 'asideKey' ? ['A'.repeat(22), '1'] : ['a=b', 'c-d', 'e_f']
    yield* namesIn(what(...(path.startsWith('importKeys') || path.startsWith('onceKey') ? ['c-d'] : ids)), `${path}()`)
  } else if (typeof what === 'object' && what !== null) {
    for (const [name, part] of Object.entries(what)) if (!noJobKeys.test(name)) yield* namesIn(part, `${path}.${name}`)
  }
}

t.test('every key that there is a name for is known by its form', async (t) => {
  const exports = Object.entries(keys).filter(([name]) => !noKeys.has(name))
  const all = exports.flatMap(([name, what]) => [...namesIn(what, name)])
  t.ok(all.length > 20, `${all.length} keys`)
  for (const [path, key] of all) {
    t.ok(key.startsWith(keys.ownPrefix), `${path} is one of ours`)
    t.ok(keys.readKey(key), `${path}: ${key}`)
  }
  t.same(new Set(all.map(([, key]) => keys.readKey(key)?.form)).size, keys.keyFormCount, 'and every form has a key')
})

t.test('the parts of a key’s name are read', async (t) => {
  t.match(keys.readKey(keys.labelKey('place', 'a=b\n')), { form: 'label', parts: { label: 'place', value: 'a=b\n' } })
  t.match(keys.readKey(keys.stagedKeys('s', 'i-1', 'x_').summaries), { form: 'prepared', parts: { id: 'i-1' } })
  t.match(keys.readKey(keys.jobKeys.job('01-a')), { form: 'job', parts: { id: '01-a' } })
  t.equal(keys.readKey('other'), undefined)
})

t.test('the keys of redis-smq that are used here are known', async (t) => {
  const { messagesCount: _, status: __, waits: ___, isTaken: ____, ...names } = smqKeys
  for (const name of Object.values(names)) {
    const key = typeof name === 'string' ? name : name('id')
    t.ok(key.startsWith(smqPrefix))
    t.ok(readSmqKey(key).isKnown, key)
  }
  t.equal(readSmqKey(smqKeys.message('m')).message, 'm')
  t.notOk(readSmqKey('redis-smq-900.1:default:1:tickets').isKnown, 'another version')
})
