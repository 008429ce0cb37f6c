import t from 'tap'
import { matches, parseMatch, wantedValues } from './match.ts'

const matching = (text: string, labels: Record<string, string>) => matches(parseMatch(text), labels)

t.test('conditions are read with their spaces, escapes and odd values', async (t) => {
  t.same(parseMatch(' city = "austin" , kind!="te\\"st\\\\" '), [
    { label: 'city', negated: false, values: ['austin'] },
    { label: 'kind', negated: true, values: ['te"st\\'] },
  ])
  t.same(parseMatch('città="a,b=c"'), [{ label: 'città', negated: false, values: ['a,b=c'] }])
  t.same(parseMatch('  '), [])
  t.same(parseMatch('a="",'), [{ label: 'a', negated: false, values: [''] }])
  t.same(parseMatch('a!=( "x" ,"y")'), [{ label: 'a', negated: true, values: ['x', 'y'] }])
})

t.test('a name that no label can have is refused where it stands', async (t) => {
  const rule = 'must have 1 to 128 characters, and no white space, control character or any of " = ! , ~ { }'
  const message = (text: string) => {
    try {
      return parseMatch(text)
    } catch (error) {
      return (error as RangeError).message
    }
  }
  t.equal(message('{city="austin"}'), `column 1: the label's name '{city' ${rule}`)
  const long = 'x'.repeat(129)
  t.equal(message(`a="1", ${long}="2"`), `column 8: the label's name '${long.slice(0, 20)}…' ${rule}`)
  t.same(parseMatch(`${'x'.repeat(128)}="2"`).length, 1)
})

t.test('every condition must hold', async (t) => {
  const labels = { city: 'austin', kind: 'air' }
  t.equal(matching('city="austin"', labels), true)
  t.equal(matching('city="austin",kind="air"', labels), true)
  t.equal(matching('city="austin",kind!="air"', labels), false)
  t.equal(matching('city="Austin"', labels), false)
  t.equal(matching('', labels), true)
})

t.test('of a list one value is enough', async (t) => {
  t.equal(matching('city=("austin","berlin")', { city: 'berlin' }), true)
  t.equal(matching('city=("austin","berlin")', { city: 'bern' }), false)
  t.equal(matching('city!=("austin","berlin")', { city: 'bern' }), true)
  t.equal(matching('city!=("austin","berlin")', { city: 'austin' }), false)
  t.equal(matching('city=("austin","")', {}), true, 'a missing label has the empty value')
})

t.test('a regular expression fits the whole value', async (t) => {
  const cases: [text: string, city: string, fits: boolean][] = [
    ['city=~"a.*n"', 'austin', true],
    ['city=~"a.*n"', 'austin!', false],
    ['city=~"ust"', 'austin', false],
    ['city=~"austin|berlin"', 'berlin', true],
    ['city=~"austin|berlin"', 'berlin2', false],
    ['city!~"a.*"', 'austin', false],
    ['city!~"a.*"', 'berlin', true],
    ['city=~"(?i)AUSTIN"', 'austin', true],
    ['city=~"\\\\d+"', '42', true],
    ['city=~"\\d+"', '42', true],
    ['city=~"\\p{Lu}.+"', 'Århus', true],
    ['city=~"a.b"', 'a😀b', true],
    ['city=~"a\\"b"', 'a"b', true],
  ]
  for (const [text, city, fits] of cases) t.equal(matching(text, { city }), fits, `${text} on ${city}`)
  t.equal(matching('city=~".*"', {}), true)
  t.equal(matching('city=~".+"', {}), false)
  t.equal(matching('city!~".+"', {}), true)
})

t.test('no regular expression takes long', async (t) => {
  const value = 'a'.repeat(512)
  for (const pattern of ['(a*)*b', '(a|aa)+b', '(a+)+$b', '(.*)*(.*)*(.*)*b', '(a?){100}z']) {
    const start = process.cpuUsage()
    t.equal(matching(`x=~"${pattern}"`, { x: value }), false, pattern)
    const { user } = process.cpuUsage(start)
    t.ok(user < 2_000_000, `${pattern}: ${user} µs, where backtracking would take years`)
  }
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

t.test('the values that an index can look up', async (t) => {
  t.same(wantedValues(parseMatch('a!="x",b=~"y",c=("p","q")')), { label: 'c', negated: false, values: ['p', 'q'] })
  for (const text of ['', 'a!="x"', 'a=""', 'a=("x","")', 'a=~"x"']) t.equal(wantedValues(parseMatch(text)), undefined)
})

t.test('what is no condition is refused with its column and what would be right', async (t) => {
  const wrong: [text: string, message: string][] = [
    ['city', "column 5: expected one of =, !=, =~, !~ behind 'city', found the end"],
    ['city=austin', "column 6: expected a value in double quotes, found 'austin'"],
    ["city='austin'", "column 6: expected a value in double quotes, found ''austin''"],
    ['="austin"', 'column 1: expected the name of a label, found \'="austin"\''],
    ['city=="a"', "column 5: expected one of =, !=, =~, !~ behind 'city', found '==\"a\"'"],
    ['city~"a"', "column 5: expected one of =, !=, =~, !~ behind 'city', found '~\"a\"'"],
    ['a="1" b="2"', 'column 7: expected a comma before the next condition, found \'b="2"\''],
    ['a="1', 'column 3: the " that begins here is not closed'],
    ['a="\\"', 'column 3: the " that begins here is not closed'],
    [',a="1"', 'column 1: expected the name of a label, found \',a="1"\''],
    ['a="1", b', "column 9: expected one of =, !=, =~, !~ behind 'b', found the end"],
    ['a=("1"', 'column 7: expected a comma or ) in the list, found the end'],
    ['a=()', "column 4: expected a value in double quotes, found ')'"],
    ['a=~("1","2")', 'column 4: expected a regular expression in double quotes, found \'("1","2")\''],
    [
      'a="1",b=~"("',
      "column 10: the regular expression can't be read: missing closing ): `(`; its syntax is that of RE2",
    ],
    [
      'a=~"(?=b)"',
      "column 4: the regular expression can't be read: invalid or unsupported Perl syntax: `(?=`; its syntax is that of RE2",
    ],
    [`a=~"${'b'.repeat(1001)}"`, 'column 4: the regular expression is longer than 1000 characters'],
    ['a=~"(b?){400}"', 'column 4: the regular expression repeats too much; use smaller counts, or a list'],
  ]
  for (const [text, message] of wrong) t.throws(() => parseMatch(text), new RangeError(message), text)
})
