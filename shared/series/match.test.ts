import t from 'tap'
import { matches, parseMatch } from './match.ts'

const matching = (text: string, labels: Record<string, string>) => matches(parseMatch(text), labels)

t.test('conditions are read with their spaces, escapes and odd values', async (t) => {
  t.same(parseMatch(' city = "austin" , kind!="te\\"st\\\\" '), [
    { label: 'city', negated: false, value: 'austin' },
    { label: 'kind', negated: true, value: 'te"st\\' },
  ])
  t.same(parseMatch('città="a,b=c"'), [{ label: 'città', negated: false, value: 'a,b=c' }])
  t.same(parseMatch('  '), [])
  t.same(parseMatch('a="",'), [{ label: 'a', negated: false, value: '' }])
})

t.test('every condition must hold', async (t) => {
  const labels = { city: 'austin', kind: 'air' }
  t.equal(matching('city="austin"', labels), true)
  t.equal(matching('city="austin",kind="air"', labels), true)
  t.equal(matching('city="austin",kind!="air"', labels), false)
  t.equal(matching('city="Austin"', labels), false)
  t.equal(matching('', labels), true)
})

t.test('a label that is missing has the empty value', async (t) => {
  t.equal(matching('city=""', {}), true)
  t.equal(matching('city!=""', {}), false)
  t.equal(matching('city!="austin"', {}), true)
  for (const label of ['constructor', 'toString', '__proto__']) {
    t.equal(matching(`${label}=""`, {}), true, label)
    t.equal(matching(`${label}="x"`, JSON.parse(`{"${label}":"x"}`)), true, label)
  }
})

t.test('what is no condition is refused by its own words', async (t) => {
  const wrong = ['city', 'city=austin', "city='austin'", '="austin"', 'city=="a"', 'city=~"a.*"', 'a="1" b="2"', 'a="1']
  for (const text of [...wrong, ',a="1"', 'a="\\"'])
    t.throws(
      () => parseMatch(text),
      { message: `'${text}' is not a condition; expected label="value" or label!="value", joined by commas` },
      text,
    )
  t.throws(() => parseMatch('a="1", b'), /^'b' is not a condition/)
})
