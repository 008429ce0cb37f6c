import fc from 'fast-check'
import t from 'tap'
import { valueAxis } from './valueaxis.ts'

function axis(low: number, high: number, more: { zero?: boolean; title?: string; height?: number } = {}) {
  const { y, unit } = valueAxis({ low, high, zero: false, title: '', width: 800, height: 400, theme: 'light', ...more })
  const { scale, axis } = y as { scale: { domain: [number, number] }; axis: { values: number[]; labelExpr: string } }
  return { domain: scale.domain, ticks: axis.values, label: axis.labelExpr, unit }
}

t.test('ticks are round, and the scale ends on half a step', async (t) => {
  t.same(axis(-1.6, 35.6), {
    domain: [-5, 40],
    ticks: [0, 10, 20, 30, 40],
    label: "format(datum.value, ',.0f')",
    unit: '',
  })
  t.same(axis(0.1, 0.5).ticks, [0.1, 0.2, 0.3, 0.4, 0.5])
})

t.test('zero is on the scale when asked for', async (t) => {
  t.same(axis(12, 18, { zero: true }).domain, [0, 20])
  t.same(axis(-18, -12, { zero: true }).domain, [-20, 0])
  t.same(axis(0, 0, { zero: true }).domain, [0, 1])
})

t.test('a constant stands in the middle', async (t) => {
  for (const value of [21.5, -3, 0, 1e12, 1e-9]) {
    const [from, to] = axis(value, value).domain
    t.ok(from < value && value < to, `${value} in ${from} to ${to}`)
  }
})

t.test('large and small numbers name their power', async (t) => {
  t.match(axis(3e12, 3.4e12, { title: 'USD' }), {
    unit: 'trillion USD',
    label: "format(datum.value / 1000000000000, ',.1f')",
  })
  t.match(axis(0, 8e6, { title: 'people' }), { unit: 'million people', label: "format(datum.value / 1000000, ',.0f')" })
  t.match(axis(3e-9, 6e-9, { title: 'mol/l' }), {
    unit: 'billionths of mol/l',
    label: "format(datum.value * 1000000000, ',.1f')",
  })
  t.match(axis(1e300, 2e300), { unit: '', label: "format(datum.value, '.1e')" })
  t.match(axis(1e12, 1e12 + 4), { unit: '', label: "format(datum.value, ',.0f')" })
})

t.test('any two doubles give a scale that holds them, with ticks in order', async (t) => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 })
  const holds = fc.property(value, value, fc.integer({ min: 120, max: 4000 }), (a, b, height) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)]
    const { domain, ticks } = axis(low, high, { height })
    const slack = (domain[1] - domain[0]) * 1e-6
    return (
      domain[0] < domain[1] &&
      domain[0] <= low + slack &&
      domain[1] >= high - slack &&
      ticks.length >= 1 &&
      ticks.length <= 12 &&
      ticks.every((tick, i) => i === 0 || tick > ticks[i - 1]!)
    )
  })
  t.doesNotThrow(() => fc.assert(holds, { numRuns: 2000 }))
})
