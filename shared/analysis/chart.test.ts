import t from 'tap'
import { colours } from './chart.ts'

/** Relative luminance by WCAG 2.2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

for (const [theme, { background, ink, muted, axis, series, ramp, diverging }] of Object.entries(colours)) {
  t.test(`${theme}: texts and lines stand out from the background`, async (t) => {
    for (const text of [ink, muted]) t.ok(contrast(text, background) >= 4.5, text)
    for (const line of [axis, ...series]) t.ok(contrast(line, background) >= 3, line)
  })

  t.test(`${theme}: the ramp is told by lightness alone, whatever colours one sees`, async (t) => {
    const steps = ramp.map((colour) => contrast(colour, background))
    t.ok(steps[0]! >= 1.2, 'the lowest class can be seen')
    for (const [i, step] of steps.slice(1).entries()) t.ok(step / steps[i]! > 1.2, `${ramp[i]} and ${ramp[i + 1]}`)
  })

  t.test(`${theme}: both sides of the diverging colours grow away from the middle`, async (t) => {
    const steps = diverging.map((colour) => contrast(colour, background))
    for (const side of [steps.slice(0, 5).reverse(), steps.slice(4)])
      for (const [i, step] of side.slice(1).entries()) t.ok(step > side[i]! * 1.15, `${i}`)
    // One side has more blue than red, the other more red than blue: all dichromats tell these apart.
    const excess = (colour: string) => Number.parseInt(colour.slice(5), 16) - Number.parseInt(colour.slice(1, 3), 16)
    for (const colour of diverging.slice(0, 4)) t.ok(excess(colour) > 20, colour)
    for (const colour of diverging.slice(5)) t.ok(excess(colour) < -20, colour)
  })
}
