import fc from 'fast-check'
import t from 'tap'
import { fingerprint } from './fingerprint.ts'

const question = { kind: 'plot', series: ['a', 'b'], params: { width: 800, axis: { x: 1, y: [1, 2] } }, from: 1, to: 2 }
const revisions = ['one.1', 'two.2']
const known = fingerprint(question, revisions)

t.test('the order of parameters does not count', async (t) => {
  const shuffled = { ...question, params: { axis: { y: [1, 2], x: 1 }, width: 800 } }
  t.equal(fingerprint(shuffled, revisions), known)
  const shape = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, 0, -0, 1.5, '', '__proto__', 'a'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }),
    ),
  }))
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, member]) => [name, turned(member)]),
    )
  }
  const sameWhenTurned = fc.property(fc.dictionary(fc.string({ maxLength: 3 }), shape.value), (params) => {
    const given = { ...question, params }
    return (
      fingerprint(given, revisions) ===
      fingerprint({ ...question, params: turned(params) as object } as typeof given, revisions)
    )
  })
  t.doesNotThrow(() => fc.assert(sameWhenTurned))
})

t.test('everything else counts', async (t) => {
  const others = [
    fingerprint({ ...question, kind: 'gaps' }, revisions),
    fingerprint({ ...question, series: ['b', 'a'] }, revisions),
    fingerprint({ ...question, series: ['b', 'a'] }, ['two.2', 'one.1']),
    fingerprint({ ...question, series: ['a'] }, ['one.1']),
    fingerprint({ ...question, from: undefined }, revisions),
    fingerprint({ ...question, from: 0 }, revisions),
    fingerprint({ ...question, to: 3 }, revisions),
    fingerprint({ ...question, params: { ...question.params, width: 801 } }, revisions),
    fingerprint({ ...question, params: { ...question.params, axis: { x: 1, y: [2, 1] } } }, revisions),
    fingerprint(
      {
        ...question,
        params: {
          ...question.params,
          axis: [
            ['x', 1],
            ['y', [1, 2]],
          ],
        },
      },
      revisions,
    ),
    fingerprint(question, ['one.2', 'two.2']),
    fingerprint(question, ['two.2', 'one.1']),
  ]
  t.equal(new Set([known, ...others]).size, others.length + 1)
})
