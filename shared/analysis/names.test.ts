import fc from 'fast-check'
import t from 'tap'
import { taggedName } from '../import/names.ts'
import { labelOf, labelsOf, nameParts, titleOf } from './names.ts'

const named = (...names: string[]) => names.map((name) => ({ name }))

t.test('series that differ by a label are called by its value, unescaped', async (t) => {
  const found = labelsOf(named('unemployed,series=Business\\ services', 'unemployed,series=Mining'))
  t.same(found, { labels: ['Business services', 'Mining'], shared: 'unemployed' })
  t.equal(titleOf(found), 'unemployed: Business services, Mining')
})

t.test('labels that all share are said once', async (t) => {
  const found = labelsOf(named('temp,city=Oslo,site=a', 'temp,city=Oslo,site=b'))
  t.same(found, { labels: ['a', 'b'], shared: 'temp, Oslo' })
})

t.test('the measurement is said where it differs', async (t) => {
  t.same(labelsOf(named('level,station=Basel', 'flow,station=Basel')), { labels: ['level', 'flow'], shared: 'Basel' })
  t.same(labelsOf(named('level,station=Basel', 'flow,station=Chur')).labels, ['level, Basel', 'flow, Chur'])
  t.same(labelsOf(named('a', 'b')), { labels: ['a', 'b'], shared: '' })
  t.same(labelsOf(named('a', 'a,site=x')).labels, ['a', 'x'])
})

t.test('descriptions come first, and the labels where they are the same', async (t) => {
  const [a, b] = named('n,k=1', 'n,k=2') as [{ name: string }, { name: string }]
  t.same(
    labelsOf([
      { ...a, description: 'First' },
      { ...b, description: 'Second' },
    ]).labels,
    ['First', 'Second'],
  )
  const same = labelsOf([
    { ...a, description: 'Both' },
    { ...b, description: 'Both' },
  ])
  t.same(same, { labels: ['1', '2'], shared: 'Both' })
  t.same(
    labelsOf([
      { name: 'x', description: 'Same' },
      { name: 'y', description: 'Same' },
    ]).labels,
    ['x', 'y'],
  )
})

t.test('one series is called by its description, or its name and all values', async (t) => {
  t.equal(labelOf({ name: 'unemployed,series=Business\\ services' }), 'unemployed, Business services')
  t.equal(labelOf({ name: 'n,k=1', description: 'What it is' }), 'What it is')
  t.equal(labelOf({ name: 'Smith, John' }), 'Smith, John')
  t.equal(labelOf({ name: 'a\\,b' }), 'a\\,b')
})

t.test('more than three names are counted', async (t) => {
  t.equal(titleOf({ labels: ['a', 'b', 'c', 'd'], shared: 'x' }), 'x: a, b and 2 more')
})

t.test('the parts of a name are those that made it, whatever they hold', async (t) => {
  const text = fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom('a', ',', '=', ' ', '\\', 'ü') })
  const tags = fc.dictionary(text, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
  const same = fc.property(tags, (labels) => {
    const parts = nameParts(taggedName('base', labels))
    return (
      parts.base === 'base' && JSON.stringify(Object.entries(labels).sort()) === JSON.stringify([...parts.tags].sort())
    )
  })
  t.doesNotThrow(() => fc.assert(same, { numRuns: 500 }))
})
