import { colours, type Theme } from './chart.ts'
import { roundStep } from './valueaxis.ts'

/** Classes of values, each with a colour: round bounds, from low to high. */
export interface Classes {
  /** Between neighbouring classes: one fewer than colours. */
  bounds: number[]
  colours: string[]
}

const most = 9

/**
 * Divides values into at most nine classes of one width with round bounds. Where they lie on both sides of zero, the
 * colours part at it; else they go from what hardly stands out from the background to what does most.
 */
export function classify(low: number, high: number, theme: Theme): Classes {
  const { ramp, diverging } = colours[theme]
  if (!(high - low > Math.max(Math.abs(low), Math.abs(high)) * 1e-12)) return { bounds: [], colours: [ramp[4]!] }
  const isTwoSided = low < 0 && high > 0 && Math.min(-low, high) > (high - low) / 8
  let step = roundStep((high - low) / most)
  while (Math.ceil(high / step) - Math.floor(low / step) > most) step = roundStep(step * 1.5)
  const times = (k: number) => Number((k * step).toPrecision(12)) + 0
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
  const bounds = Array.from({ length: last - first - 1 }, (_, i) => times(first + 1 + i))
  const count = bounds.length + 1
  const pick = (list: string[], part: number) => list[Math.round(part * (list.length - 1))]!
  if (!isTwoSided)
    return { bounds, colours: Array.from({ length: count }, (_, i) => pick(ramp, count === 1 ? 0.5 : i / (count - 1))) }
  // Classes below zero have one side of the colours, those above the other; the middle is left to neither.
  const reach = Math.max(-first, last)
  const own = Array.from({ length: count }, (_, i) => {
    const at = first + i
    const distance = at < 0 ? -at : at + 1
    const strength = reach === 1 ? 1 : 0.25 + (0.75 * (distance - 1)) / (reach - 1)
    return pick(diverging, at < 0 ? 0.5 - strength / 2 : 0.5 + strength / 2)
  })
  return { bounds, colours: own }
}

/** The class of a value. */
export const classOf = (value: number, { bounds }: Classes): number =>
  bounds.findLastIndex((bound) => value >= bound) + 1
