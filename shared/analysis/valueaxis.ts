import { colours, fontSizes, isSmall, type Theme } from './chart.ts'
import { fit } from './text.ts'

export interface ValueAxisOptions {
  /** The lowest and highest value drawn. */
  low: number
  high: number
  /** The axis reaches to 0: bars and areas would lie without it. */
  zero: boolean
  /** What the values are and their unit. */
  title: string
  /** Of the whole picture, in pixels. */
  width: number
  height: number
  theme: Theme
}

/**
 * The y encoding of a chart: round ticks, as many as have room, from half a step below the lowest to half a step above the
 * highest value at most. From a million on, and below a thousandth, the title names the power (`million USD`), so that labels stay short.
 * That text, `unit`, stands above the axis; in a small picture there is no room for it, and it should go below.
 */
export function valueAxis(options: ValueAxisOptions): { y: Record<string, unknown>; unit: string } {
  const { title, width, height, theme } = options
  const { axis, grid } = colours[theme]
  const { domain, ticks, step } = chooseTicks(options)
  const { labelExpr, word } = labelling(Math.max(...ticks.map(Math.abs)), step)
  const unit = fit([word, title].filter(Boolean).join(' '), width - 60, fontSizes.label)
  const y = {
    type: 'quantitative',
    scale: { domain, nice: false, zero: false },
    axis: {
      values: ticks,
      labelExpr,
      labelOverlap: false,
      labelPadding: 6,
      ticks: false,
      domain: false,
      grid: true,
      gridColor: { condition: { test: 'datum.value === 0', value: axis }, value: grid },
      // The unit stands above the axis and reads from left to right.
      title: unit === '' || isSmall(height) ? null : unit,
      titleAngle: 0,
      titleAlign: 'left',
      titleBaseline: 'bottom',
      titleAnchor: 'start',
      titleX: 0,
      titleY: -9,
    },
  }
  return { y, unit }
}

interface Ticks {
  domain: [number, number]
  ticks: number[]
  step: number
}

function chooseTicks({ low, high, zero, height }: ValueAxisOptions): Ticks {
  // Twice the largest double would be infinite.
  low = Math.min(8e307, Math.max(-8e307, low))
  high = Math.min(8e307, Math.max(-8e307, high))
  let [from, to] = zero ? [Math.min(0, low), Math.max(0, high)] : [low, high]
  // Values that differ by less than their last digits count as one; so does a single value.
  if (to - from <= Math.max(Math.abs(from), Math.abs(to)) * 1e-13 + 1e-290) {
    const spread = Math.abs(from) < 1e-280 ? 1 : Math.abs(from) / 10
    ;[from, to] = zero && from === 0 ? [0, 1] : [from - spread, to + spread]
  }
  const step = roundStep((to - from) / Math.min(8, Math.max(1.5, (height - 110) / 48)))
  // The scale ends on half a step, where a tick would crowd the others; on a whole one if there would be but one tick.
  const ends = (part: number) =>
    [Math.floor(from / step / part + 1e-9) * part, Math.ceil(to / step / part - 1e-9) * part] as const
  const half = ends(0.5)
  const [first, last] = Math.floor(half[1]) - Math.ceil(half[0]) < 1 ? ends(1) : half
  // Divided by the inverse, 3 × 0.1 is 0.3 and not 0.30000000000000004.
  const times = (k: number) => (step < 1 && step > 1e-15 ? k / Math.round(1 / step) : k * step)
  const whole = Math.ceil(first)
  const ticks = Array.from({ length: Math.floor(last) - whole + 1 }, (_, i) => times(whole + i))
  return { domain: [times(first), times(last)], ticks, step }
}

/** The next of 1, 2, 5 times a power of ten. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast))
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(1))
}

const words: [number, string][] = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
  [1e-6, 'millionths of'],
  [1e-9, 'billionths of'],
  [1e-12, 'trillionths of'],
]

function labelling(largest: number, step: number): { labelExpr: string; word: string } {
  const digitsBelow = (unit: number) => Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-6))
  if (largest >= 1e15 || largest < 1e-12) {
    const digits = Math.max(0, Math.floor(Math.log10(largest)) - Math.floor(Math.log10(step) + 1e-6))
    return { labelExpr: `format(datum.value, '.${digits}e')`, word: '' }
  }
  const [unit, word] = words.find(([size]) => (size > 1 ? largest >= size : largest < 1e-3 && largest >= size)) ?? [
    1,
    '',
  ]
  if (unit === 1 || digitsBelow(unit) > 3) return { labelExpr: `format(datum.value, ',.${digitsBelow(1)}f')`, word: '' }
  // Multiplied below one: a quotient would have the digits of the power's own error.
  const scaled = unit > 1 ? `datum.value / ${unit}` : `datum.value * ${Math.round(1 / unit)}`
  return { labelExpr: `format(${scaled}, ',.${digitsBelow(unit)}f')`, word }
}
