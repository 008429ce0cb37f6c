import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { columns, times } from '../../test/points.ts'
import { noPoints, type Points } from './points.ts'
import { spansOf } from './spans.ts'

t.test('spans hold every point, and no wide gap', async (t) => {
  t.same(spansOf(noPoints), [])
  const ends = (points: Points) => spansOf(points).map(({ first, last }) => [first, last] as [number, number])
  t.same(ends(columns([5])), [[5, 5]])
  t.same(ends(columns([1, 1e9])), [
    [1, 1],
    [1e9, 1e9],
  ])
  t.same(ends(columns(times(1000))), [[0, 999]])
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 1000 }), (at) => {
      const sorted = at.sort((a, b) => a - b)
      const spans = ends(columns(sorted))
      assert.ok(spans.length <= 256)
      assert.equal(spans[0]![0], sorted[0])
      assert.equal(spans.at(-1)![1], sorted.at(-1))
      const widest = (sorted.at(-1)! - sorted[0]!) / 256
      assert.ok(spans.every(([first, last], i) => first <= last && (i === 0 || first - spans[i - 1]![1] > widest)))
      assert.ok(sorted.every((time) => spans.some(([first, last]) => first <= time && time <= last)))
    }),
  )
})
